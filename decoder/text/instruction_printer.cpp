// Instructions, flat and folded (specification: Text Format, Instructions).
#include <array>
#include <bit>
#include <charconv>

#include "decoder/stack_effect.hpp"
#include "decoder/text/keywords.hpp"
#include "decoder/text/module_printer.hpp"

namespace airlock::decoder::text {
namespace {

constexpr std::array<std::string_view, 4> catch_words{"catch", "catch_ref", "catch_all",
                                                      "catch_all_ref"};

/// The shortest decimal that is parsed to the same bits; NaNs with their payload.
template <typename Float, typename Bits>
std::string float_literal(Bits bits, unsigned mantissa_bits) {
  constexpr unsigned width = sizeof(Bits) * 8;
  const auto mantissa = bits & ((Bits{1} << mantissa_bits) - 1);
  const auto infinity = (Bits{1} << (width - 1)) - (Bits{1} << mantissa_bits);
  const auto magnitude = bits & ~(Bits{1} << (width - 1));
  std::string text = bits >> (width - 1) != 0 ? "-" : "";
  if (magnitude == infinity) return text + "inf";
  if (magnitude > infinity) {
    const auto quiet = Bits{1} << (mantissa_bits - 1);
    return text + (mantissa == quiet ? "nan" : "nan:" + hexadecimal(mantissa));
  }
  std::array<char, 64> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::bit_cast<Float>(magnitude));
  return text.append(buffer.data(), end.ptr);
}

}  // namespace

ModulePrinter::Nesting ModulePrinter::nesting_of(Opcode opcode) {
  if (opcode == "block"_op || opcode == "loop"_op || opcode == "if"_op || opcode == "try"_op ||
      opcode == "try_table"_op)
    return Nesting::opens;
  if (opcode == "else"_op || opcode == "catch"_op || opcode == "catch_all"_op)
    return Nesting::divides;
  if (opcode == "end"_op || opcode == "delegate"_op) return Nesting::closes;
  return Nesting::none;
}

// ---- Bodies

void ModulePrinter::print_body(const Function& function, std::uint32_t index,
                               const PrintedNames& locals) {
  const auto names = module_.names.labels.find(index);
  label_names_ = names == module_.names.labels.end() ? nullptr : &names->second;
  label_count_ = 0;
  labels_.clear();
  label_arities_.clear();
  const auto effect = function_effect(module_, function.type);
  label_arities_.push_back(effect ? std::optional(std::uint32_t(effect->results)) : std::nullopt);
  body_hints_ = {};
  hints_start_ = function.code_offset;
  if (hints_)
    if (const auto found = hints_->find(index); found != hints_->end()) body_hints_ = found->second;

  FoldedCode code;
  InstructionReader reader(function.body, limits_);
  Instruction next;
  while (!error_) {
    if (reader.at_end()) return fail(reader.offset(), "unexpected end of section or function");
    if (!reader.next(next)) {
      error_ = reader.error();
      return;
    }
    const auto nesting = nesting_of(next.opcode);
    if (nesting == Nesting::closes && labels_.empty()) {  // the function's own `end`
      if (next.opcode != "end"_op || !reader.at_end()) fail(next.offset, "END opcode expected");
      break;
    }
    if (!check_nesting(next, nesting) || !check_data_count(next)) return;
    if (options_.is_folded)
      add_folded(code, next, nesting, locals);
    else
      print_flat(next, nesting, locals);
    if (!check_sink()) return;
  }
  if (options_.is_folded && !error_) code.print(text_, 2);
}

void ModulePrinter::fail(std::uint64_t offset, std::string_view message) {
  error_ = Error{.kind = ErrorKind::malformed, .message = std::string(message), .offset = offset};
}

bool ModulePrinter::check_nesting(const Instruction& next, Nesting nesting) {
  if (nesting == Nesting::none || nesting == Nesting::opens || next.opcode == "end"_op) return true;
  const auto part = labels_.empty() ? "block"_op : labels_.back().part;
  const bool fits = next.opcode == "else"_op       ? part == "if"_op
                    : next.opcode == "delegate"_op ? part == "try"_op
                                                   : part == "try"_op || part == "catch"_op;
  if (!fits)
    fail(next.offset, "END opcode expected");
  else if (nesting == Nesting::divides)
    labels_.back().part = next.opcode;
  return fits;
}

/// The text format has no data count, so a module that lacks a required one has no text.
bool ModulePrinter::check_data_count(const Instruction& next) {
  if (module_.data_count) return true;
  const auto immediate = row(next.opcode).immediate;
  if (immediate != Immediate::data && immediate != Immediate::data_memory &&
      immediate != Immediate::type_data)
    return true;
  fail(next.offset, "data count section required");
  return false;
}

std::string ModulePrinter::label_identifier() {
  const auto index = label_count_++;
  if (label_names_ == nullptr) return {};
  const auto found = label_names_->find(index);
  return found != label_names_->end() && can_be_identifier(found->second)
             ? quote_identifier(found->second)
             : std::string{};
}

