// Matching of imports (specification: Validation, Matching, External Types).
#include "runtime/import_matching.hpp"

#include "decoder/printable.hpp"
#include "runtime/store.hpp"

namespace airlock::runtime {
namespace {

/// Whether the `size` and `maximum` of a definition satisfy the declared limits.
bool limits_match(std::uint64_t size, std::optional<std::uint64_t> maximum,
                  const decoder::SizeLimits& wanted) {
  if (size < wanted.minimum) return false;
  return !wanted.maximum || (maximum && *maximum <= *wanted.maximum);
}

/// Checks a definition against one import of a module.
struct Matcher {
  TypeRegistry& types;
  std::span<const TypeId> type_ids;
  const External& given;

  bool operator()(const decoder::FunctionImport& wanted) const {
    const auto type = type_ids[wanted.type];
    if (wanted.exact) return given.function->type == type;
    return types.is_subtype(given.function->type, type);
  }
  bool operator()(const decoder::TableType& wanted) const {
    const auto& table = *given.table;
    return limits_match(table.elements.size(), table.type.limits.maximum, wanted.limits) &&
           table.type.address == wanted.address && table.type.is_shared == wanted.is_shared &&
           equal(table.type.element, canonical(wanted.element, type_ids));
  }
  bool operator()(const decoder::MemoryType& wanted) const {
    const auto& type = given.memory->type();
    return limits_match(given.memory->pages(), type.limits.maximum, wanted.limits) &&
           type.address == wanted.address && type.is_shared == wanted.is_shared &&
           type.page_size_log2 == wanted.page_size_log2;
  }
  bool operator()(const decoder::GlobalType& wanted) const {
    const auto& type = given.global->type;
    const auto value = canonical(wanted.value, type_ids);
    if (type.is_mutable != wanted.is_mutable) return false;
    return wanted.is_mutable ? equal(type.value, value) : types.matches(type.value, value);
  }
  bool operator()(const decoder::TagType& wanted) const {
    return given.tag->type == type_ids[wanted.type];
  }

  bool equal(const decoder::ValueType& one, const decoder::ValueType& other) const {
    return types.matches(one, other) && types.matches(other, one);
  }
};

std::string describe(const decoder::SizeLimits& limits) {
  auto text = std::to_string(limits.minimum);
  if (limits.maximum) text += ' ' + std::to_string(*limits.maximum);
  return text;
}

template <typename Type>
std::string address_word(const Type& type) {
  return type.address == decoder::AddressType::i64 ? " i64 " : " ";
}

/// A type in messages: close to the text format.
std::string describe(const decoder::TableType& type) {
  return "table" + address_word(type) + describe(type.limits) + ' ' + to_string(type.element);
}

std::string describe(const decoder::MemoryType& type) {
  auto text = "memory" + address_word(type) + describe(type.limits);
  if (type.is_shared) text += " shared";
  if (type.page_size_log2 != 16)
    text += " (pagesize " + std::to_string(std::uint64_t{1} << type.page_size_log2) + ')';
  return text;
}

std::string describe(const decoder::GlobalType& type) {
  const auto value = to_string(type.value);
  return "global " + (type.is_mutable ? "(mut " + value + ')' : value);
}

struct Describer {
  const decoder::Module& module;
  std::string operator()(const decoder::FunctionImport& type) const {
    return (type.exact ? "exact function " : "function ") +
           to_string(module.types[type.type].composite.function);
  }
  std::string operator()(const decoder::TagType& type) const {
    return "tag " + to_string(module.types[type.type].composite.function);
  }
  template <typename Type>
  std::string operator()(const Type& type) const {
    return describe(type);
  }
};

std::string describe(TypeRegistry& types, const External& external) {
  switch (external.kind) {
    case decoder::ExternKind::function:
      return "function " + to_string(types.get(external.function->type).type.composite.function);
    case decoder::ExternKind::table: {
      auto type = external.table->type;
      type.limits.minimum = external.table->elements.size();
      return describe(type);
    }
    case decoder::ExternKind::memory: {
      auto type = external.memory->type();
      type.limits.minimum = external.memory->pages();
      return describe(type);
    }
    case decoder::ExternKind::global:
      return describe(external.global->type);
    case decoder::ExternKind::tag:
      return "tag " + to_string(types.get(external.tag->type).type.composite.function);
  }
  return "nothing";
}

}  // namespace

bool matches_import(TypeRegistry& types, const CompiledModule& module,
                    const decoder::Import& import, const External& given) {
  if (given.kind != import.kind() || given.function == nullptr) return false;
  return std::visit(Matcher{types, module.type_ids, given}, import.type);
}

std::string describe_import(const decoder::Module& module, const decoder::Import& import) {
  return std::visit(Describer{module}, import.type);
}

Error incompatible_import(TypeRegistry& types, const CompiledModule& module,
                          const decoder::Import& import, const External& given) {
  auto message = "incompatible import type: `" + import.module + "` `" + import.name +
                 "` is declared as " + describe_import(module.tree, import);
  if (given.function != nullptr) message += ", but given " + describe(types, given);
  return Error{.kind = ErrorKind::unlinkable, .message = printable(message)};
}

}  // namespace airlock::runtime
