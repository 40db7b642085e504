// The translator against a machine that folds nothing: random programs, the same results, or the
// same exception that nothing caught.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <random>
#include <unordered_map>

#include "interpreter/testing.hpp"
#include "runtime/exception.hpp"

namespace airlock::interpreter {
namespace {

using runtime::Value;

enum class Type : std::uint8_t { i32, i64, f64, v128 };
constexpr std::uint32_t types = 4;

constexpr const char* type_names[] = {"i32", "i64", "f64", "v128"};

/// The bits of a value; only a v128 has a high half.
struct Bits {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

enum class Kind : std::uint8_t {
  constant,
  get,
  set,
  tee,
  drop,
  binary,
  unary,
  select,
  load,
  store,
  block,
  loop,
  if_,
  else_,
  try_table,
  end,
  branch,
  branch_if,
  branch_table,
  throw_,
  call,
  vector,  // an operation with a v128 among its operands and results
};

/// What a `try_table` catches, and the label that it goes to, counted from outside of it. There is
/// a tag for each type.
struct Clause {
  std::optional<Type> tag;  // none: everything
  std::uint32_t label = 0;
};

struct Step {
  Kind kind;
  Type type = Type::i32;
  std::uint32_t index = 0;      // local, operation, label
  Bits bits{};                  // constant
  std::vector<Type> results{};  // of a block
  std::vector<Clause> clauses{};
};

/// Operations by type; all without traps, on floats exact or deterministic.
constexpr std::array<std::array<const char*, 8>, 3> binary_names{{
    {"i32.add", "i32.sub", "i32.mul", "i32.xor", "i32.shl", "i32.lt_s", "i32.ge_u", "i32.and"},
    {"i64.add", "i64.sub", "i64.mul", "i64.or", "i64.shr_s", "i64.lt_u", "i64.eq", "i64.rotl"},
    {"f64.add", "f64.sub", "f64.mul", "f64.min", "f64.max", "f64.lt", "f64.ge", "f64.copysign"},
}};
Type binary_result(Type type, std::uint32_t operation) {
  return operation == 5 || operation == 6 ? Type::i32 : type;
}
std::uint64_t apply_i32(std::uint32_t operation, std::uint32_t a, std::uint32_t b) {
  switch (operation) {
    case 0:
      return a + b;
    case 1:
      return a - b;
    case 2:
      return a * b;
    case 3:
      return a ^ b;
    case 4:
      return a << (b & 31);
    case 5:
      return static_cast<std::int32_t>(a) < static_cast<std::int32_t>(b);
    case 6:
      return a >= b;
    default:
      return a & b;
  }
}
std::uint64_t apply_i64(std::uint32_t operation, std::uint64_t a, std::uint64_t b) {
  switch (operation) {
    case 0:
      return a + b;
    case 1:
      return a - b;
    case 2:
      return a * b;
    case 3:
      return a | b;
    case 4:
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(a) >> (b & 63));
    case 5:
      return a < b;
    case 6:
      return a == b;
    default:
      return std::rotl(a, static_cast<int>(b & 63));
  }
}
std::uint64_t apply_f64(std::uint32_t operation, double a, double b) {
  switch (operation) {
    case 0:
      return std::bit_cast<std::uint64_t>(a + b);
    case 1:
      return std::bit_cast<std::uint64_t>(a - b);
    case 2:
      return std::bit_cast<std::uint64_t>(a * b);
    case 3:
    case 4: {
      if (a == b) {  // signed zeros
        const bool negative = operation == 3 ? std::signbit(a) || std::signbit(b)
                                             : std::signbit(a) && std::signbit(b);
        return std::bit_cast<std::uint64_t>(std::copysign(a, negative ? -1.0 : 1.0));
      }
      const bool first = operation == 3 ? a < b : a > b;
      return std::bit_cast<std::uint64_t>(std::isnan(a) || std::isnan(b) ? a + b : first ? a : b);
    }
    case 5:
      return a < b;
    case 6:
      return a >= b;
    default:
      return std::bit_cast<std::uint64_t>(std::copysign(a, b));
  }
}

/// One unary operation by type: i32.eqz, i32.wrap_i64, i64.extend_i32_s … chosen by index.
struct UnaryOperation {
  const char* name;
  Type from;
  Type to;
};
constexpr UnaryOperation unary_operations[] = {
    {"i32.eqz", Type::i32, Type::i32},           {"i64.eqz", Type::i64, Type::i32},
    {"i32.wrap_i64", Type::i64, Type::i32},      {"i64.extend_i32_s", Type::i32, Type::i64},
    {"f64.convert_i32_s", Type::i32, Type::f64}, {"i64.reinterpret_f64", Type::f64, Type::i64},
    {"f64.neg", Type::f64, Type::f64},
};
std::uint64_t apply_unary(std::uint32_t operation, std::uint64_t a) {
  const auto low = static_cast<std::uint32_t>(a);
  switch (operation) {
    case 0:
      return low == 0;
    case 1:
      return a == 0;
    case 2:
      return low;
    case 3:
      return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(low)));
    case 4:
      return std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<std::int32_t>(low)));
    case 5:
      return a;
    default:
      return a ^ (std::uint64_t{1} << 63);
  }
}