std::string ModulePrinter::open_label(const Instruction& next, const PrintedNames& locals) {
  auto identifier = label_identifier();
  std::string text(text_name(next.opcode));
  if (!identifier.empty()) text += ' ' + identifier;
  text += immediates(next, locals);  // these are outside of the new label
  labels_.push_back({next.opcode, std::move(identifier)});
  // A branch to a loop goes to its start.
  const auto effect = block_effect(module_, next.block);
  const auto arity = effect ? std::optional(std::uint32_t(
                                  next.opcode == "loop"_op ? effect->operands : effect->results))
                            : std::nullopt;
  label_arities_.push_back(arity);
  return text;
}

void ModulePrinter::close_label() {
  labels_.pop_back();
  label_arities_.pop_back();
}

void ModulePrinter::print_flat(const Instruction& next, Nesting nesting,
                               const PrintedNames& locals) {
  constexpr std::size_t body_depth = 2;
  if (nesting == Nesting::closes) close_label();  // `delegate` counts from outside of the block
  const auto depth = body_depth + labels_.size() - (nesting == Nesting::divides ? 1 : 0);
  const auto hint = branch_hint(next);
  text_.begin(depth, next.offset);
  text_ << hint;
  text_ << (nesting == Nesting::opens ? open_label(next, locals) : instruction(next, locals));
  text_.end();
}

void ModulePrinter::add_folded(FoldedCode& code, const Instruction& next, Nesting nesting,
                               const PrintedNames& locals) {
  const auto hint = branch_hint(next);
  switch (nesting) {
    case Nesting::none:
      return code.add(instruction(next, locals), stack_effect(module_, next, label_arities_),
                      next.offset, hint);
    case Nesting::opens:
      code.open_block(open_label(next, locals), block_effect(module_, next.block),
                      next.opcode == "if"_op, next.offset, hint);
      if (next.opcode == "if"_op) code.open_arm("then");
      if (next.opcode == "try"_op) code.open_arm("do");
      return;
    case Nesting::divides:
      // The folded form has no second `else`, and nothing after `catch_all`.
      return code.open_arm(instruction(next, locals), next.offset);
    case Nesting::closes:
      close_label();
      if (next.opcode == "delegate"_op)
        code.close_block(instruction(next, locals), next.offset);
      else
        code.close_block();
      return;
  }
}

std::string ModulePrinter::branch_hint(const Instruction& next) {
  if (body_hints_.empty() || hints_start_ + body_hints_.front().offset != next.offset) return {};
  const bool is_likely = body_hints_.front().is_likely;
  body_hints_ = body_hints_.subspan(1);
  return std::string("(@") + std::string(branch_hint_section) +
         (is_likely ? " \"\\01\") " : " \"\\00\") ");
}

std::string ModulePrinter::expression(const Expression& expression, bool* is_single) {
  const PrintedNames no_locals;
  labels_.clear();
  label_arities_.assign(1, std::nullopt);
  label_names_ = nullptr;
  body_hints_ = {};
  std::string flat;
  FoldedCode folded;
  InstructionReader reader(expression, limits_);
  Instruction next;
  while (!error_ && !reader.at_end()) {
    if (!reader.next(next)) {
      error_ = reader.error();
      break;
    }
    if (next.opcode == "end"_op && reader.at_end()) break;
    if (nesting_of(next.opcode) != Nesting::none) {
      fail(next.offset, "constant expression required");
      break;
    }
    auto text = instruction(next, no_locals);
    if (!flat.empty()) flat += ' ';
    flat += text;
    folded.add(text, stack_effect(module_, next, label_arities_), next.offset);
  }
  if (is_single != nullptr) *is_single = folded.is_single();
  if (options_.is_folded || folded.is_single()) return folded.line();
  return flat;
}

// ---- Single instructions

std::string ModulePrinter::instruction(const Instruction& next, const PrintedNames& locals) {
  return std::string(text_name(next.opcode)) + immediates(next, locals);
}

