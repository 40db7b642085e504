// Instructions in folded form (specification: Text Format, Folded Instructions).
//
// `(op a b)` means `a b op`, whatever the three are, so folding never changes the code, only how it
// reads. An instruction is folded if the instructions right before it push exactly its operands.
// Otherwise (operands from outside of the block, several results of which only some are used,
// unreachable code) it is written unfolded after them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/stack_effect.hpp"
#include "decoder/text/text_lines.hpp"

namespace airlock::decoder::text {

/// The code of one function or constant expression under construction. Instructions come in the
/// order of the binary format; blocks nest without cost to the native stack.
class FoldedCode {
 public:
  FoldedCode() { open_.push_back({}); }

  /// An instruction, by its text without parentheses.
  /// @param effect if it is unknown, the instruction is not folded, and no later one folds those
  ///   before it
  void add(std::string_view text, const std::optional<StackEffect>& effect, std::uint64_t offset,
           std::string_view annotation = {});

  /// Opens a block. The condition of an `if` becomes part of it; its first arm is opened next.
  void open_block(std::string_view text, const std::optional<StackEffect>& effect, bool is_if,
                  std::uint64_t offset, std::string_view annotation = {});
  /// Opens an arm of the innermost block and closes the previous arm: `then`, `else`, `do`,
  /// `catch $tag`.
  void open_arm(std::string_view text, std::optional<std::uint64_t> offset = std::nullopt);
  /// Closes the innermost block.
  /// @param last an arm without contents, after all others: `delegate $label`
  void close_block(std::string_view last = {}, std::uint64_t offset = 0);

  /// Prints the code, each statement from a line of its own.
  void print(TextLines& to, std::size_t depth);
  /// The same on one line.
  [[nodiscard]] std::string line();
  /// Whether it is a single instruction in parentheses.
  [[nodiscard]] bool is_single() const;

 private:
  using Number = std::uint32_t;
  static constexpr Number none = 0xffff'ffff;

  /// An instruction, a block or an arm, and the contents of its parentheses.
  struct Node {
    std::uint64_t text = 0;  ///< where its text begins in `texts_`, annotation first
    std::uint32_t text_size = 0;
    std::uint32_t annotation_size = 0;
    Number first_child = none;
    Number last_child = none;
    Number next = none;
    std::uint32_t width = 0;  ///< on one line
    std::uint16_t depth = 0;  ///< of instructions folded into each other
    bool is_folded = true;    ///< is written in parentheses
    bool is_block = false;    ///< closes on a line of its own
    bool has_offset = true;
    std::uint64_t offset = 0;
  };

  /// A node that is not part of another one yet.
  struct Item {
    Number node = none;
    std::uint64_t results = 0;
    bool can_fold = false;  ///< whether it may become an operand
  };

  /// An open block; the first is the whole code.
  struct Open {
    Number block = none;
    Number arm = none;           ///< none: the next node is part of the block itself
    std::size_t first_item = 0;  ///< in `items_`, of the block or arm
    std::optional<StackEffect> effect{};
    bool takes_more = false;  ///< has operands that are outside of it
  };

  Number new_node(std::string_view text, std::string_view annotation);
  void adopt(Number parent, Number child);
  void adopt_from(Number parent, std::size_t first_item);
  /// The first of the last items that push exactly this many operands, if there are such items.
  [[nodiscard]] std::optional<std::size_t> operands(std::uint64_t count) const;
  void close_arm();
  void print_head(TextLines& to, const Node& node, std::size_t depth) const;
  void print_inline(std::string& to, Number root) const;
  [[nodiscard]] std::string_view text_of(const Node& node) const;
  [[nodiscard]] std::string_view annotation_of(const Node& node) const;

  std::string texts_;
  std::vector<Node> nodes_;
  std::vector<Item> items_;
  std::vector<Open> open_;
};

}  // namespace airlock::decoder::text