/// The lanes of a vector, as integers without sign.
template <typename T>
using LanesOf = std::array<T, 16 / sizeof(T)>;

template <typename T, typename Function>
Bits lane_by_lane(Bits a, Bits b, Function function) {
  const auto x = std::bit_cast<LanesOf<T>>(a);
  const auto y = std::bit_cast<LanesOf<T>>(b);
  LanesOf<T> result{};
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<T>(function(x[i], y[i]));
  return std::bit_cast<Bits>(result);
}
template <typename T>
Bits with_lane(Bits a, std::size_t lane, T value) {
  auto lanes = std::bit_cast<LanesOf<T>>(a);
  lanes[lane] = value;
  return std::bit_cast<Bits>(lanes);
}
template <typename T>
T lane_of(Bits a, std::size_t lane) {
  return std::bit_cast<LanesOf<T>>(a)[lane];
}

/// Vector operations: their text, their types, and what a machine without vectors would do. They
/// stand for all that the translator tells apart: operands that may be swapped or not, of one to
/// three vectors, and scalars among operands and results.
struct VectorOperation {
  const char* text;
  std::vector<Type> operands;
  Type result;
  Bits (*apply)(Bits a, Bits b, Bits c);
};
const VectorOperation vector_operations[] = {
    {"i8x16.add",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       return lane_by_lane<std::uint8_t>(a, b, [](auto x, auto y) { return x + y; });
     }},
    {"i16x8.sub",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       return lane_by_lane<std::uint16_t>(a, b, [](auto x, auto y) { return x - y; });
     }},
    {"i32x4.gt_s",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       return lane_by_lane<std::uint32_t>(a, b, [](auto x, auto y) {
         return static_cast<std::int32_t>(x) > static_cast<std::int32_t>(y) ? -1 : 0;
       });
     }},
    {"v128.andnot",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) { return Bits{a.low & ~b.low, a.high & ~b.high}; }},
    {"v128.xor",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) { return Bits{a.low ^ b.low, a.high ^ b.high}; }},
    {"i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       const std::uint64_t even = 0x00ff00ff00ff00ff;
       return Bits{(a.low & even) | (b.low & ~even), (a.high & even) | (b.high & ~even)};
     }},
    {"i8x16.shuffle 24 25 26 27 28 29 30 31 16 17 18 19 20 21 22 23",
     {Type::v128, Type::v128},
     Type::v128,
     [](Bits, Bits b, Bits) { return Bits{b.high, b.low}; }},
    {"i16x8.shl",
     {Type::v128, Type::i32},
     Type::v128,
     [](Bits a, Bits b, Bits) {
       return lane_by_lane<std::uint16_t>(a, a, [=](auto x, auto) { return x << (b.low % 16); });
     }},
    {"i64x2.shr_u",
     {Type::v128, Type::i32},
     Type::v128,
     [](Bits a, Bits b, Bits) { return Bits{a.low >> (b.low % 64), a.high >> (b.low % 64)}; }},
    {"i64x2.replace_lane 1",
     {Type::v128, Type::i64},
     Type::v128,
     [](Bits a, Bits b, Bits) { return with_lane(a, 1, b.low); }},
    {"i8x16.replace_lane 5",
     {Type::v128, Type::i32},
     Type::v128,
     [](Bits a, Bits b, Bits) { return with_lane(a, 5, static_cast<std::uint8_t>(b.low)); }},
    {"f64x2.replace_lane 0",
     {Type::v128, Type::f64},
     Type::v128,
     [](Bits a, Bits b, Bits) { return with_lane(a, 0, b.low); }},
    {"v128.not",
     {Type::v128},
     Type::v128,
     [](Bits a, Bits, Bits) { return Bits{~a.low, ~a.high}; }},
    {"i32x4.splat",
     {Type::i32},
     Type::v128,
     [](Bits a, Bits, Bits) {
       return lane_by_lane<std::uint32_t>(a, a, [=](auto, auto) { return a.low; });
     }},
    {"i64x2.splat", {Type::i64}, Type::v128, [](Bits a, Bits, Bits) { return Bits{a.low, a.low}; }},
    {"v128.any_true",
     {Type::v128},
     Type::i32,
     [](Bits a, Bits, Bits) { return Bits{(a.low | a.high) != 0 ? 1U : 0U}; }},
    {"i16x8.extract_lane_s 6",
     {Type::v128},
     Type::i32,
     [](Bits a, Bits, Bits) {
       const auto value = static_cast<std::int16_t>(lane_of<std::uint16_t>(a, 6));
       return Bits{static_cast<std::uint32_t>(std::int32_t{value})};
     }},
    {"i64x2.extract_lane 1",
     {Type::v128},
     Type::i64,
     [](Bits a, Bits, Bits) { return Bits{a.high}; }},
    {"v128.bitselect",
     {Type::v128, Type::v128, Type::v128},
     Type::v128,
     [](Bits a, Bits b, Bits c) {
       return Bits{(a.low & c.low) | (b.low & ~c.low), (a.high & c.high) | (b.high & ~c.high)};
     }},
};