/// A space and an immediate for each immediate.
std::string ModulePrinter::immediates(const Instruction& next, const PrintedNames& locals) {
  const auto with_space = [](std::string text) { return ' ' + std::move(text); };
  const auto number = [](std::uint64_t value) { return ' ' + std::to_string(value); };
  // Memory 0 and table 0 are left out.
  const auto unless_zero = [&](const PrintedNames& names, std::uint32_t index) {
    return index == 0 ? std::string{} : with_space(names.use(index));
  };
  const auto pair = [&](const PrintedNames& names) {
    if (next.index == 0 && next.second_index == 0) return std::string{};
    return with_space(names.use(next.index)) + with_space(names.use(next.second_index));
  };
  switch (row(next.opcode).immediate) {
    case Immediate::none:
    case Immediate::fence:
      return {};
    case Immediate::block_type:
      return block_type(next.block);
    case Immediate::label:
      return with_space(label(next.index));
    case Immediate::label_table: {
      std::string text;
      for (const auto depth : next.labels) text += ' ' + label(depth);
      return text;
    }
    case Immediate::function:
      return with_space(functions_.use(next.index));
    case Immediate::type:
      return with_space(types_.use(next.index));
    case Immediate::type_table:
      return unless_zero(tables_, next.second_index) + ' ' + type_use(next.index);
    case Immediate::local:
      return with_space(locals.use(next.index));
    case Immediate::global:
      return with_space(globals_.use(next.index));
    case Immediate::table:
      return unless_zero(tables_, next.index);
    case Immediate::table_table:
      return pair(tables_);
    case Immediate::element:
      return with_space(elements_.use(next.index));
    case Immediate::element_table:
      return unless_zero(tables_, next.second_index) + ' ' + elements_.use(next.index);
    case Immediate::memory:
      return unless_zero(memories_, next.index);
    case Immediate::memory_memory:
      return pair(memories_);
    case Immediate::data:
      return with_space(data_.use(next.index));
    case Immediate::data_memory:
      return unless_zero(memories_, next.second_index) + ' ' + data_.use(next.index);
    case Immediate::tag:
      return with_space(tags_.use(next.index));
    case Immediate::memarg:
      return memory_argument(next);
    case Immediate::memarg_lane:
      return memory_argument(next) + number(next.lane);
    case Immediate::lane:
      return number(next.lane);
    case Immediate::shuffle: {
      std::string text;
      for (const auto lane : next.vector) text += number(lane);
      return text;
    }
    case Immediate::i32:
      return with_space(std::to_string(static_cast<std::int32_t>(next.constant)));
    case Immediate::i64:
      return with_space(std::to_string(static_cast<std::int64_t>(next.constant)));
    case Immediate::f32:
      return with_space(float_literal<float>(static_cast<std::uint32_t>(next.constant), 23));
    case Immediate::f64:
      return with_space(float_literal<double>(next.constant, 52));
    case Immediate::v128: {
      std::string text = " i32x4";
      for (unsigned lane = 0; lane < 16; lane += 4) {
        std::uint32_t bits = 0;
        for (unsigned byte = 4; byte-- > 0;) bits = bits << 8 | next.vector[lane + byte];
        text += ' ' + hexadecimal(bits);
      }
      return text;
    }
    case Immediate::heap_type: {
      if (next.opcode == "ref.null"_op) return with_space(heap_type(next.heap));
      return with_space(
          value_type(ValueType::reference(next.heap, is_second_encoding(next.opcode))));
    }
    case Immediate::branch_cast:
      return with_space(label(next.index)) + ' ' +
             value_type(ValueType::reference(next.heap, (next.cast_flags & 1) != 0)) + ' ' +
             value_type(ValueType::reference(next.second_heap, (next.cast_flags & 2) != 0));
    case Immediate::select_types: {
      std::string text = " (result";
      for (const auto& type : next.types) text += ' ' + value_type(type);
      return text + ')';
    }
    case Immediate::try_table: {
      auto text = block_type(next.block);
      for (const auto& clause : next.catches) {
        text.append(" (").append(catch_words[static_cast<std::size_t>(clause.kind)]);
        if (clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref)
          text += ' ' + tags_.use(clause.tag);
        text += ' ' + label(clause.label) + ')';
      }
      return text;
    }
    case Immediate::type_field:
      return with_space(types_.use(next.index)) + ' ' + field(next.index, next.second_index);
    case Immediate::type_count:
      return with_space(types_.use(next.index)) + number(next.second_index);
    case Immediate::type_type:
      return with_space(types_.use(next.index)) + ' ' + types_.use(next.second_index);
    case Immediate::type_data:
      return with_space(types_.use(next.index)) + ' ' + data_.use(next.second_index);
    case Immediate::type_element:
      return with_space(types_.use(next.index)) + ' ' + elements_.use(next.second_index);
  }
  return {};
}

std::string ModulePrinter::block_type(const BlockType& type) const {
  switch (type.kind) {
    case BlockType::Kind::empty:
      return {};
    case BlockType::Kind::value:
      return " (result " + value_type(type.value) + ')';
    case BlockType::Kind::type_index:
      return ' ' + type_use(type.type_index);
  }
  return {};
}

std::string ModulePrinter::memory_argument(const Instruction& next) const {
  std::string text;
  if (next.memory.memory != 0) text += ' ' + memories_.use(next.memory.memory);
  if (next.memory.offset != 0) text += " offset=" + std::to_string(next.memory.offset);
  const auto align = std::uint64_t{1} << next.memory.align_log2;
  if (align != row(next.opcode).width) text += " align=" + std::to_string(align);
  return text;
}

/// A label by its identifier, unless it is far away or an inner label of the same name hides it.
std::string ModulePrinter::label(std::uint32_t depth) const {
  constexpr std::uint32_t far = 32;
  if (depth >= labels_.size() || depth > far) return std::to_string(depth);
  const auto& wanted = labels_[labels_.size() - 1 - depth].identifier;
  if (wanted.empty()) return std::to_string(depth);
  for (std::uint32_t inner = 0; inner < depth; ++inner)
    if (labels_[labels_.size() - 1 - inner].identifier == wanted) return std::to_string(depth);
  return wanted;
}

std::string ModulePrinter::field(std::uint32_t type, std::uint32_t index) const {
  const auto found = fields_.find(type);
  return found == fields_.end() ? std::to_string(index) : found->second.use(index);
}

}  // namespace airlock::decoder::text
