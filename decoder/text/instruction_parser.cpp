// Instructions, flat and folded (specification: Text Format, Instructions).
//
// A folded instruction `(op immediates operands…)` means its operands followed by itself. The
// parser has an explicit stack of open instructions, so that nesting costs no native stack.
#include <utility>

#include "decoder/text/keywords.hpp"
#include "decoder/text/module_parser.hpp"

namespace airlock::decoder::text {
namespace {

/// Whether an instruction opens a block, which `end` or a parenthesis closes.
bool is_block(Opcode opcode) {
  return opcode == "block"_op || opcode == "loop"_op || opcode == "if"_op || opcode == "try"_op ||
         opcode == "try_table"_op;
}

/// Whether an instruction is only a part of a block.
bool is_delimiter(Opcode opcode) {
  return opcode == "end"_op || opcode == "else"_op || opcode == "catch"_op ||
         opcode == "catch_all"_op || opcode == "delegate"_op;
}

}  // namespace

void ModuleParser::parse_expression(Encoder& to, bool is_single) {
  Body body;
  body.code.mark(peek().offset);
  run_instructions(body, is_single);
  write_opcode(body.code, "end"_op);
  to.append(body.code);
}

/// @param is_single whether to stop after one folded instruction, not at a closing parenthesis
void ModuleParser::run_instructions(Body& body, bool is_single) {
  frames_.clear();
  if (is_single && !at_open()) return fail_unexpected();
  while (!failed()) {
    if (at_open()) {
      open_folded(body);
    } else if (at_close() && !frames_.empty()) {
      close_folded(body);
    } else if (at(TokenKind::keyword)) {
      parse_flat(body);
    } else {
      break;
    }
    if (is_single && frames_.empty()) return;
  }
  if (failed()) return;
  if (!at_close() || !frames_.empty()) fail_unexpected();
}

// ---- Folded instructions

void ModuleParser::open_folded(Body& body) {
  const auto source = peek().offset;
  const auto word = peek(1).kind == TokenKind::keyword ? peek(1).text : std::string_view{};
  if (word == "then" || word == "else" || word == "do" || word == "catch" || word == "catch_all" ||
      word == "delegate")
    return open_arm(body, word);
  if (!frames_.empty()) {
    // The operands of an `if` come before its arms; there is nothing between the arms of a `try`.
    const auto& outer = frames_.back();
    const bool is_if = outer.kind == Frame::Kind::if_;
    if ((is_if && outer.stage != Frame::Stage::none) || outer.kind == Frame::Kind::try_) {
      take();
      return fail_unexpected();
    }
  }
  Frame frame;
  take_hint(body, frame);
  take();
  frame.opcode = take_instruction();
  if (failed()) return;
  frame.pending.mark(source);
  parse_instruction(body, frame.pending, frame);
  if (frame.opcode == "if"_op) {
    frame.kind = Frame::Kind::if_;
  } else if (frame.opcode == "try"_op) {
    frame.kind = Frame::Kind::try_;
  } else if (is_block(frame.opcode)) {
    frame.kind = Frame::Kind::block;
  }
  if (frame.kind == Frame::Kind::block || frame.kind == Frame::Kind::try_) {
    write_hint(body, frame);
    body.code.append(frame.pending);
    enter_block(body, frame);
  }
  push_frame(body, std::move(frame));
}

void ModuleParser::close_folded(Body& body) {
  auto& frame = frames_.back();
  using enum Frame::Kind;
  using enum Frame::Stage;
  switch (frame.kind) {
    case plain:
      write_hint(body, frame);
      body.code.append(frame.pending);
      break;
    case arm:
      break;  // its block continues
    case if_:
    case try_:
      if (frame.stage == none) return fail_unexpected();  // it has no arm yet
      if (frame.opcode == "delegate"_op) break;           // which has ended the block
      [[fallthrough]];
    case block:
      body.code.mark(peek().offset);
      write_opcode(body.code, "end"_op);
      leave_block(body);
      break;
    case flat_block:
      return fail_unexpected();
  }
  frames_.pop_back();
  take();
}

/// `(then`, `(else`, `(do`, `(catch`, `(catch_all` or `(delegate` within the block it belongs to
void ModuleParser::open_arm(Body& body, std::string_view word) {
  using enum Frame::Stage;
  const auto source = peek().offset;
  take();
  if (frames_.empty()) return fail_unexpected();
  auto& block = frames_.back();
  const bool in_if = block.kind == Frame::Kind::if_;
  const bool in_try = block.kind == Frame::Kind::try_;
  if (in_if && word == "then" && block.stage == none) {
    write_hint(body, block);
    body.code.append(block.pending);
    enter_block(body, block);
    block.stage = main;
  } else if (in_if && word == "else" && block.stage == main) {
    body.code.mark(source);
    write_opcode(body.code, "else"_op);
    block.stage = last;
  } else if (in_try && word == "do" && block.stage == none) {
    block.stage = main;
  } else if (in_try && word == "catch" && (block.stage == main || block.stage == caught)) {
    take();
    body.code.mark(source);
    write_opcode(body.code, "catch"_op);
    body.code.unsigned_number(parse_index(Space::tag));
    block.stage = caught;
    return push_frame(body, {.kind = Frame::Kind::arm, .opcode = "catch"_op});
  } else if (in_try && word == "catch_all" && (block.stage == main || block.stage == caught)) {
    body.code.mark(source);
    write_opcode(body.code, "catch_all"_op);
    block.stage = last;
  } else if (in_try && word == "delegate" && block.stage == main) {
    take();
    leave_block(body);  // the label counts from outside of the block
    body.code.mark(source);
    write_opcode(body.code, "delegate"_op);
    parse_label(body, body.code);
    block.stage = last;
    block.opcode = "delegate"_op;
    return expect_close();
  } else {
    return fail_unexpected();
  }
  take();
  push_frame(body, {.kind = Frame::Kind::arm});
}

// ---- Flat instructions

void ModuleParser::parse_flat(Body& body) {
  if (!frames_.empty()) {
    const auto kind = frames_.back().kind;
    if (kind == Frame::Kind::plain || kind == Frame::Kind::if_ || kind == Frame::Kind::try_)
      return fail_unexpected();  // its operands must be folded
  }
  if (parse_flat_delimiter(body)) return;
  Frame frame;
  const auto source = peek().offset;
  take_hint(body, frame);
  frame.opcode = take_instruction();
  if (failed()) return;
  write_hint(body, frame);
  body.code.mark(source);
  parse_instruction(body, body.code, frame);
  if (!is_block(frame.opcode)) return;
  enter_block(body, frame);
  frame.kind = Frame::Kind::flat_block;
  push_frame(body, std::move(frame));
}

/// `end`, `else`, `catch`, `catch_all` or `delegate`
/// @return whether there was one
bool ModuleParser::parse_flat_delimiter(Body& body) {
  using enum Frame::Stage;
  const auto opcode = find_instruction(peek().text);
  if (!opcode || !is_delimiter(*opcode)) return false;
  const auto source = peek().offset;
  if (frames_.empty() || frames_.back().kind != Frame::Kind::flat_block) {
    fail_unexpected();
    return true;
  }
  auto& frame = frames_.back();
  const bool in_if = frame.opcode == "if"_op;
  const bool in_try = frame.opcode == "try"_op;
  const bool fits = *opcode == "end"_op        ? true
                    : *opcode == "else"_op     ? in_if && frame.stage == none
                    : *opcode == "delegate"_op ? in_try && frame.stage == none
                                               : in_try && frame.stage != last;
  if (!fits) {
    fail_unexpected();
    return true;
  }
  take();
  body.code.mark(source);
  if (*opcode == "end"_op) {
    write_opcode(body.code, *opcode);
    leave_block(body);
    check_label(frame);
    frames_.pop_back();
  } else if (*opcode == "delegate"_op) {
    leave_block(body);
    write_opcode(body.code, *opcode);
    parse_label(body, body.code);
    frames_.pop_back();
  } else {
    write_opcode(body.code, *opcode);
    if (*opcode == "catch"_op) body.code.unsigned_number(parse_index(Space::tag));
    if (*opcode == "else"_op) check_label(frame);
    frame.stage = *opcode == "catch"_op ? caught : last;
  }
  return true;
}

/// The identifier that may follow `end` and `else` has to be the block's.
void ModuleParser::check_label(const Frame& frame) {
  if (!at(TokenKind::identifier)) return;
  if (peek().text != frame.label) return fail("mismatching label $" + std::string(peek().text));
  take();
}

// ---- Blocks

void ModuleParser::push_frame(Body& body, Frame frame) {
  // A block in folded form takes two frames, one of them for its arm.
  if (frames_.size() / 2 >= limits_.control_nesting ||
      body.labels.depth() > limits_.control_nesting)
    return fail("nesting too deep", ErrorKind::limit);
  frames_.push_back(std::move(frame));
}

void ModuleParser::enter_block(Body& body, Frame& frame) {
  const auto index = body.label_count++;
  if (frame.label_name)
    body.label_names.push_back({index, std::move(*frame.label_name)});
  else if (!frame.label.empty())
    body.label_names.push_back({index, std::string(frame.label)});
  body.labels.push(frame.label);
}

void ModuleParser::leave_block(Body& body) { body.labels.pop(); }

// ---- Single instructions

Opcode ModuleParser::take_instruction() {
  if (at(TokenKind::keyword)) {
    if (const auto opcode = find_instruction(peek().text); opcode && !is_delimiter(*opcode)) {
      take();
      return *opcode;
    }
  }
  fail_unexpected();
  return "nop"_op;
}

void ModuleParser::write_opcode(Encoder& to, Opcode opcode) {
  const auto& instruction = row(opcode);
  if (instruction.prefix == 0) return to.byte(static_cast<std::uint8_t>(instruction.code));
  to.byte(instruction.prefix);
  to.unsigned_number(instruction.code);
}

void ModuleParser::parse_instruction(Body& body, Encoder& to, Frame& frame) {
  if (is_block(frame.opcode)) {
    if (at(TokenKind::identifier)) frame.label = take().text;
    frame.label_name = take_name_annotation();
  }
  const auto opcode = choose_encoding(frame.opcode);
  write_opcode(to, opcode);
  parse_immediates(body, to, opcode);
}

}  // namespace airlock::decoder::text