constexpr Type local_types[] = {Type::i32, Type::i32, Type::i64, Type::f64, Type::v128,
                                Type::i32, Type::i64, Type::f64, Type::v128};
constexpr std::uint32_t local_count = std::size(local_types);
constexpr std::uint32_t parameter_count = 5;
constexpr std::uint32_t memory_mask = 0xff8;

/// Makes valid programs by keeping the types of the operand stack.
class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  std::vector<Step> program() {
    labels_.push_back({Kind::block, {}, 0});
    for (int n = 0; n < 70 && !is_over_; ++n) step();
    if (is_over_) return std::move(steps_);
    while (labels_.size() > 1) close();
    while (!stack_.empty()) add({Kind::drop}, 1);
    for (std::uint32_t i = 0; i < local_count; ++i) add({.kind = Kind::get, .index = i});
    return std::move(steps_);
  }

 private:
  struct Label {
    Kind kind;
    std::vector<Type> results;
    std::size_t height;
    [[nodiscard]] std::vector<Type> branch_types() const {
      return kind == Kind::loop ? std::vector<Type>{} : results;
    }
  };

  std::uint32_t pick(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  [[nodiscard]] std::size_t available() const { return stack_.size() - labels_.back().height; }
  void add(Step step, std::size_t pops = 0) {
    stack_.resize(stack_.size() - pops);
    steps_.push_back(std::move(step));
  }
  void push(Type type) { stack_.push_back(type); }

  void constant(Type type) {
    Step step{.kind = Kind::constant, .type = type};
    const std::int64_t small = static_cast<std::int64_t>(pick(40)) - 20;
    if (type == Type::f64)
      step.bits.low = std::bit_cast<std::uint64_t>(static_cast<double>(small) / 4);
    else if (type == Type::i64)
      step.bits.low =
          pick(4) == 0 ? random_() * 0x9e3779b97f4a7c15U : static_cast<std::uint64_t>(small);
    else if (type == Type::v128)
      step.bits = {random_(), pick(3) == 0 ? 0 : random_()};
    else
      step.bits.low =
          static_cast<std::uint32_t>(pick(4) == 0 ? random_() : static_cast<std::uint64_t>(small));
    add(step);
    push(type);
  }

  void local(Kind kind) {
    const std::uint32_t first = pick(local_count);
    for (std::uint32_t n = 0; n < local_count; ++n) {
      const std::uint32_t i = (first + n) % local_count;
      if (kind == Kind::get) {
        add({.kind = kind, .index = i});
        return push(local_types[i]);
      }
      if (available() == 0 || stack_.back() != local_types[i]) continue;
      return add({.kind = kind, .index = i}, kind == Kind::set ? 1 : 0);
    }
  }

  /// Whether the top of the stack has these types, above a number of others.
  [[nodiscard]] bool matches(const std::vector<Type>& types, std::size_t skip) const {
    if (available() < types.size() + skip) return false;
    for (std::size_t i = 0; i < types.size(); ++i)
      if (stack_[stack_.size() - skip - types.size() + i] != types[i]) return false;
    return true;
  }

  /// Makes the stack what the end of the block asks for, and ends it.
  void close() {
    const Label label = labels_.back();
    while (available() > 0 && !(available() == label.results.size() && matches(label.results, 0)))
      add({Kind::drop}, 1);
    if (available() == 0)
      for (const Type type : label.results) constant(type);
    if (label.kind == Kind::if_) {
      steps_.push_back({.kind = Kind::else_});
      stack_.resize(label.height);
      labels_.back().kind = Kind::block;  // its second arm
      return;
    }
    steps_.push_back({.kind = Kind::end});
    stack_.resize(label.height);
    labels_.pop_back();
    for (const Type type : label.results) push(type);
  }

  void open(Kind kind) {
    Step step{.kind = kind};
    for (std::uint32_t n = pick(3); n > 0; --n)
      step.results.push_back(static_cast<Type>(pick(types)));
    const auto results = step.results;
    if (kind == Kind::try_table) step.clauses = clauses();
    add(std::move(step), kind == Kind::if_ ? 1 : 0);
    labels_.push_back({kind, results, stack_.size()});
  }

  /// Clauses for labels that take what they give.
  std::vector<Clause> clauses() {
    std::vector<Clause> clauses;
    for (std::uint32_t n = pick(4); n > 0; --n) {
      const std::uint32_t depth = pick(static_cast<std::uint32_t>(labels_.size()));
      if (depth + 1 == labels_.size()) continue;  // not the function
      const auto types = labels_[labels_.size() - 1 - depth].branch_types();
      if (types.empty()) clauses.push_back({.tag = {}, .label = depth});
      if (types.size() == 1) clauses.push_back({.tag = types[0], .label = depth});
    }
    return clauses;
  }

  void throw_top() {
    // Seldom where nothing can catch it.
    if (available() == 0 || (labels_.size() == 1 && pick(10) != 0)) return;
    add({.kind = Kind::throw_, .type = stack_.back()}, 1);
    if (labels_.size() == 1) {
      is_over_ = true;
      stack_.clear();
    } else {
      end_dead();
    }
  }

  void branch(Kind kind) {
    const std::uint32_t depth = pick(static_cast<std::uint32_t>(labels_.size()));
    if (depth + 1 == labels_.size()) return;  // not out of the function: all ends in one place
    const Label& label = labels_[labels_.size() - 1 - depth];
    const std::size_t skip = kind == Kind::branch ? 0 : 1;
    if (!matches(label.branch_types(), skip)) return;
    if (kind == Kind::branch_table) {
      // Both targets take the same, so the same label and, if it fits, the next one.
      add({.kind = kind, .index = depth}, 1);
    } else {
      add({.kind = kind, .index = depth}, skip);
    }
    if (kind == Kind::branch_if) return;
    end_dead();
  }

  /// What follows is dead: ends the block at once.
  void end_dead() {
    const Label inner = labels_.back();
    stack_.resize(inner.height);
    if (inner.kind == Kind::if_) {
      steps_.push_back({.kind = Kind::else_});
      labels_.back().kind = Kind::block;
      return;
    }
    steps_.push_back({.kind = Kind::end});
    labels_.pop_back();
    for (const Type type : inner.results) push(type);
  }

  /// An operation on vectors; what is missing on the stack is made a constant or a local.
  void vector_operation() {
    const auto index = pick(std::size(vector_operations));
    const auto& operation = vector_operations[index];
    std::size_t there = operation.operands.size();
    while (there > 0 && !matches({operation.operands.begin(),
                                  operation.operands.begin() + static_cast<std::ptrdiff_t>(there)},
                                 0))
      --there;
    for (; there < operation.operands.size(); ++there) {
      const Type type = operation.operands[there];
      if (type == Type::v128 && pick(3) != 0) {
        add({.kind = Kind::get, .index = pick(2) == 0 ? 4U : 8U});
        push(Type::v128);
      } else {
        constant(type);
      }
    }
    add({.kind = Kind::vector, .index = index}, operation.operands.size());
    push(operation.result);
  }

  void step() {
    const bool has_i32 = available() > 0 && stack_.back() == Type::i32;
    switch (pick(31)) {
      case 0:
        return constant(static_cast<Type>(pick(types)));
      case 1:
      case 2:
      case 3:
      case 4:
        return local(Kind::get);
      case 5:
      case 6:
        return local(Kind::set);
      case 7:
        return local(Kind::tee);
      case 8:
      case 9:
      case 10:
      case 11: {
        if (available() < 2 || stack_[stack_.size() - 2] != stack_.back()) {
          if (available() == 0) return local(Kind::get);
          constant(stack_.back());
        }
        const Type type = stack_.back();
        if (type == Type::v128) return vector_operation();
        const std::uint32_t operation = pick(8);
        add({.kind = Kind::binary, .type = type, .index = operation}, 2);
        return push(binary_result(type, operation));
      }
      case 12: {
        const std::uint32_t operation = pick(std::size(unary_operations));
        if (available() == 0 || stack_.back() != unary_operations[operation].from) return;
        add({.kind = Kind::unary, .index = operation}, 1);
        return push(unary_operations[operation].to);
      }
      case 13:
        if (!has_i32 || available() < 3) return;
        if (stack_[stack_.size() - 2] != stack_[stack_.size() - 3]) return;
        return add({.kind = Kind::select}, 2);
      case 14:
        if (!has_i32) return;
        constant(Type::i32);
        steps_.back().bits.low = memory_mask;
        add({.kind = Kind::binary, .type = Type::i32, .index = 7}, 1);
        add({.kind = Kind::load, .type = static_cast<Type>(pick(types)), .index = pick(3) * 8}, 1);
        return push(steps_.back().type);
      case 15: {
        // Address below, value on top: an address made of a local that is masked.
        add({.kind = Kind::get, .index = 0});
        push(Type::i32);
        constant(Type::i32);
        steps_.back().bits.low = memory_mask;
        add({.kind = Kind::binary, .type = Type::i32, .index = 7}, 1);
        const std::uint32_t i = pick(local_count);
        add({.kind = Kind::get, .index = i});
        push(local_types[i]);
        return add({.kind = Kind::store, .type = local_types[i], .index = pick(3) * 8}, 2);
      }
      case 16:
        return open(Kind::block);
      case 17:
        return pick(2) == 0 ? open(Kind::loop) : open(Kind::block);
      case 18:
        return has_i32 ? open(Kind::if_) : local(Kind::get);
      case 19:
      case 20:
        return has_i32 ? branch(Kind::branch_if) : local(Kind::get);
      case 21:
        return pick(3) == 0 ? branch(Kind::branch) : void();
      case 22:
        return has_i32 && pick(2) == 0 ? branch(Kind::branch_table) : void();
      case 23:
      case 24:
        return open(Kind::try_table);
      case 25:
        return pick(2) == 0 ? throw_top() : void();
      case 26:
      case 27:
      case 28:
        return vector_operation();
      default:
        if (pick(2) == 0 && available() >= 2 && has_i32 && stack_[stack_.size() - 2] == Type::i64) {
          add({.kind = Kind::call}, 2);
          return push(Type::i64);
        }
        if (labels_.size() > 1) return close();
        if (available() > 3) add({Kind::drop}, 1);
    }
  }

  std::mt19937_64 random_;
  std::vector<Step> steps_;
  std::vector<Type> stack_;
  std::vector<Label> labels_;
  bool is_over_ = false;  // an exception has ended the function
};

