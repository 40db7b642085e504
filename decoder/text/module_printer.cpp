#include "decoder/text/module_printer.hpp"

#include <array>

#include "decoder/text/lexer.hpp"
#include "decoder/text/printer.hpp"

namespace airlock::decoder::text {
namespace {

constexpr std::array<std::string_view, 5> extern_words{"func", "table", "memory", "global", "tag"};

/// What `@custom` calls the section with an identifier.
constexpr std::array<std::string_view, 14> section_words{
    "",       "type",  "import", "func", "table", "memory",    "global",
    "export", "start", "elem",   "code", "data",  "datacount", "tag"};

std::string size_limits(const SizeLimits& limits) {
  auto text = std::to_string(limits.minimum);
  if (limits.maximum) text += ' ' + std::to_string(*limits.maximum);
  return text;
}

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const NameMap no_names;

const NameMap& inner_names(const IndirectNameMap& all, std::uint32_t index) {
  const auto found = all.find(index);
  return found == all.end() ? no_names : found->second;
}

}  // namespace

Result<std::string> print_module(const Module& module, const Limits& limits) {
  return ModulePrinter(module, limits).run();
}

ModulePrinter::ModulePrinter(const Module& module, const Limits& limits)
    : module_(module),
      limits_(limits),
      functions_(module.names.functions),
      types_(module.names.types),
      tables_(module.names.tables),
      memories_(module.names.memories),
      globals_(module.names.globals),
      elements_(module.names.elements),
      data_(module.names.data),
      tags_(module.names.tags) {
  for (const auto& [type, names] : module.names.fields) fields_.emplace(type, PrintedNames(names));
}

Result<std::string> ModulePrinter::run() {
  text_ = "(module";
  if (!module_.names.module.empty() && is_utf8(module_.names.module))
    text_ += ' ' + quote_identifier(module_.names.module);
  text_ += '\n';
  print_types();
  print_imports();
  print_tables();
  print_memories();
  print_tags();
  print_globals();
  print_exports();
  if (module_.start) text_ += "  (start " + functions_.use(*module_.start) + ")\n";
  print_elements();
  for (std::uint32_t i = 0; i < module_.functions.size() && !error_; ++i) print_function(i);
  print_data();
  print_customs();
  text_ += ")\n";
  if (error_) return std::unexpected(*std::move(error_));
  return std::move(text_);
}

// ---- Types

void ModulePrinter::print_types() {
  for (const auto& group : module_.groups) {
    if (group.count == 1) {
      print_type(group.first, "  ");
      continue;
    }
    text_ += "  (rec\n";
    for (std::uint32_t i = 0; i < group.count; ++i) print_type(group.first + i, "    ");
    text_ += "  )\n";
  }
}

void ModulePrinter::print_type(std::uint32_t index, std::string_view indent) {
  const auto& type = module_.types[index];
  text_.append(indent).append("(type").append(types_.definition(index)).append(" ");
  const bool is_sub = !type.is_final || !type.supertypes.empty();
  if (is_sub) {
    text_ += type.is_final ? "(sub final " : "(sub ";
    for (const auto super : type.supertypes) text_ += types_.use(super) + ' ';
  }
  const auto& composite = type.composite;
  if (composite.kind == CompositeKind::function) {
    text_ += "(func";
    for (const auto& parameter : composite.function.parameters)
      text_ += " (param " + value_type(parameter) + ')';
    for (const auto& result : composite.function.results)
      text_ += " (result " + value_type(result) + ')';
  } else if (composite.kind == CompositeKind::array) {
    text_ += "(array " + field_type(composite.fields[0]);
  } else {
    const auto names = fields_.find(index);
    text_ += "(struct";
    for (std::uint32_t i = 0; i < composite.fields.size(); ++i)
      text_ += " (field" + (names == fields_.end() ? "" : names->second.definition(i)) + ' ' +
               field_type(composite.fields[i]) + ')';
  }
  text_ += is_sub ? ")))\n" : "))\n";
}

std::string ModulePrinter::heap_type(const HeapType& type) const {
  return type.kind == HeapKind::indexed ? types_.use(type.index) : to_string(type);
}

std::string ModulePrinter::value_type(const ValueType& type) const {
  if (!type.is_reference() || type.heap.kind != HeapKind::indexed) return to_string(type);
  return (type.nullable ? "(ref null " : "(ref ") + heap_type(type.heap) + ')';
}

std::string ModulePrinter::field_type(const FieldType& type) const {
  const auto storage = value_type(type.storage);
  return type.is_mutable ? "(mut " + storage + ')' : storage;
}

std::string ModulePrinter::global_type(const GlobalType& type) const {
  const auto value = value_type(type.value);
  return type.is_mutable ? "(mut " + value + ')' : value;
}

std::string ModulePrinter::table_type(const TableType& type) const {
  return (type.address == AddressType::i64 ? "i64 " : "") + size_limits(type.limits) +
         (type.is_shared ? " shared " : " ") + value_type(type.element);
}

std::string ModulePrinter::memory_type(const MemoryType& type) const {
  auto text = (type.address == AddressType::i64 ? "i64 " : "") + size_limits(type.limits);
  if (type.is_shared) text += " shared";
  if (type.page_size_log2 != 16)
    text += " (pagesize " + std::to_string(std::uint64_t{1} << (type.page_size_log2 & 63)) + ')';
  return text;
}

std::string ModulePrinter::type_use(std::uint32_t type) const {
  return "(type " + types_.use(type) + ')';
}

/// A type use with its parameters and results spelled out, where the type is known. A long one is
/// spelled out only for the sake of names, since many functions may share it.
std::string ModulePrinter::function_signature(std::uint32_t type,
                                              const PrintedNames& locals) const {
  constexpr std::size_t long_signature = 16;
  auto text = type_use(type);
  if (type >= module_.types.size()) return text;
  const auto& composite = module_.types[type].composite;
  if (composite.kind != CompositeKind::function) return text;
  const auto& [parameters, results] = composite.function;
  if (parameters.size() + results.size() > long_signature && locals.empty()) return text;
  for (std::uint32_t i = 0; i < parameters.size(); ++i)
    text += " (param" + locals.definition(i) + ' ' + value_type(parameters[i]) + ')';
  for (const auto& result : results) text += " (result " + value_type(result) + ')';
  return text;
}

// ---- Fields

const PrintedNames& ModulePrinter::names_of(ExternKind kind) const {
  switch (kind) {
    case ExternKind::function:
      return functions_;
    case ExternKind::table:
      return tables_;
    case ExternKind::memory:
      return memories_;
    case ExternKind::global:
      return globals_;
    case ExternKind::tag:
      break;
  }
  return tags_;
}

void ModulePrinter::print_imports() {
  std::array<std::uint32_t, 5> counts{};
  for (const auto& import : module_.imports) {
    const auto kind = static_cast<std::size_t>(import.kind());
    const auto index = counts[kind]++;
    text_ += "  (import " + quote_string(import.module) + ' ' + quote_string(import.name) + " (";
    text_.append(extern_words[kind]).append(names_of(import.kind()).definition(index)).append(" ");
    if (const auto* function = std::get_if<FunctionImport>(&import.type))
      text_ += function_signature(function->type,
                                  PrintedNames(inner_names(module_.names.locals, index)));
    else if (const auto* table = std::get_if<TableType>(&import.type))
      text_ += table_type(*table);
    else if (const auto* memory = std::get_if<MemoryType>(&import.type))
      text_ += memory_type(*memory);
    else if (const auto* global = std::get_if<GlobalType>(&import.type))
      text_ += global_type(*global);
    else if (const auto* tag = std::get_if<TagType>(&import.type))
      text_ += type_use(tag->type);
    text_ += "))\n";
  }
}

void ModulePrinter::print_function(std::uint32_t defined) {
  const auto& function = module_.functions[defined];
  const auto index = module_.imported_functions() + defined;
  const PrintedNames locals(inner_names(module_.names.locals, index));
  text_ += "  (func" + functions_.definition(index) + ' ' +
           function_signature(function.type, locals) + '\n';
  std::uint32_t local = 0;
  if (function.type < module_.types.size())
    local = static_cast<std::uint32_t>(
        module_.types[function.type].composite.function.parameters.size());
  for (const auto& run : function.locals) {
    // Many locals without a name stand together.
    const auto end = local + run.count;
    while (local < end) {
      text_ += "    (local" + locals.definition(local);
      const bool is_named = locals.has(local);
      do {
        text_ += ' ' + value_type(run.type);
        ++local;
      } while (!is_named && local < end && !locals.has(local));
      text_ += ")\n";
    }
  }
  print_body(function.body, index, locals);
  text_ += "  )\n";
  if (text_.size() > limits_.module_bytes)
    error_ = Error{.kind = ErrorKind::limit, .message = "text too large"};
}

void ModulePrinter::print_tables() {
  for (std::uint32_t i = 0; i < module_.tables.size(); ++i) {
    const auto& table = module_.tables[i];
    text_ += "  (table" + tables_.definition(module_.imported_tables() + i) + ' ' +
             table_type(table.type);
    if (table.initializer) text_ += ' ' + expression(*table.initializer);
    text_ += ")\n";
  }
}

void ModulePrinter::print_memories() {
  for (std::uint32_t i = 0; i < module_.memories.size(); ++i)
    text_ += "  (memory" + memories_.definition(module_.imported_memories() + i) + ' ' +
             memory_type(module_.memories[i]) + ")\n";
}

void ModulePrinter::print_tags() {
  for (std::uint32_t i = 0; i < module_.tags.size(); ++i)
    text_ += "  (tag" + tags_.definition(module_.imported_tags() + i) + ' ' +
             type_use(module_.tags[i].type) + ")\n";
}

void ModulePrinter::print_globals() {
  for (std::uint32_t i = 0; i < module_.globals.size(); ++i) {
    const auto& global = module_.globals[i];
    text_ += "  (global" + globals_.definition(module_.imported_globals() + i) + ' ' +
             global_type(global.type) + ' ' + expression(global.initializer) + ")\n";
  }
}

void ModulePrinter::print_exports() {
  for (const auto& item : module_.exports) {
    text_ += "  (export " + quote_string(item.name) + " (";
    text_.append(extern_words[static_cast<std::size_t>(item.kind)]);
    text_ += ' ' + names_of(item.kind).use(item.index) + "))\n";
  }
}

void ModulePrinter::print_elements() {
  for (std::uint32_t i = 0; i < module_.elements.size(); ++i) {
    const auto& segment = module_.elements[i];
    text_ += "  (elem" + elements_.definition(i);
    if (segment.mode == SegmentMode::declarative) text_ += " declare";
    if (segment.mode == SegmentMode::active) {
      if (segment.table != 0) text_ += " (table " + tables_.use(segment.table) + ')';
      text_ += " (offset " + (segment.offset ? expression(*segment.offset) : "") + ')';
    }
    const bool is_expressions =
        !segment.expressions.empty() ||
        (segment.functions.empty() && segment.type != ValueType::reference(HeapKind::func, false));
    text_ += is_expressions ? ' ' + value_type(segment.type) : " func";
    for (const auto function : segment.functions) text_ += ' ' + functions_.use(function);
    for (const auto& item : segment.expressions) text_ += " (item " + expression(item) + ')';
    text_ += ")\n";
  }
}

void ModulePrinter::print_data() {
  for (std::uint32_t i = 0; i < module_.data.size(); ++i) {
    const auto& segment = module_.data[i];
    text_ += "  (data" + data_.definition(i);
    if (segment.mode == SegmentMode::active) {
      if (segment.memory != 0) text_ += " (memory " + memories_.use(segment.memory) + ')';
      text_ += " (offset " + (segment.offset ? expression(*segment.offset) : "") + ')';
    }
    text_ += ' ' + quote_string(as_text(segment.bytes)) + ")\n";
  }
}

void ModulePrinter::print_customs() {
  for (const auto& custom : module_.customs) {
    if (custom.name == "name") continue;  // it is made of identifiers again
    text_ += "  (@custom " + quote_string(custom.name);
    if (custom.after_section == 0)
      text_ += " (before first)";
    else if (custom.after_section < section_words.size())
      text_.append(" (after ").append(section_words[custom.after_section]).append(")");
    text_ += ' ' + quote_string(as_text(custom.bytes)) + ")\n";
  }
}

}  // namespace airlock::decoder::text
