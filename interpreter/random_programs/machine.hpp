// A machine that folds nothing: what random programs have to compute.
#pragma once

#include <cstring>
#include <unordered_map>

#include "interpreter/random_programs/operations.hpp"

namespace airlock::interpreter::random_programs {

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

}  // namespace airlock::interpreter::random_programs