/// Runs a program step by step.
class Machine {
 public:
  explicit Machine(const std::vector<Step>& steps) : steps_(steps), memory_(memory_mask + 64) {
    std::vector<std::size_t> open;
    match_.resize(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Kind kind = steps[i].kind;
      if (kind == Kind::block || kind == Kind::loop || kind == Kind::if_ || kind == Kind::try_table)
        open.push_back(i);
      if (kind == Kind::else_) {
        match_[open.back()] = i;  // where a false condition goes on
        open.push_back(i);
      }
      if (kind == Kind::end) {
        std::size_t start = open.back();
        open.pop_back();
        match_[start] = i;
        if (steps[start].kind == Kind::else_) {
          else_[open.back()] = start;
          match_[open.back()] = i;
          open.pop_back();
        }
      }
    }
  }

  /// False if it takes too long.
  bool run(std::vector<Bits> locals) {
    locals_ = std::move(locals);
    std::size_t at = 0;
    for (int fuel = 5000; at < steps_.size(); --fuel) {
      if (fuel == 0) return false;
      at = step(at);
    }
    return true;
  }
  [[nodiscard]] const std::vector<Bits>& stack() const { return stack_; }
  /// What was thrown, if the function ended so: the value is on the stack.
  [[nodiscard]] std::optional<Type> thrown() const { return thrown_; }

