// Rust's mangling "v0" (Rust RFC 2603): a path with its types, in prefix order, where `B` refers
// back to an earlier part.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include "cli/symbols/characters.hpp"
#include "cli/symbols/demangle.hpp"

namespace airlock::cli {
namespace {

/// Decodes an identifier that is not ASCII (RFC 3492, with `_` in place of the last `-`).
bool append_punycode(std::string& text, std::string_view encoded) {
  constexpr std::uint32_t base = 36, least = 1, most = 26, skew = 38, damp = 700;
  constexpr std::size_t longest = 256;  // inserting is quadratic
  if (encoded.size() > longest) return false;
  std::vector<std::uint32_t> characters;
  const auto basic = encoded.rfind('_');
  if (basic != std::string_view::npos) {
    characters.assign(encoded.begin(), encoded.begin() + static_cast<std::ptrdiff_t>(basic));
    encoded.remove_prefix(basic + 1);
  }
  std::uint64_t code = 0x80, place = 0, bias = 72;
  while (!encoded.empty()) {
    const auto start = place;
    std::uint64_t weight = 1;
    for (std::uint64_t step = base;; step += base) {
      if (encoded.empty()) return false;
      const char c = encoded.front();
      encoded.remove_prefix(1);
      const bool is_letter = c >= 'a' && c <= 'z';
      if (!is_letter && (c < '0' || c > '9')) return false;
      const auto digit = static_cast<std::uint64_t>(is_letter ? c - 'a' : c - '0' + 26);
      place += digit * weight;
      if (place > 0x110000 * longest) return false;
      const auto threshold = step <= bias ? least : std::min<std::uint64_t>(step - bias, most);
      if (digit < threshold) break;
      weight *= base - threshold;
      if (weight > 0x110000 * longest) return false;
    }
    const auto size = characters.size() + 1;
    auto delta = (place - start) / (start == 0 ? damp : 2);
    delta += delta / size;
    std::uint64_t rounds = 0;
    for (; delta > (base - least) * most / 2; rounds += base) delta /= base - least;
    bias = rounds + (base - least + 1) * delta / (delta + skew);
    code += place / size;
    place %= size;
    if (code >= 0x110000) return false;
    characters.insert(characters.begin() + static_cast<std::ptrdiff_t>(place),
                      static_cast<std::uint32_t>(code));
    ++place;
  }
  return std::ranges::all_of(characters, [&](auto c) { return append_character(text, c); });
}

std::string_view basic_type(char letter) {
  constexpr std::array<std::string_view, 26> names{
      "i8",    "bool", "char", "f64", "str",  "f32",  "",    "u8", "isize",
      "usize", "",     "i32",  "u32", "i128", "u128", "_",   "",   "",
      "i16",   "u16",  "()",   "...", "",     "i64",  "u64", "!"};
  return letter >= 'a' && letter <= 'z' ? names[static_cast<std::size_t>(letter - 'a')] : "";
}

/// A recursive-descent reader that prints as it goes. After the first error nothing more is read
/// or printed. Back references make a name grow, and may form loops that are not seen in advance:
/// so steps, depth and what is printed are bounded.
class Reader {
 public:
  explicit Reader(std::string_view symbol) : symbol_(symbol) {}

  std::optional<std::string> read() {
    read_path(true);
    // The crate that a generic function was made for says nothing about the function.
    if (!failed_ && at_ < symbol_.size() && symbol_[at_] >= 'A' && symbol_[at_] <= 'Z') {
      const bool was_silent = std::exchange(is_silent_, true);
      read_path(false);
      is_silent_ = was_silent;
    }
    const bool has_suffix = at_ < symbol_.size() && (symbol_[at_] == '.' || symbol_[at_] == '$');
    if (failed_ || (at_ != symbol_.size() && !has_suffix)) return std::nullopt;
    return std::move(text_);
  }

 private:
  static constexpr std::size_t most_steps = 20'000;
  static constexpr std::size_t most_text = 8'000;
  static constexpr std::size_t most_depth = 200;

  struct Identifier {
    std::string_view name;
    bool is_punycode = false;
    std::uint64_t disambiguator = 0;
  };

  /// Counts a step into something nested, for as long as it lives.
  class Nested {
   public:
    explicit Nested(Reader& reader) : reader_(reader) {
      if (++reader_.steps_ > most_steps || ++reader_.depth_ > most_depth) reader_.failed_ = true;
    }
    ~Nested() { --reader_.depth_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;

   private:
    Reader& reader_;
  };

