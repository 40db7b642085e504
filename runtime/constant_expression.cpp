#include "runtime/constant_expression.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "decoder/instruction.hpp"
#include "runtime/semantics/integer.hpp"

namespace airlock::runtime {
namespace {

using namespace decoder::literals;
using Constant = std::array<Slot, 2>;

/// The operand stack of a constant expression. Validation has shown that it never runs empty, but
/// an error is cheap here.
class Evaluator {
 public:
  Evaluator(Instance& instance, const decoder::Expression& expression, const Limits& limits)
      : instance_(instance), reader_(expression, limits) {}

  Result<Constant> run() {
    while (!reader_.at_end()) {
      if (!reader_.next(instruction_)) return std::unexpected(reader_.error());
      if (instruction_.opcode == "end"_op) break;
      if (auto step = execute(); !step) return propagate(std::move(step));
    }
    if (stack_.size() != 1) return mismatch();
    return stack_.back();
  }

 private:
  Result<void> execute() {
    switch (instruction_.opcode) {
      case "i32.const"_op:
      case "i64.const"_op:
      case "f32.const"_op:
      case "f64.const"_op:
        return push({.bits = instruction_.constant});
      case "v128.const"_op:
        return push_vector();
      case "ref.null"_op:
        return push({.bits = 0});
      case "ref.func"_op:
        return push({.function = instance_.function(instruction_.index)});
      case "global.get"_op:
        return push_global();
      case "i32.add"_op:
        return binary_i32(semantics::add<std::uint32_t>);
      case "i32.sub"_op:
        return binary_i32(semantics::subtract<std::uint32_t>);
      case "i32.mul"_op:
        return binary_i32(semantics::multiply<std::uint32_t>);
      case "i64.add"_op:
        return binary_i64(semantics::add<std::uint64_t>);
      case "i64.sub"_op:
        return binary_i64(semantics::subtract<std::uint64_t>);
      case "i64.mul"_op:
        return binary_i64(semantics::multiply<std::uint64_t>);
      default:
        return fail_at(
            ErrorKind::unsupported, instruction_.offset,
            "`" + std::string(decoder::name(instruction_.opcode)) + "` in a constant expression");
    }
  }

  Result<void> push(Slot low, Slot high = {}) {
    stack_.push_back({low, high});
    return {};
  }

  Result<void> push_vector() {
    Constant value{};
    static_assert(sizeof(value) == sizeof(instruction_.vector));
    std::memcpy(value.data(), instruction_.vector.data(), sizeof(value));
    return push(value[0], value[1]);
  }

  Result<void> push_global() {
    const auto& type = instance_.module->tree.global_types[instruction_.index];
    const Slot* storage = instance_.global_cells[instruction_.index];
    return push(storage[0], slot_count(type.value) == 2 ? storage[1] : Slot{});
  }

  Result<void> binary_i32(std::uint32_t (*operation)(std::uint32_t, std::uint32_t)) {
    return binary([=](Slot a, Slot b) { return Slot{.bits = operation(a.i32, b.i32)}; });
  }

  Result<void> binary_i64(std::uint64_t (*operation)(std::uint64_t, std::uint64_t)) {
    return binary([=](Slot a, Slot b) { return Slot{.i64 = operation(a.i64, b.i64)}; });
  }

  template <typename Operation>
  Result<void> binary(Operation operation) {
    if (stack_.size() < 2) return mismatch();
    const Slot right = stack_.back()[0];
    stack_.pop_back();
    stack_.back()[0] = operation(stack_.back()[0], right);
    return {};
  }

  std::unexpected<Error> mismatch() const {
    return fail_at(ErrorKind::invalid, reader_.offset(), "type mismatch");
  }

  Instance& instance_;
  decoder::InstructionReader reader_;
  decoder::Instruction instruction_{};
  std::vector<Constant> stack_;
};

}  // namespace

Result<std::array<Slot, 2>> evaluate_constant(Instance& instance,
                                              const decoder::Expression& expression,
                                              const Limits& limits) {
  return Evaluator(instance, expression, limits).run();
}

}  // namespace airlock::runtime