 private:
  struct Label {
    std::size_t start;
    std::size_t height;
  };

  static std::size_t width(Type type) {
    return type == Type::i32 ? 4 : type == Type::v128 ? 16 : 8;
  }
  Bits pop() {
    const Bits value = stack_.back();
    stack_.pop_back();
    return value;
  }
  std::uint64_t pop_scalar() { return pop().low; }
  void push_scalar(std::uint64_t value) { stack_.push_back({value}); }

  std::size_t branch(std::uint32_t depth) {
    labels_.resize(labels_.size() - depth);
    const Label label = labels_.back();
    const Step& start = steps_[label.start];
    const std::size_t count = start.kind == Kind::loop ? 0 : start.results.size();
    stack_.erase(stack_.begin() + static_cast<std::ptrdiff_t>(label.height),
                 stack_.end() - static_cast<std::ptrdiff_t>(count));
    if (start.kind == Kind::loop) return label.start + 1;
    labels_.pop_back();
    return match_[label.start] + 1;
  }

  /// Goes to the handler of an exception, or to the end.
  std::size_t throw_value(Type tag, Bits value) {
    while (!labels_.empty()) {
      const Step& block = steps_[labels_.back().start];
      labels_.pop_back();
      for (const Clause& clause : block.clauses) {
        if (clause.tag && *clause.tag != tag) continue;
        if (clause.tag) stack_.push_back(value);
        return branch(clause.label);
      }
    }
    thrown_ = tag;
    stack_ = {value};
    return steps_.size();
  }

