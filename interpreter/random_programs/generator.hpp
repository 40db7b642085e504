// Makes random programs that are valid.
#pragma once

#include <random>
#include <utility>

#include "interpreter/random_programs/operations.hpp"

namespace airlock::interpreter::random_programs {

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

  /// What loops do: a constant is added to a local, once or twice, and the sum is kept, and often
  /// compared.
  void counter() {
    static constexpr std::uint32_t counters[] = {0, 1, 5};
    const auto pick_counter = [&] { return counters[pick(std::size(counters))]; };
    for (std::uint32_t n = 1 + pick(2); n > 0; --n) {
      add({.kind = Kind::get, .index = pick_counter()});
      push(Type::i32);
      constant(Type::i32);
      add({.kind = Kind::binary, .type = Type::i32, .index = pick(2)}, 1);  // add, sub
      if (n > 1) add({.kind = Kind::set, .index = pick_counter()}, 1);
    }
    add({.kind = Kind::tee, .index = pick_counter()});
    if (pick(3) != 0) {
      if (pick(2) == 0) {
        constant(Type::i32);
      } else {
        add({.kind = Kind::get, .index = pick_counter()});
        push(Type::i32);
      }
      add({.kind = Kind::binary, .type = Type::i32, .index = 5 + pick(2)}, 1);  // lt_s, ge_u
    }
    if (pick(4) != 0) return branch(Kind::branch_if);
    if (pick(2) == 0) open(Kind::if_);
  }

  void step() {
    const bool has_i32 = available() > 0 && stack_.back() == Type::i32;
    switch (pick(34)) {
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
      case 29:
      case 30:
      case 31:
        return counter();
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

}  // namespace airlock::interpreter::random_programs
