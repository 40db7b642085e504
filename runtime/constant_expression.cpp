#include "runtime/constant_expression.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "decoder/instruction.hpp"
#include "runtime/semantics/integer.hpp"
#include "runtime/semantics/reference.hpp"
#include "runtime/store.hpp"

namespace airlock::runtime {
namespace {

using namespace decoder::literals;
using Constant = std::array<Slot, 2>;

/// The operand stack of a constant expression. Validation has proven that it is never popped when
/// empty; it is checked all the same, since that costs little here.
class Evaluator final : RootSource {
 public:
  Evaluator(Instance& instance, const decoder::Expression& expression, const Limits& limits)
      : instance_(instance), heap_(instance.store->heap()), reader_(expression, limits) {
    heap_.add(*this);
  }
  ~Evaluator() { heap_.remove(*this); }
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  /// The operand stack is a root: an instruction that allocates may collect.
  void trace(Marker& marker) override {
    for (const Constant& value : stack_) marker.word(value[0].bits);
  }

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
        return push_function();
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
      case "ref.i31"_op:
        return unary([](Slot a) { return Slot{.bits = semantics::ref_i31(a.i32)}; });
      case "any.convert_extern"_op:
      case "extern.convert_any"_op:
        return {};  // the bits are the same
      case "struct.new"_op:
      case "struct.new_default"_op:
        return new_structure(instruction_.opcode == "struct.new_default"_op);
      case "struct.new_desc"_op:
      case "struct.new_default_desc"_op:
        return new_described_structure(instruction_.opcode == "struct.new_default_desc"_op);
      case "array.new"_op:
      case "array.new_default"_op:
        return new_array(instruction_.opcode == "array.new"_op);
      case "array.new_fixed"_op:
        return new_fixed_array(instruction_.second_index);
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

  Result<void> push_function() {
    Function* function = instance_.function(instruction_.index);
    if (function != nullptr) return push({.function = function});
    return std::unexpected(
        to_error(Trap(TrapCode::out_of_memory, instance_.store->bookkeeping().exhausted_text())));
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

  // Structures and arrays. Operands stay on the stack until the object is allocated.

  [[nodiscard]] const Layout& layout() const {
    return heap_.layout(instance_.type_ids[instruction_.index]);
  }

  Result<void> replace(std::size_t count, const Object* object) {
    stack_.resize(stack_.size() - count);
    return push({.bits = reinterpret_cast<std::uint64_t>(object)});
  }

  /// A structure, whose fields have default values or the topmost values of the stack.
  Object* make_structure(bool is_default, std::size_t others) {
    Object* object = heap_.allocate_structure(layout());
    if (object == nullptr) return nullptr;
    if (is_default) {
      semantics::initialize_default(*object, layout().size);
      return object;
    }
    const Constant* value = stack_.data() + (stack_.size() - others - layout().fields.size());
    for (const FieldLayout& field : layout().fields)
      store_field(object->at(field.offset), field, (value++)->data());
    return object;
  }

  Result<void> new_structure(bool is_default) {
    const std::size_t count = is_default ? 0 : layout().fields.size();
    if (stack_.size() < count) return mismatch();
    Object* object = make_structure(is_default, 0);
    return object != nullptr ? replace(count, object) : exhausted();
  }

  Result<void> new_described_structure(bool is_default) {
    const std::size_t count = is_default ? 1 : layout().fields.size() + 1;
    if (stack_.size() < count) return mismatch();
    if (stack_.back()[0].bits == 0)
      return std::unexpected(to_error(Trap(TrapCode::null_descriptor_reference)));
    Object* object = make_structure(is_default, 1);
    if (object == nullptr) return exhausted();
    semantics::store_descriptor(*object, layout(), stack_.back()[0].bits);
    return replace(count, object);
  }

  Result<void> new_array(bool has_value) {
    const std::size_t count = has_value ? 2 : 1;
    if (stack_.size() < count) return mismatch();
    const auto length = stack_.back()[0].i32;
    Object* array = heap_.allocate_array(layout(), length);
    if (array == nullptr) return exhausted();
    if (has_value)
      semantics::fill(*array, layout().element(), 0, length, stack_[stack_.size() - 2].data());
    else
      semantics::initialize_default(*array, layout().array_bytes(length));
    return replace(count, array);
  }

  Result<void> new_fixed_array(std::uint32_t count) {
    if (stack_.size() < count) return mismatch();
    Object* array = heap_.allocate_array(layout(), count);
    if (array == nullptr) return exhausted();
    for (std::uint32_t i = 0; i < count; ++i)
      store_field(semantics::element(*array, layout().element(), i), layout().element(),
                  stack_[stack_.size() - count + i].data());
    return replace(count, array);
  }

  std::unexpected<Error> exhausted() const {
    return std::unexpected(to_error(Trap(TrapCode::out_of_memory, heap_.exhausted_text())));
  }

  template <typename Operation>
  Result<void> unary(Operation operation) {
    if (stack_.empty()) return mismatch();
    stack_.back()[0] = operation(stack_.back()[0]);
    return {};
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
  Heap& heap_;
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
