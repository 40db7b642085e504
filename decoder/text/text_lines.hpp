// Text under construction, line by line.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "decoder/error.hpp"
#include "decoder/text/printer.hpp"

namespace airlock::decoder::text {

/// The text of a printed module, passed to a sink in pieces. With offsets, each line begins with a
/// comment that is its offset in the binary, or with as much space.
class TextLines {
 public:
  /// @param depth of the outermost line, where the text will be part of another
  TextLines(bool has_offsets, TextSink sink, std::size_t depth = 0)
      : sink_(std::move(sink)), depth_(depth), has_offsets_(has_offsets) {}

  /// Begins a line: its offset, if offsets are printed, and the white space before its text.
  void begin(std::size_t depth, std::optional<std::uint64_t> offset = std::nullopt) {
    break_line();
    if (has_offsets_) append_offset(offset);
    text_.append(2 * std::min(depth_ + depth, deepest), ' ');
  }
  TextLines& operator<<(std::string_view text) {
    break_line();
    text_.append(text);
    hand_on_if_long();
    return *this;
  }
  void end() {
    break_line();
    is_ended_ = true;
    hand_on_if_long();
  }

  /// A whole line.
  void line(std::size_t depth, std::string_view text,
            std::optional<std::uint64_t> offset = std::nullopt) {
    begin(depth, offset);
    text_.append(text);
    end();
  }
  /// Appends text to the last line, which was ended already.
  void append_to_last(std::string_view text) { text_.append(text); }

  /// Hands on what is left. @return the first error of the sink
  [[nodiscard]] Result<void> finish() {
    break_line();
    hand_on();
    if (error_) return std::unexpected(*error_);
    return {};
  }

  [[nodiscard]] bool has_offsets() const { return has_offsets_; }
  /// What the sink said when it took no more.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  /// Deeper lines begin here, so that the text grows only linearly with the input.
  static constexpr std::size_t deepest = 60;
  static constexpr std::size_t piece_size = std::size_t{1} << 16;

  void append_offset(std::optional<std::uint64_t> offset) {
    constexpr std::size_t width = 13;
    const auto start = text_.size();
    if (offset) text_ += "(;@" + hexadecimal(*offset).substr(2) + ";)";
    const auto used = text_.size() - start;
    text_.append(used < width ? width - used : 1, ' ');
  }

  /// The line break is written only when something follows, since the last line may go on.
  void break_line() {
    if (std::exchange(is_ended_, false)) text_ += '\n';
  }
  void hand_on_if_long() {
    if (text_.size() >= piece_size) hand_on();
  }
  void hand_on() {
    if (!error_ && !text_.empty())
      if (auto taken = sink_(text_); !taken) error_ = std::move(taken).error();
    text_.clear();
  }

  TextSink sink_;
  std::string text_;  ///< not handed on yet
  bool is_ended_ = false;
  std::size_t depth_;
  bool has_offsets_;
  std::optional<Error> error_;
};

}  // namespace airlock::decoder::text