  std::size_t step(std::size_t at) {
    const Step& step = steps_[at];
    switch (step.kind) {
      case Kind::constant:
        stack_.push_back(step.bits);
        break;
      case Kind::get:
        stack_.push_back(locals_[step.index]);
        break;
      case Kind::set:
        locals_[step.index] = pop();
        break;
      case Kind::tee:
        locals_[step.index] = stack_.back();
        break;
      case Kind::drop:
        pop();
        break;
      case Kind::unary:
        push_scalar(apply_unary(step.index, pop_scalar()));
        break;
      case Kind::binary: {
        const std::uint64_t b = pop_scalar();
        const std::uint64_t a = pop_scalar();
        if (step.type == Type::i32)
          push_scalar(
              apply_i32(step.index, static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b)));
        else if (step.type == Type::i64)
          push_scalar(apply_i64(step.index, a, b));
        else
          push_scalar(apply_f64(step.index, std::bit_cast<double>(a), std::bit_cast<double>(b)));
        break;
      }
      case Kind::select: {
        const bool first = static_cast<std::uint32_t>(pop_scalar()) != 0;
        const Bits b = pop();
        if (!first) stack_.back() = b;
        break;
      }
      case Kind::load: {
        Bits value;
        std::memcpy(&value, &memory_[pop_scalar() + step.index], width(step.type));
        stack_.push_back(value);
        break;
      }
      case Kind::store: {
        const Bits value = pop();
        std::memcpy(&memory_[pop_scalar() + step.index], &value, width(step.type));
        break;
      }
      case Kind::block:
      case Kind::loop:
      case Kind::try_table:
        labels_.push_back({at, stack_.size()});
        break;
      case Kind::if_: {
        const bool condition = static_cast<std::uint32_t>(pop_scalar()) != 0;
        labels_.push_back({at, stack_.size()});
        if (!condition) return else_[at] + 1;
        break;
      }
      case Kind::else_: {
        const std::size_t end = match_[labels_.back().start];
        labels_.pop_back();
        return end + 1;
      }
      case Kind::end:
        labels_.pop_back();
        break;
      case Kind::branch:
        return branch(step.index);
      case Kind::branch_if:
        if (static_cast<std::uint32_t>(pop_scalar()) != 0) return branch(step.index);
        break;
      case Kind::branch_table:
        pop();
        return branch(step.index);
      case Kind::throw_:
        return throw_value(step.type, pop());
      case Kind::call: {
        const std::uint64_t b = pop_scalar();
        const std::uint64_t a = pop_scalar();
        if ((b & 3) == 3) return throw_value(Type::i64, {a});
        push_scalar(a * 3 + static_cast<std::uint32_t>(b));
        break;
      }
      case Kind::vector: {
        const auto& operation = vector_operations[step.index];
        std::array<Bits, 3> operands{};
        for (std::size_t n = operation.operands.size(); n-- > 0;) operands[n] = pop();
        stack_.push_back(operation.apply(operands[0], operands[1], operands[2]));
        break;
      }
    }
    return at + 1;
  }

  const std::vector<Step>& steps_;
  std::vector<std::byte> memory_;
  std::vector<std::size_t> match_;
  std::unordered_map<std::size_t, std::size_t> else_;
  std::vector<Bits> locals_;
  std::vector<Bits> stack_;
  std::vector<Label> labels_;
  std::optional<Type> thrown_;
};