  char peek() const { return !failed_ && at_ < symbol_.size() ? symbol_[at_] : '\0'; }
  char take() {
    const char c = peek();
    if (c == '\0')
      failed_ = true;
    else
      ++at_;
    return c;
  }
  bool take_if(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void fail() { failed_ = true; }

  void print(std::string_view text) {
    if (failed_ || is_silent_) return;
    text_ += text;
    if (text_.size() > most_text) failed_ = true;
  }

  /// `_` is 0, `0_` 1, `Z_` 62 and so on.
  std::uint64_t read_base62() {
    if (take_if('_')) return 0;
    std::uint64_t number = 0;
    for (;;) {
      const char c = take();
      if (failed_) return 0;
      if (c == '_') return number + 1;
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'z' ? c - 'a' + 10
                        : c >= 'A' && c <= 'Z' ? c - 'A' + 36
                                               : -1;
      if (digit < 0 || number > (UINT64_MAX - 62) / 62) return fail(), 0;
      number = number * 62 + static_cast<std::uint64_t>(digit);
    }
  }

  std::uint64_t read_optional(char mark) { return take_if(mark) ? read_base62() + 1 : 0; }

  /// A decimal number; a zero at the front is all of it.
  std::size_t read_length() {
    if (take_if('0')) return 0;
    std::size_t length = 0;
    const auto* last = symbol_.data() + symbol_.size();
    const auto [end, error] = std::from_chars(symbol_.data() + at_, last, length);
    if (failed_ || error != std::errc()) return fail(), 0;
    at_ = static_cast<std::size_t>(end - symbol_.data());
    return length;
  }

  Identifier read_identifier() {
    Identifier identifier;
    identifier.disambiguator = read_optional('s');
    identifier.is_punycode = take_if('u');
    const auto length = read_length();
    take_if('_');
    if (failed_) return identifier;
    if (length > symbol_.size() - at_) return fail(), identifier;
    identifier.name = symbol_.substr(at_, length);
    at_ += length;
    return identifier;
  }

  void print(const Identifier& identifier) {
    if (!identifier.is_punycode) return print(identifier.name);
    std::string decoded;
    if (!append_punycode(decoded, identifier.name)) return fail();
    print(decoded);
  }

  /// Follows a back reference: reads the earlier part of the name that it refers to.
  template <typename Read>
  void read_back_reference(Read read) {
    const auto start = at_ - 1;
    const auto target = read_base62();
    if (failed_ || target >= start) return fail();
    if (is_silent_) return;
    const auto next = std::exchange(at_, static_cast<std::size_t>(target));
    read();
    at_ = next;
  }

  /// Separated by commas, up to `E`. @return how many
  template <typename Read>
  std::size_t read_list(Read read, std::string_view separator = ", ") {
    std::size_t count = 0;
    while (!failed_ && !take_if('E')) {
      if (count++ > 0) print(separator);
      read();
    }
    return count;
  }

  /// @param is_value whether it names a value, so that generic arguments need `::` before them
  void read_path(bool is_value) {
    const Nested nested(*this);
    switch (take()) {
      case 'C':
        return print(read_identifier());
      case 'M':
        skip_impl_path();
        print("<");
        read_type();
        return print(">");
      case 'X':
        skip_impl_path();
        [[fallthrough]];
      case 'Y':
        print("<");
        read_type();
        print(" as ");
        read_path(false);
        return print(">");
      case 'N':
        return read_nested_path(is_value);
      case 'I':
        read_path(is_value);
        print(is_value ? "::<" : "<");
        read_list([&] { read_generic_argument(); });
        return print(">");
      case 'B':
        return read_back_reference([&] { read_path(is_value); });
      default:
        return fail();
    }
  }

  /// Where an `impl` is; what it is of says more.
  void skip_impl_path() {
    const bool was_silent = std::exchange(is_silent_, true);
    read_optional('s');
    read_path(false);
    is_silent_ = was_silent;
  }

  void read_nested_path(bool is_value) {
    const char name_space = take();
    const bool is_special = name_space >= 'A' && name_space <= 'Z';
    if (!is_special && (name_space < 'a' || name_space > 'z')) return fail();
    read_path(is_value);
    const auto identifier = read_identifier();
    if (!is_special) {
      if (identifier.name.empty()) return;
      print("::");
      return print(identifier);
    }
    print("::{");
    if (name_space == 'C')
      print("closure");
    else if (name_space == 'S')
      print("shim");
    else
      print(std::string_view(&name_space, 1));
    if (!identifier.name.empty()) {
      print(":");
      print(identifier);
    }
    print("#" + std::to_string(identifier.disambiguator) + "}");
  }

  void read_generic_argument() {
    if (take_if('L')) return print_lifetime(read_base62());
    if (take_if('K')) return read_constant();
    read_type();
  }

  void print_lifetime(std::uint64_t number) {
    if (number == 0) return print("'_");
    if (number > lifetimes_) return fail();
    const auto depth = lifetimes_ - number;
    const auto name =
        depth < 26 ? std::string(1, static_cast<char>('a' + depth)) : '_' + std::to_string(depth);
    print("'" + name);
  }

  /// `for<'a, 'b> `, and whatever it is for.
  template <typename Read>
  void read_bound(Read read) {
    const auto count = read_optional('G');
    if (count > most_depth) return fail();
    if (count > 0) {
      print("for<");
      for (std::uint64_t i = 0; i < count; ++i) {
        ++lifetimes_;
        if (i > 0) print(", ");
        print_lifetime(1);
      }
      print("> ");
    }
    read();
    lifetimes_ -= count;
  }

  void read_type() {
    const Nested nested(*this);
    const char kind = take();
    if (const auto basic = basic_type(kind); !basic.empty()) return print(basic);
    switch (kind) {
      case 'R':
      case 'Q':
        return read_reference(kind == 'Q');
      case 'P':
        print("*const ");
        return read_type();
      case 'O':
        print("*mut ");
        return read_type();
      case 'A':
        print("[");
        read_type();
        print("; ");
        read_constant();
        return print("]");
      case 'S':
        print("[");
        read_type();
        return print("]");
      case 'T':
        print("(");
        if (read_list([&] { read_type(); }) == 1) print(",");
        return print(")");
      case 'F':
        return read_bound([&] { read_function_type(); });
      case 'D':
        return read_dynamic_type();
      case 'B':
        return read_back_reference([&] { read_type(); });
      default:
        if (failed_) return;
        --at_;
        return read_path(false);
    }
  }

  void read_reference(bool is_mutable) {
    print("&");
    if (take_if('L')) {
      if (const auto lifetime = read_base62(); lifetime != 0) {
        print_lifetime(lifetime);
        print(" ");
      }
    }
    if (is_mutable) print("mut ");
    read_type();
  }

  void read_function_type() {
    if (take_if('U')) print("unsafe ");
    if (take_if('K')) {
      auto abi = take_if('C') ? std::string("C") : std::string(read_identifier().name);
      std::ranges::replace(abi, '_', '-');
      print("extern \"" + abi + "\" ");
    }
    print("fn(");
    read_list([&] { read_type(); });
    print(")");
    if (take_if('u')) return;
    print(" -> ");
    read_type();
  }

  void read_dynamic_type() {
    print("dyn ");
    read_bound([&] { read_list([&] { read_dynamic_trait(); }, " + "); });
    if (!take_if('L')) return fail();
    if (const auto lifetime = read_base62(); lifetime != 0) {
      print(" + ");
      print_lifetime(lifetime);
    }
  }

  /// `Iterator<Item = u8>`: the associated types go into the angle brackets of the path.
  void read_dynamic_trait() {
    const auto start = text_.size();
    read_path(false);
    bool is_open = false;
    while (take_if('p')) {
      const bool has_arguments = !is_open && text_.size() > start && text_.back() == '>';
      if (has_arguments && !is_silent_) text_.pop_back();
      print(is_open || has_arguments ? ", " : "<");
      is_open = true;
      print(read_identifier());
      print(" = ");
      read_type();
    }
    if (is_open) print(">");
  }

  void read_constant() {
    const Nested nested(*this);
    const char type = take();
    if (type == 'B') return read_back_reference([&] { read_constant(); });
    if (type == 'p') return print("_");
    const bool is_signed = std::string_view("alsxni").contains(type);
    const bool is_unsigned = std::string_view("htmyoj").contains(type);
    if (!is_signed && !is_unsigned && type != 'b' && type != 'c') return fail();
    if (is_signed && take_if('n')) print("-");
    const auto end = symbol_.find('_', at_);
    if (failed_ || end == std::string_view::npos) return fail();
    const auto digits = symbol_.substr(at_, end - at_);
    at_ = end + 1;
    print_constant(type, digits);
  }

  void print_constant(char type, std::string_view digits) {
    if (digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) return fail();
    std::uint64_t value = 0;
    const auto* first = digits.data();
    const auto error = std::from_chars(first, first + digits.size(), value, 16).ec;
    if (error == std::errc::result_out_of_range) return print("0x" + std::string(digits));
    if (error != std::errc() && !digits.empty()) return fail();
    if (type == 'b') return value > 1 ? fail() : print(value == 1 ? "true" : "false");
    if (type != 'c') return print(std::to_string(value));
    std::string character;
    if (value > 0x10ffff || !append_character(character, static_cast<std::uint32_t>(value)))
      return fail();
    print("'" + character + "'");
  }

  std::string_view symbol_;
  std::size_t at_ = 0;
  std::string text_;
  bool failed_ = false;
  bool is_silent_ = false;
  std::size_t steps_ = 0;
  std::size_t depth_ = 0;
  std::uint64_t lifetimes_ = 0;
};

}  // namespace

std::optional<std::string> demangle_rust(std::string_view name) {
  constexpr std::size_t longest = std::size_t{64} * 1024;
  if (!name.starts_with("_R") || name.size() > longest) return std::nullopt;
  return Reader(name.substr(2)).read();
}

}  // namespace airlock::cli
