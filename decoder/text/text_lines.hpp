// Text under construction, line by line.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "decoder/error.hpp"

namespace airlock::decoder::text {

/// The text of a printed module. With offsets, each line begins with a comment that holds the
/// offset in the binary of what stands there, or with as much space.
class TextLines {
 public:
  /// @param depth of the outermost line, where the text will be part of another
  explicit TextLines(bool has_offsets, std::size_t depth = 0)
      : depth_(depth), has_offsets_(has_offsets) {}

  /// Begins a line: its offset, if offsets are printed, and the white space before its text.
  void begin(std::size_t depth, std::optional<std::uint64_t> offset = std::nullopt) {
    if (has_offsets_) append_offset(offset);
    text_.append(2 * std::min(depth_ + depth, deepest), ' ');
  }
  TextLines& operator<<(std::string_view text) {
    text_.append(text);
    return *this;
  }
  void end() { text_ += '\n'; }

  /// A whole line.
  void line(std::size_t depth, std::string_view text,
            std::optional<std::uint64_t> offset = std::nullopt) {
    begin(depth, offset);
    text_.append(text);
    end();
  }
  /// Puts text at the end of the last line, which was ended already.
  void append_to_last(std::string_view text) { text_.insert(text_.size() - 1, text); }

  [[nodiscard]] bool has_offsets() const { return has_offsets_; }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  /// Deeper lines begin here, so that text grows no faster than what it shows.
  static constexpr std::size_t deepest = 60;

  void append_offset(std::optional<std::uint64_t> offset) {
    constexpr std::size_t width = 13;
    const auto start = text_.size();
    if (offset) text_ += "(;@" + hexadecimal(*offset).substr(2) + ";)";
    const auto used = text_.size() - start;
    text_.append(used < width ? width - used : 1, ' ');
  }

  std::string text_;
  std::size_t depth_;
  bool has_offsets_;
};

}  // namespace airlock::decoder::text