std::string constant_text(const Step& step) {
  switch (step.type) {
    case Type::i32:
      return std::to_string(static_cast<std::int32_t>(step.bits.low));
    case Type::i64:
      return std::to_string(static_cast<std::int64_t>(step.bits.low));
    case Type::f64:
      return std::to_string(std::bit_cast<double>(step.bits.low));
    default:
      return "i64x2 " + std::to_string(step.bits.low) + ' ' + std::to_string(step.bits.high);
  }
}

std::string to_text(const std::vector<Step>& steps) {
  std::string text = R"((module (memory 1)
  (tag $i32 (param i32)) (tag $i64 (param i64)) (tag $f64 (param f64))
  (tag $v128 (param v128))
  (func $helper (param i64 i32) (result i64)
    (if (i32.eq (i32.and (local.get 1) (i32.const 3)) (i32.const 3))
      (then (throw $i64 (local.get 0))))
    (i64.add (i64.mul (local.get 0) (i64.const 3)) (i64.extend_i32_u (local.get 1))))
  (func (export "f") (param i32 i32 i64 f64 v128)
      (result i32 i32 i64 f64 v128 i32 i64 f64 v128)
    (local i32 i64 f64 v128)
)";
  for (const Step& step : steps) {
    const std::string type = type_names[static_cast<int>(step.type)];
    const std::string index = std::to_string(step.index);
    std::string results;
    for (const Type result : step.results)
      results += std::string(" (result ") + type_names[static_cast<int>(result)] + ")";
    switch (step.kind) {
      case Kind::constant:
        text += type + ".const " + constant_text(step);
        break;
      case Kind::get:
        text += "local.get " + index;
        break;
      case Kind::set:
        text += "local.set " + index;
        break;
      case Kind::tee:
        text += "local.tee " + index;
        break;
      case Kind::drop:
        text += "drop";
        break;
      case Kind::binary:
        text += binary_names[static_cast<std::size_t>(step.type)][step.index];
        break;
      case Kind::unary:
        text += unary_operations[step.index].name;
        break;
      case Kind::select:
        text += "select";
        break;
      case Kind::load:
        text += type + ".load offset=" + index;
        break;
      case Kind::store:
        text += type + ".store offset=" + index;
        break;
      case Kind::block:
        text += "block" + results;
        break;
      case Kind::loop:
        text += "loop" + results;
        break;
      case Kind::if_:
        text += "if" + results;
        break;
      case Kind::else_:
        text += "else";
        break;
      case Kind::end:
        text += "end";
        break;
      case Kind::branch:
        text += "br " + index;
        break;
      case Kind::branch_if:
        text += "br_if " + index;
        break;
      case Kind::branch_table:
        text += "br_table " + index + " " + index;
        break;
      case Kind::try_table:
        text += "try_table" + results;
        for (const Clause& clause : step.clauses)
          text += (clause.tag ? std::string(" (catch $") + type_names[static_cast<int>(*clause.tag)]
                              : std::string(" (catch_all")) +
                  ' ' + std::to_string(clause.label) + ')';
        break;
      case Kind::throw_:
        text += "throw $" + type;
        break;
      case Kind::call:
        text += "call $helper";
        break;
      case Kind::vector:
        text += vector_operations[step.index].text;
        break;
    }
    text += '\n';
  }
  return text + "))";
}

