#include "decoder/text/folded_code.hpp"

#include <limits>

namespace airlock::decoder::text {
namespace {

constexpr std::size_t line_width = 100;
constexpr std::uint32_t too_wide = line_width + 1;

/// How deep instructions are folded into each other. A longer chain continues on another line.
constexpr std::uint16_t deepest_folding = 200;

}  // namespace

FoldedCode::Number FoldedCode::new_node(std::string_view text, std::string_view annotation) {
  Node node;
  node.text = texts_.size();
  node.annotation_size = static_cast<std::uint32_t>(annotation.size());
  node.text_size = static_cast<std::uint32_t>(text.size());
  texts_.append(annotation).append(text);
  node.width = static_cast<std::uint32_t>(
      std::min<std::size_t>(annotation.size() + text.size() + 2, too_wide));
  nodes_.push_back(node);
  return static_cast<Number>(nodes_.size() - 1);
}

void FoldedCode::adopt(Number parent, Number child) {
  auto& to = nodes_[parent];
  if (to.last_child == none)
    to.first_child = child;
  else
    nodes_[to.last_child].next = child;
  to.last_child = child;
  to.width = std::min(to.width + 1 + nodes_[child].width, too_wide);
  to.depth = std::max(to.depth, nodes_[child].depth);
}

void FoldedCode::adopt_from(Number parent, std::size_t first_item) {
  for (auto i = first_item; i < items_.size(); ++i) adopt(parent, items_[i].node);
  items_.resize(first_item);
}

std::optional<std::size_t> FoldedCode::operands(std::uint64_t count) const {
  auto first = items_.size();
  while (count > 0) {
    if (first == open_.back().first_item) return std::nullopt;
    const auto& item = items_[--first];
    if (!item.can_fold || item.results > count || nodes_[item.node].depth >= deepest_folding)
      return std::nullopt;
    count -= item.results;
  }
  return first;
}

void FoldedCode::add(std::string_view text, const std::optional<StackEffect>& effect,
                     std::uint64_t offset, std::string_view annotation) {
  const auto number = new_node(text, annotation);
  const auto first = effect ? operands(effect->operands) : std::nullopt;
  auto& node = nodes_[number];
  node.offset = offset;
  if (first) {
    adopt_from(number, *first);
    ++nodes_[number].depth;
    items_.push_back({number, effect->results, effect->results > 0});
  } else {
    node.is_folded = false;
    items_.push_back({.node = number});
  }
}

void FoldedCode::open_block(std::string_view text, const std::optional<StackEffect>& effect,
                            bool is_if, std::uint64_t offset, std::string_view annotation) {
  const auto number = new_node(text, annotation);
  nodes_[number].offset = offset;
  nodes_[number].is_block = true;
  nodes_[number].width = too_wide;
  bool takes_more = !effect || effect->operands > 0;
  if (is_if) {
    if (const auto first = operands(1))
      adopt_from(number, *first);
    else
      takes_more = true;
  }
  open_.push_back({.block = number,
                   .arm = none,
                   .first_item = items_.size(),
                   .effect = effect,
                   .takes_more = takes_more});
}

void FoldedCode::close_arm() {
  auto& open = open_.back();
  adopt_from(open.arm == none ? open.block : open.arm, open.first_item);
  if (open.arm != none) adopt(open.block, open.arm);
  open.arm = none;
}

void FoldedCode::open_arm(std::string_view text, std::optional<std::uint64_t> offset) {
  close_arm();
  const auto number = new_node(text, {});
  auto& node = nodes_[number];
  node.is_block = true;
  node.width = too_wide;
  node.has_offset = offset.has_value();
  node.offset = offset.value_or(0);
  open_.back().arm = number;
}

void FoldedCode::close_block(std::string_view last, std::uint64_t offset) {
  if (!last.empty()) {
    open_arm(last, offset);
    nodes_[open_.back().arm].is_block = false;
  }
  close_arm();
  const auto open = open_.back();
  open_.pop_back();
  const auto results = open.effect ? open.effect->results : 0;
  items_.push_back({open.block, results, !open.takes_more && results > 0});
}

bool FoldedCode::is_single() const {
  return items_.size() == 1 && nodes_[items_.front().node].is_folded;
}

// ---- Printing

std::string_view FoldedCode::annotation_of(const Node& node) const {
  return std::string_view(texts_).substr(node.text, node.annotation_size);
}

std::string_view FoldedCode::text_of(const Node& node) const {
  return std::string_view(texts_).substr(node.text + node.annotation_size, node.text_size);
}

void FoldedCode::print_head(TextLines& to, const Node& node, std::size_t depth) const {
  to.begin(depth, node.has_offset ? std::optional(node.offset) : std::nullopt);
  to << annotation_of(node) << (node.is_folded ? "(" : "") << text_of(node);
}

/// Only for nodes that fit a line, which bounds the recursion.
void FoldedCode::print_inline(std::string& to, Number root) const {
  struct Step {
    Number node;
    bool closes;
  };
  std::vector<Step> steps{{root, false}};
  while (!steps.empty()) {
    const auto step = steps.back();
    steps.pop_back();
    const auto& node = nodes_[step.node];
    if (step.closes) {
      to += ')';
      if (step.node != root && node.next != none) steps.push_back({node.next, false});
      continue;
    }
    if (step.node != root) to += ' ';
    to.append(annotation_of(node)).append(node.is_folded ? "(" : "").append(text_of(node));
    if (node.is_folded)
      steps.push_back({step.node, true});
    else if (step.node != root && node.next != none)
      steps.push_back({node.next, false});
    if (node.first_child != none) steps.push_back({node.first_child, false});
  }
}

void FoldedCode::print(TextLines& to, std::size_t depth) {
  struct Step {
    Number node;
    std::size_t depth;
    bool closes;
  };
  std::vector<Step> steps;
  for (const auto& item : items_) {
    steps.push_back({item.node, depth, false});
    while (!steps.empty()) {
      const auto step = steps.back();
      steps.pop_back();
      const auto& node = nodes_[step.node];
      if (step.closes) {
        if (node.is_block && node.first_child != none)
          to.line(step.depth, ")");
        else
          to.append_to_last(")");
      } else if (!node.is_block && !to.has_offsets() && node.width < too_wide &&
                 2 * step.depth + node.width <= line_width) {
        to.begin(step.depth);
        std::string text;
        print_inline(text, step.node);
        to << text;
        to.end();
      } else {
        print_head(to, node, step.depth);
        to.end();
        if (node.is_folded) {
          steps.push_back({step.node, step.depth, true});
          if (node.first_child != none) steps.push_back({node.first_child, step.depth + 1, false});
          continue;  // its sibling is printed when it is closed
        }
      }
      if (step.node != item.node && node.next != none)
        steps.push_back({node.next, step.depth, false});
    }
  }
}

std::string FoldedCode::line() {
  std::string text;
  for (const auto& item : items_) {
    if (!text.empty()) text += ' ';
    print_inline(text, item.node);
  }
  return text;
}

}  // namespace airlock::decoder::text
