// References, structures and arrays (specification: Validation, Reference Instructions, Aggregate
// Reference Instructions).
#include "validator/function_checker.hpp"

#include <algorithm>

#include "validator/descriptor_rules.hpp"

namespace airlock::validator {

using namespace decoder::literals;
using decoder::CompositeKind;
using decoder::FieldType;
using decoder::HeapKind;
using decoder::HeapType;
using decoder::ValueType;

namespace {

/// The type of a field's value on the stack.
constexpr ValueType unpacked(const FieldType& field) {
  return field.storage.is_packed() ? decoder::i32 : field.storage;
}

}  // namespace

bool FunctionChecker::check_reference(const Instruction& instruction) {
  const auto index = instruction.index;
  ValueType reference;
  switch (instruction.opcode) {
    case "ref.null"_op:
      return check_heap_type(instruction.heap) &&
             push(ValueType::reference(instruction.heap, true));
    case "ref.func"_op:
      if (index >= module_.function_types.size()) return fail_unknown("function", index);
      if (is_constant_)
        (*declared_)[index] = true;
      else if (!context_.declared_functions[index])
        return fail("undeclared function reference " + std::to_string(index));
      return push_function(index);
    case "ref.is_null"_op:
      return pop_reference(reference) && push(decoder::i32);
    case "ref.as_non_null"_op:
      return pop_reference(reference) && push(ValueType::reference(reference.heap, false));
    case "ref.eq"_op:
      return pop_reference({HeapKind::eq}) && pop_reference({HeapKind::eq}) && push(decoder::i32);
    case "ref.test"_op:
    case "ref.test_null"_op:
      return check_heap_type(instruction.heap) && pop_reference({types_.top(instruction.heap)}) &&
             push(decoder::i32);
    case "ref.cast"_op:
    case "ref.cast_null"_op:
      return check_heap_type(instruction.heap) && pop_reference({types_.top(instruction.heap)}) &&
             push(ValueType::reference(instruction.heap, instruction.opcode == "ref.cast_null"_op));
    case "br_on_cast"_op:
    case "br_on_cast_fail"_op:
      return check_branch_on_cast(instruction);
    case "any.convert_extern"_op:
    case "extern.convert_any"_op: {
      const bool to_any = instruction.opcode == "any.convert_extern"_op;
      const auto from = to_any ? HeapKind::extern_ : HeapKind::any;
      const auto to = to_any ? HeapKind::any : HeapKind::extern_;
      if (!pop_reference(reference)) return false;
      if (!types_.matches(reference.heap, {from}))
        return fail_mismatch(ValueType::reference(from), to_string(reference));
      return push(ValueType::reference(to, reference.nullable));
    }
    case "ref.i31"_op:
      return pop(decoder::i32) && push(ValueType::reference(HeapKind::i31, false));
    case "i31.get_s"_op:
    case "i31.get_u"_op:
      return pop_reference({HeapKind::i31}) && push(decoder::i32);
    case "ref.get_desc"_op:
    case "ref.cast_desc_eq"_op:
    case "ref.cast_desc_eq_null"_op:
    case "br_on_cast_desc_eq"_op:
    case "br_on_cast_desc_eq_fail"_op:
      return check_descriptor(instruction);
    case "struct.new"_op:
    case "struct.new_default"_op:
    case "struct.new_desc"_op:
    case "struct.new_default_desc"_op:
    case "struct.get"_op:
    case "struct.get_s"_op:
    case "struct.get_u"_op:
    case "struct.set"_op:
      return check_structure(instruction);
    default:
      return check_array(instruction);
  }
}

/// A new object has exactly this type. WebAssembly 3.0 has no exact types, so they are used only
/// with the feature.
ValueType FunctionChecker::new_reference(std::uint32_t type_index) const {
  const bool is_exact = context_.limits.features.custom_descriptors;
  return ValueType::reference(HeapType::defined(type_index, is_exact), false);
}

/// An imported function may have a subtype, unless the import is exact.
bool FunctionChecker::push_function(std::uint32_t function) {
  const auto type = module_.function_types[function];
  if (function >= context_.exact_imports.size() || context_.exact_imports[function])
    return push(new_reference(type));
  return push(ValueType::reference(HeapType::defined(type), false));
}

const std::vector<FieldType>* FunctionChecker::structure(std::uint32_t type_index) {
  if (!check_type_index(type_index)) return nullptr;
  const auto& composite = module_.types[type_index].composite;
  if (composite.kind == CompositeKind::structure) return &composite.fields;
  (void)fail("non-structure type " + std::to_string(type_index));
  return nullptr;
}

const FieldType* FunctionChecker::array(std::uint32_t type_index) {
  if (!check_type_index(type_index)) return nullptr;
  const auto& composite = module_.types[type_index].composite;
  if (composite.kind == CompositeKind::array) return &composite.fields.front();
  (void)fail("non-array type " + std::to_string(type_index));
  return nullptr;
}

const FieldType* FunctionChecker::mutable_array(std::uint32_t type_index) {
  const auto* field = array(type_index);
  if (field == nullptr || field->is_mutable) return field;
  (void)fail("immutable array");
  return nullptr;
}

// Descriptors

bool FunctionChecker::check_feature(const Instruction& instruction) {
  return context_.limits.features.custom_descriptors ||
         fail(needs_custom_descriptors('`' + std::string(name(instruction.opcode)) + '`'));
}

/// Pops the descriptor that casts to a type take. If the type is exact, its descriptor must be
/// exact, too.
bool FunctionChecker::pop_descriptor(const HeapType& described) {
  const auto* type =
      described.kind == HeapKind::indexed ? &module_.types[described.index] : nullptr;
  if (type == nullptr || !type->descriptor)
    return fail("type " + to_string(described) + " does not have a descriptor");
  return pop_reference(HeapType::defined(*type->descriptor, described.is_exact));
}

bool FunctionChecker::check_descriptor(const Instruction& instruction) {
  if (!check_feature(instruction)) return false;
  const auto& target = instruction.heap;
  switch (instruction.opcode) {
    case "ref.get_desc"_op:
      return check_get_descriptor(instruction.index);
    case "ref.cast_desc_eq"_op:
    case "ref.cast_desc_eq_null"_op:
      return check_heap_type(target) && pop_descriptor(target) &&
             pop_reference({types_.top(target)}) &&
             push(ValueType::reference(target, instruction.opcode == "ref.cast_desc_eq_null"_op));
    default:
      return check_branch_on_cast(instruction);
  }
}

/// The result is exact only if the operand is: the descriptor of a subtype may itself have a
/// subtype.
bool FunctionChecker::check_get_descriptor(std::uint32_t type_index) {
  if (!check_type_index(type_index)) return false;
  const auto& descriptor = module_.types[type_index].descriptor;
  if (!descriptor) return fail("type without descriptor " + std::to_string(type_index));
  ValueType reference;
  if (!pop_reference(reference)) return false;
  const bool is_exact = types_.matches(reference.heap, HeapType::defined(type_index, true));
  const auto expected = HeapType::defined(type_index, is_exact);
  if (!types_.matches(reference.heap, expected))
    return fail_mismatch(ValueType::reference(expected, true), to_string(reference));
  return push(ValueType::reference(HeapType::defined(*descriptor, is_exact), false));
}

// Structures and arrays

/// The values of the fields, or that they all have a default value.
bool FunctionChecker::check_structure_new(const std::vector<FieldType>& fields, bool is_default) {
  if (is_default)
    return require(std::ranges::all_of(
                       fields, [](const auto& field) { return unpacked(field).is_defaultable(); }),
                   "field type is not defaultable");
  for (auto i = fields.size(); i-- > 0;) {
    if (values_.size() == frame().height && frame().is_polymorphic) break;
    if (!pop(unpacked(fields[i]))) return false;
  }
  return true;
}

bool FunctionChecker::check_structure(const Instruction& instruction) {
  const auto* fields = structure(instruction.index);
  if (fields == nullptr) return false;
  const auto reference = HeapType::defined(instruction.index);
  switch (instruction.opcode) {
    case "struct.new"_op:
    case "struct.new_default"_op:
      return require(!module_.types[instruction.index].descriptor,
                     "type with descriptor requires descriptor allocation") &&
             check_structure_new(*fields, instruction.opcode == "struct.new_default"_op) &&
             push(new_reference(instruction.index));
    case "struct.new_desc"_op:
    case "struct.new_default_desc"_op:
      return check_feature(instruction) &&
             require(module_.types[instruction.index].descriptor.has_value(),
                     "type without descriptor requires non-descriptor allocation") &&
             pop_descriptor(HeapType::defined(instruction.index, true)) &&
             check_structure_new(*fields, instruction.opcode == "struct.new_default_desc"_op) &&
             push(new_reference(instruction.index));
    default:
      break;
  }
  if (instruction.second_index >= fields->size())
    return fail_unknown("field", instruction.second_index);
  const auto& field = (*fields)[instruction.second_index];
  if (instruction.opcode == "struct.set"_op)
    return require(field.is_mutable, "immutable field") && pop(unpacked(field)) &&
           pop_reference(reference);
  if (field.storage.is_packed() == (instruction.opcode == "struct.get"_op))
    return fail(field.storage.is_packed() ? "field is packed" : "field is unpacked");
  return pop_reference(reference) && push(unpacked(field));
}

bool FunctionChecker::check_array_new(const Instruction& instruction) {
  const auto* field = array(instruction.index);
  if (field == nullptr) return false;
  const auto element_type = unpacked(*field);
  const auto result = new_reference(instruction.index);
  switch (instruction.opcode) {
    case "array.new"_op:
      return pop_numbers({element_type, decoder::i32}) && push(result);
    case "array.new_default"_op:
      return require(element_type.is_defaultable(), "array type is not defaultable") &&
             pop(decoder::i32) && push(result);
    case "array.new_fixed"_op:
      for (std::uint32_t i = 0; i < instruction.second_index; ++i) {
        if (values_.size() == frame().height && frame().is_polymorphic) break;
        if (!pop(element_type)) return false;
      }
      return push(result);
    case "array.new_data"_op:
      return check_data(instruction.second_index) &&
             require(!element_type.is_reference(), "array type is not numeric or vector") &&
             pop_numbers({decoder::i32, decoder::i32}) && push(result);
    default: {  // array.new_elem
      const auto* segment = element(instruction.second_index);
      if (segment == nullptr) return false;
      if (!types_.matches(segment->type, element_type))
        return fail_mismatch(element_type, to_string(segment->type));
      return pop_numbers({decoder::i32, decoder::i32}) && push(result);
    }
  }
}

bool FunctionChecker::check_array(const Instruction& instruction) {
  constexpr auto i32 = decoder::i32;
  const auto index = instruction.index;
  const auto reference = ValueType::reference(HeapType::defined(index), true);
  switch (instruction.opcode) {
    case "array.len"_op:
      return pop_reference({HeapKind::array}) && push(i32);
    case "array.get"_op:
    case "array.get_s"_op:
    case "array.get_u"_op: {
      const auto* field = array(index);
      if (field == nullptr) return false;
      if (field->storage.is_packed() == (instruction.opcode == "array.get"_op))
        return fail(field->storage.is_packed() ? "array is packed" : "array is unpacked");
      return pop_numbers({reference, i32}) && push(unpacked(*field));
    }
    case "array.set"_op: {
      const auto* field = mutable_array(index);
      return field != nullptr && pop_numbers({reference, i32, unpacked(*field)});
    }
    case "array.fill"_op: {
      const auto* field = mutable_array(index);
      return field != nullptr && pop_numbers({reference, i32, unpacked(*field), i32});
    }
    case "array.copy"_op: {
      const auto* target = mutable_array(index);
      const auto* source = target == nullptr ? nullptr : array(instruction.second_index);
      if (source == nullptr) return false;
      const auto second = ValueType::reference(HeapType::defined(instruction.second_index), true);
      return require(types_.matches(source->storage, target->storage),
                     "array types do not match") &&
             pop_numbers({reference, i32, second, i32, i32});
    }
    case "array.init_data"_op: {
      const auto* field = mutable_array(index);
      return field != nullptr && check_data(instruction.second_index) &&
             require(!unpacked(*field).is_reference(), "array type is not numeric or vector") &&
             pop_numbers({reference, i32, i32, i32});
    }
    case "array.init_elem"_op: {
      const auto* field = mutable_array(index);
      const auto* segment = field == nullptr ? nullptr : element(instruction.second_index);
      if (segment == nullptr) return false;
      if (!types_.matches(segment->type, unpacked(*field)))
        return fail_mismatch(unpacked(*field), to_string(segment->type));
      return pop_numbers({reference, i32, i32, i32});
    }
    default:
      return check_array_new(instruction);
  }
}

}  // namespace airlock::validator