bool is_same(Type type, Bits expected, const Value& got) {
  if (type == Type::i32) return static_cast<std::uint32_t>(expected.low) == got.slots[0].i32;
  if (type == Type::v128 && expected.high != got.slots[1].i64) return false;
  return expected.low == got.slots[0].i64 ||
         (type == Type::f64 && std::isnan(std::bit_cast<double>(expected.low)) &&
          std::isnan(got.slots[0].f64));
}

TEST(TranslatorRandomTest, ProgramsGiveWhatTheNaiveMachineGives) {
  int finished = 0;
  int thrown = 0;
  for (std::uint32_t seed = 0; seed < 600; ++seed) {
    const auto steps = Generator(seed).program();
    const auto text = to_text(steps);
    testing::World world;
    auto* instance = world.instantiate(text);
    ASSERT_NE(instance, nullptr) << text;
    const Bits inputs[][parameter_count] = {
        {{0}, {1}, {2}, {std::bit_cast<std::uint64_t>(0.5)}, {1, 2}},
        {{0xffffffff}, {7}, {~std::uint64_t{0}}, {std::bit_cast<std::uint64_t>(-3.25)}, {0, 0}},
        {{100},
         {0},
         {std::uint64_t{1} << 40},
         {std::bit_cast<std::uint64_t>(1e10)},
         {0x8000800080008000, 0x7fffffff80000000}}};
    for (const auto& input : inputs) {
      std::vector<Bits> locals(input, input + parameter_count);
      locals.resize(local_count);
      Machine machine(steps);
      if (!machine.run(locals)) continue;
      ++finished;
      std::memset(instance->memory0->base, 0, memory_mask + 64);
      const auto results =
          world.call(instance, "f",
                     {testing::i32(static_cast<std::uint32_t>(input[0].low)),
                      testing::i32(static_cast<std::uint32_t>(input[1].low)),
                      testing::i64(input[2].low), testing::f64(std::bit_cast<double>(input[3].low)),
                      testing::v128(input[4].low, input[4].high)});
      if (const auto type = machine.thrown()) {
        ++thrown;
        ASSERT_NE(world.trap.exception, nullptr) << "seed " << seed << "\n" << text;
        ASSERT_EQ(world.trap.exception->values.size(), 1u);
        ASSERT_TRUE(is_same(*type, machine.stack()[0], world.trap.exception->values[0]))
            << "seed " << seed << "\n"
            << text;
        continue;
      }
      ASSERT_EQ(results.size(), local_count)
          << "seed " << seed << ' ' << runtime::format_trap(world.trap) << "\n"
          << text;
      for (std::size_t i = 0; i < local_count; ++i) {
        const Bits expected = machine.stack()[i];
        ASSERT_TRUE(is_same(local_types[i], expected, results[i]))
            << "seed " << seed << " local " << i << ": expected " << expected.high << ' '
            << expected.low << ", got " << results[i].slots[1].bits << ' '
            << results[i].slots[0].bits << "\n"
            << text;
      }
    }
  }
  EXPECT_GT(finished, 1000);
  EXPECT_GT(thrown, 20);
}

}  // namespace
}  // namespace airlock::interpreter
