#include "validator/module_validator.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "decoder/printable.hpp"
#include "validator/function_validator.hpp"
#include "validator/type_validator.hpp"

namespace airlock::validator {
namespace {

using decoder::AddressType;
using decoder::ExternKind;
using decoder::Module;
using decoder::SegmentMode;
using decoder::ValueType;

constexpr ValueType address_type(AddressType type) {
  return type == AddressType::i64 ? decoder::i64 : decoder::i32;
}

/// Validates the parts of a module one after another. The first error ends it.
class EnvironmentValidator {
 public:
  explicit EnvironmentValidator(ModuleContext& context)
      : context_(context),
        module_(context.module),
        types_(context.module, context.limits, context.types),
        checker_(context) {}

  [[nodiscard]] Result<void> validate() {
    if (auto result = types_.validate(); !result) return result;
    context_.declared_functions.assign(module_.function_types.size(), false);
    const bool valid = check_features() && check_imports() && check_functions() && check_tags() &&
                       check_memories() && check_tables() && check_globals() && check_elements() &&
                       check_data() && check_exports() && check_start();
    if (!valid) return std::unexpected(std::move(error_));
    return {};
  }

 private:
  bool fail(std::uint64_t offset, std::string message) {
    error_ = Error{.kind = ErrorKind::invalid, .message = printable(message), .offset = offset};
    return false;
  }
  /// Reports a message of the type rules; an empty one means valid.
  bool accept(std::uint64_t offset, std::string message) {
    return message.empty() || fail(offset, std::move(message));
  }

  /// A feature that the host turned off is not valid.
  bool check_features() {
    const Features& features = context_.limits.features;
    if (!features.multiple_memories && module_.memory_types.size() > 1)
      return fail(module_.offset, "multiple memories");
    if (!features.multiple_tables && module_.table_types.size() > 1)
      return fail(module_.offset, "multiple tables");
    const auto is_wide = [](const auto& type) { return type.address == decoder::AddressType::i64; };
    if (!features.memory64 && (std::ranges::any_of(module_.memory_types, is_wide) ||
                               std::ranges::any_of(module_.table_types, is_wide)))
      return fail(module_.offset, "64-bit addresses are turned off");
    return true;
  }

  bool check_imports() {
    if (!context_.limits.features.compact_imports && !module_.import_groups.empty())
      return fail(module_.import_groups.front().offset,
                  "a group of imports needs the feature compact-imports, which is turned off");
    for (const auto& import : module_.imports) {
      const auto message =
          std::visit([this](const auto& type) { return types_.check(type); }, import.type);
      if (!accept(import.offset, message)) return false;
      if (const auto* function = std::get_if<decoder::FunctionImport>(&import.type))
        context_.exact_imports.push_back(function->exact);
    }
    return true;
  }

  bool check_functions() {
    return std::ranges::all_of(module_.functions, [this](const auto& function) {
      return accept(function.offset, types_.check_function(function.type));
    });
  }
  bool check_tags() {
    for (std::size_t i = 0; i < module_.tags.size(); ++i)
      if (!accept(module_.tag_offsets[i], types_.check(module_.tags[i]))) return false;
    return true;
  }
  bool check_memories() {
    for (std::size_t i = 0; i < module_.memories.size(); ++i)
      if (!accept(module_.memory_offsets[i], types_.check(module_.memories[i]))) return false;
    return true;
  }

  bool check_tables() {
    for (const auto& table : module_.tables) {
      if (!accept(table.offset, types_.check(table.type))) return false;
      if (table.initializer) {
        // Tables come before globals, so an initializer sees the imported ones only.
        if (!check_constant(*table.initializer, table.type.element, module_.imported_globals()))
          return false;
      } else if (!table.type.element.is_defaultable()) {
        return fail(table.offset, "type mismatch: a table of " + to_string(table.type.element) +
                                      " needs an initializer");
      }
    }
    return true;
  }

  bool check_globals() {
    auto visible = module_.imported_globals();
    for (const auto& global : module_.globals) {
      if (!accept(global.initializer.offset, types_.check(global.type))) return false;
      if (!check_constant(global.initializer, global.type.value, visible)) return false;
      ++visible;
    }
    return true;
  }

  bool check_elements() {
    for (const auto& segment : module_.elements) {
      if (!accept(segment.position, types_.check(segment.type))) return false;
      for (const auto function : segment.functions) {
        if (function >= module_.function_types.size())
          return fail(segment.position, "unknown function " + std::to_string(function));
        context_.declared_functions[function] = true;
      }
      for (const auto& expression : segment.expressions)
        if (!check_constant(expression, segment.type)) return false;
      if (segment.mode == SegmentMode::active && !check_active_elements(segment)) return false;
    }
    return true;
  }

  bool check_active_elements(const decoder::ElementSegment& segment) {
    if (segment.table >= module_.table_types.size())
      return fail(segment.position, "unknown table " + std::to_string(segment.table));
    const auto& table = module_.table_types[segment.table];
    if (!context_.types.matches(segment.type, table.element))
      return fail(segment.position, "type mismatch: expected " + to_string(table.element) +
                                        ", found " + to_string(segment.type));
    return check_constant(*segment.offset, address_type(table.address));
  }

  bool check_data() {
    for (const auto& segment : module_.data) {
      if (segment.mode != SegmentMode::active) continue;
      if (segment.memory >= module_.memory_types.size())
        return fail(segment.position, "unknown memory " + std::to_string(segment.memory));
      const auto address = module_.memory_types[segment.memory].address;
      if (!check_constant(*segment.offset, address_type(address))) return false;
    }
    return true;
  }

  bool check_exports() {
    std::unordered_set<std::string_view> names;
    names.reserve(module_.exports.size());
    for (const auto& entry : module_.exports) {
      if (entry.index >= index_space(entry.kind))
        return fail(entry.offset, "unknown " + std::string(decoder::to_string(entry.kind)) + ' ' +
                                      std::to_string(entry.index));
      if (entry.kind == ExternKind::function) context_.declared_functions[entry.index] = true;
      if (!names.insert(entry.name).second)
        return fail(entry.offset, "duplicate export name \"" + entry.name + '"');
    }
    return true;
  }
  [[nodiscard]] std::size_t index_space(ExternKind kind) const {
    switch (kind) {
      case ExternKind::function:
        return module_.function_types.size();
      case ExternKind::table:
        return module_.table_types.size();
      case ExternKind::memory:
        return module_.memory_types.size();
      case ExternKind::global:
        return module_.global_types.size();
      case ExternKind::tag:
        return module_.tag_types.size();
    }
    return 0;
  }

  bool check_start() {
    if (!module_.start) return true;
    if (*module_.start >= module_.function_types.size())
      return fail(module_.start_offset, "unknown function " + std::to_string(*module_.start));
    const auto& type = module_.function_type(*module_.start);
    return (type.parameters.empty() && type.results.empty()) ||
           fail(module_.start_offset, "start function must not have parameters or results");
  }

  bool check_constant(const decoder::Expression& expression, const ValueType& type) {
    return check_constant(expression, type,
                          static_cast<std::uint32_t>(module_.global_types.size()));
  }
  bool check_constant(const decoder::Expression& expression, const ValueType& type,
                      std::uint32_t visible_globals) {
    checker_.begin_constant(type, visible_globals, context_.declared_functions);
    decoder::InstructionReader reader(expression, context_.limits);
    decoder::Instruction instruction;
    while (!checker_.finished()) {
      if (!reader.next(instruction)) {
        error_ = reader.error();
        return false;
      }
      if (!checker_.check(instruction)) {
        error_ = checker_.take_error();
        return false;
      }
    }
    return true;
  }

  ModuleContext& context_;
  const Module& module_;
  TypeValidator types_;
  FunctionChecker checker_;
  Error error_;
};

}  // namespace

Result<ModuleContext> validate_module_environment(const Module& module, const Limits& limits) {
  ModuleContext context{module, limits, {}, {}, TypeRelations(module)};
  if (auto result = EnvironmentValidator(context).validate(); !result)
    return propagate(std::move(result));
  return context;
}

Result<void> validate_module(const Module& module, const Limits& limits) {
  const auto context = validate_module_environment(module, limits);
  if (!context) return std::unexpected(context.error());
  FunctionChecker checker(*context);
  NullSink sink;
  for (std::uint32_t i = 0; i < module.functions.size(); ++i)
    if (auto result = validate_function(*context, checker, i, sink); !result) return result;
  return {};
}

}  // namespace airlock::validator
