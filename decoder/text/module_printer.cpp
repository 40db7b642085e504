#include "decoder/text/module_printer.hpp"

#include <algorithm>
#include <array>

#include "decoder/module_reader.hpp"
#include "decoder/text/lexer.hpp"

namespace airlock::decoder::text {
namespace {

constexpr std::array<std::string_view, 5> extern_words{"func", "table", "memory", "global", "tag"};

/// The name that `@custom` has for the section with an identifier.
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

/// The names of a function's parameters and locals.
PrintedNames local_names(const Module& module, std::uint32_t function, std::uint32_t type,
                         const std::vector<LocalRun>& locals) {
  const auto found = module.names.locals.find(function);
  if (found == module.names.locals.end()) return {};
  std::uint64_t count = 0;
  if (type < module.types.size()) count = module.types[type].composite.function.parameters.size();
  for (const auto& run : locals) count += run.count;
  return PrintedNames(found->second, count);
}

}  // namespace

TextSink append_to(std::string& text, std::size_t most) {
  return [&text, most](std::string_view piece) -> Result<void> {
    if (piece.size() > most - text.size()) return airlock::fail(ErrorKind::limit, "text too large");
    text += piece;
    return {};
  };
}

Result<std::string> print_module(const Module& module, const Limits& limits,
                                 const PrintOptions& options) {
  std::string text;
  auto written = write_module(module, append_to(text, limits.module_bytes), limits, options);
  if (!written) return propagate(std::move(written));
  return text;
}

Result<void> write_module(const Module& module, const TextSink& sink, const Limits& limits,
                          const PrintOptions& options) {
  return ModulePrinter(module, sink, limits, options).run();
}

Result<void> write_module_fields(const Module& module, const TextSink& sink, const Limits& limits,
                                 const PrintOptions& options, std::size_t depth) {
  return ModulePrinter(module, sink, limits, options, depth - 1).run_fields();
}

ModulePrinter::ModulePrinter(const Module& module, const TextSink& sink, const Limits& limits,
                             const PrintOptions& options, std::size_t depth)
    : module_(module),
      limits_(limits),
      options_(options),
      text_(options.has_offsets, sink, depth),
      functions_(module.names.functions, module.function_types.size()),
      types_(module.names.types, module.types.size()),
      tables_(module.names.tables, module.table_types.size()),
      memories_(module.names.memories, module.memory_types.size()),
      globals_(module.names.globals, module.global_types.size()),
      elements_(module.names.elements, module.elements.size()),
      data_(module.names.data, module.data.size()),
      tags_(module.names.tags, module.tag_types.size()) {
  for (const auto& [type, names] : module.names.fields)
    if (type < module.types.size())
      fields_.emplace(type, PrintedNames(names, module.types[type].composite.fields.size()));
  take_branch_hints();
}

Result<void> ModulePrinter::run() {
  text_.begin(0, module_.offset);
  text_ << "(module";
  const auto& name = module_.names.module;
  if (can_be_identifier(name))
    text_ << " " << quote_identifier(name);
  else if (!name.empty() && is_utf8(name))
    text_ << " (@name " << quote_string(name) << ")";
  text_.end();
  print_fields();
  if (error_) return std::unexpected(*std::move(error_));
  text_.line(0, ")");
  return text_.finish();
}

Result<void> ModulePrinter::run_fields() {
  print_fields();
  if (error_) return std::unexpected(*std::move(error_));
  return text_.finish();
}

void ModulePrinter::print_fields() {
  print_types();
  print_imports();
  print_tables();
  print_memories();
  print_tags();
  print_globals();
  print_exports();
  if (module_.start)
    text_.line(1, "(start " + functions_.use(*module_.start) + ')', module_.start_offset);
  print_elements();
  for (std::uint32_t i = 0; i < module_.functions.size() && check_sink(); ++i) print_function(i);
  print_data();
  print_customs();
}

bool ModulePrinter::check_sink() {
  if (!error_ && text_.error()) error_ = text_.error();
  return !error_;
}

/// Hints become annotations if an annotation is possible at each of them.
void ModulePrinter::take_branch_hints() {
  const auto is_hints = [](const CustomSection& section) {
    return section.name == branch_hint_section;
  };
  if (std::ranges::count_if(module_.customs, is_hints) != 1) return;
  const auto& section = *std::ranges::find_if(module_.customs, is_hints);
  const auto after = static_cast<SectionId>(section.after_section);
  if (after == SectionId::code || after == SectionId::data) return;
  auto hints = read_branch_hints(section);
  if (hints && !hints->empty() && check_branch_hints(module_, *hints, limits_))
    hints_ = *std::move(hints);
}

// ---- Types

void ModulePrinter::print_types() {
  for (const auto& group : module_.groups) {
    if (!check_sink()) return;
    if (group.count == 1) {
      print_type(group.first, 1, group.offset);
      continue;
    }
    text_.line(1, "(rec", group.offset);
    for (std::uint32_t i = 0; i < group.count; ++i) print_type(group.first + i, 2, std::nullopt);
    text_.line(1, ")");
  }
}

void ModulePrinter::print_type(std::uint32_t index, std::size_t depth,
                               std::optional<std::uint64_t> offset) {
  const auto& type = module_.types[index];
  text_.begin(depth, offset);
  text_ << "(type" << types_.numbered_definition(index) << " ";
  const bool is_sub = !type.is_final || !type.supertypes.empty();
  if (is_sub) {
    text_ << (type.is_final ? "(sub final " : "(sub ");
    for (const auto super : type.supertypes) text_ << types_.use(super) << " ";
  }
  if (type.described) text_ << "(describes " << types_.use(*type.described) << ") ";
  if (type.descriptor) text_ << "(descriptor " << types_.use(*type.descriptor) << ") ";
  const auto& composite = type.composite;
  if (composite.kind == CompositeKind::function) {
    text_ << "(func";
    for (const auto& parameter : composite.function.parameters)
      text_ << " (param " << value_type(parameter) << ")";
    for (const auto& result : composite.function.results)
      text_ << " (result " << value_type(result) << ")";
  } else if (composite.kind == CompositeKind::array) {
    text_ << "(array " << field_type(composite.fields[0]);
  } else {
    const auto names = fields_.find(index);
    text_ << "(struct";
    for (std::uint32_t i = 0; i < composite.fields.size(); ++i)
      text_ << " (field" << (names == fields_.end() ? "" : names->second.definition(i)) << " "
            << field_type(composite.fields[i]) << ")";
  }
  text_ << (is_sub ? ")))" : "))");
  text_.end();
}

std::string ModulePrinter::heap_type(const HeapType& type) const {
  if (type.kind != HeapKind::indexed) return to_string(type);
  return type.is_exact ? "(exact " + types_.use(type.index) + ')' : types_.use(type.index);
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
/// spelled out only if there are names, since many functions may share it.
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

/// `(func $f …)`: what an import declares, with the identifier of the entity that it makes.
std::string ModulePrinter::imported(const ImportType& type, std::uint32_t index) const {
  PrintedNames parameters;
  if (const auto* function = std::get_if<FunctionImport>(&type))
    parameters = local_names(module_, index, function->type, {});
  return '(' + std::string(extern_words[type.index()]) +
         names_of(kind_of(type)).numbered_definition(index) + ' ' + import_type(type, parameters) +
         ')';
}

std::string ModulePrinter::import_type(const ImportType& type,
                                       const PrintedNames& parameters) const {
  if (const auto* function = std::get_if<FunctionImport>(&type)) {
    const auto signature = function_signature(function->type, parameters);
    return function->exact ? "(exact " + signature + ')' : signature;
  }
  if (const auto* table = std::get_if<TableType>(&type)) return table_type(*table);
  if (const auto* memory = std::get_if<MemoryType>(&type)) return memory_type(*memory);
  if (const auto* global = std::get_if<GlobalType>(&type)) return global_type(*global);
  return type_use(std::get<TagType>(type).type);
}

void ModulePrinter::print_imports() {
  ImportCounts counts{};
  auto group = module_.import_groups.begin();
  const auto end = static_cast<std::uint32_t>(module_.imports.size());
  for (std::uint32_t i = 0; i < end || group != module_.import_groups.end();) {
    if (!check_sink()) return;
    if (group != module_.import_groups.end() && group->first == i) {
      print_import_group(*group, counts);
      i += group->count;
      ++group;
      continue;
    }
    const auto& import = module_.imports[i++];
    text_.begin(1, import.offset);
    text_ << "(import " << quote_string(import.module) << " " << quote_string(import.name) << " "
          << imported(import.type, counts[import.type.index()]++) << ")";
    text_.end();
  }
}

/// Whether any of these imports of one kind has an identifier, or one for a parameter.
bool ModulePrinter::has_names(ExternKind kind, std::uint32_t first, std::uint32_t count) const {
  for (auto index = first; index < first + count; ++index)
    if (names_of(kind).has(index) ||
        (kind == ExternKind::function && module_.names.locals.contains(index)))
      return true;
  return false;
}

/// A group whose imports have names is printed with the type of each, since only there is a place
/// for the names.
void ModulePrinter::print_import_group(const ImportGroup& group, ImportCounts& counts) {
  const auto& shared = group.shared_type;
  const bool is_shared =
      shared && !has_names(kind_of(*shared), counts[shared->index()], group.count);
  text_.begin(1, group.offset);
  text_ << "(import " << quote_string(group.module);
  for (const auto& import : std::span(module_.imports).subspan(group.first, group.count)) {
    if (!check_sink()) return;
    const auto index = counts[import.type.index()]++;
    text_.end();
    text_.begin(2, import.offset);
    text_ << "(item " << quote_string(import.name)
          << (is_shared ? names_of(import.kind()).numbered_definition(index)
                        : ' ' + imported(import.type, index))
          << ")";
  }
  if (is_shared) {
    text_.end();
    text_.begin(2);
    text_ << "(" << extern_words[shared->index()] << " " << import_type(*shared, {}) << ")";
  }
  text_ << ")";
  text_.end();
}

void ModulePrinter::print_function(std::uint32_t defined) {
  const auto& function = module_.functions[defined];
  const auto index = module_.imported_functions() + defined;
  const auto locals = local_names(module_, index, function.type, function.locals);
  text_.line(1,
             "(func" + functions_.numbered_definition(index) + ' ' +
                 function_signature(function.type, locals),
             function.offset);
  print_locals(function, locals);
  print_body(function, index, locals);
  text_.line(1, ")");
}

void ModulePrinter::print_locals(const Function& function, const PrintedNames& locals) {
  std::uint32_t local = 0;
  if (function.type < module_.types.size())
    local = static_cast<std::uint32_t>(
        module_.types[function.type].composite.function.parameters.size());
  const auto& runs = function.locals;
  for (std::size_t first = 0; first < runs.size();) {
    // Runs of one type after each other are one when they are read again.
    auto end = local;
    auto next = first;
    for (; next < runs.size() && runs[next].type == runs[first].type; ++next)
      end += runs[next].count;
    // Consecutive locals without a name share one `(local …)`.
    const auto type = ' ' + value_type(runs[first].type);
    while (local < end && check_sink()) {
      text_.begin(2);
      text_ << "(local" << locals.definition(local);
      const bool is_named = locals.has(local);
      do {
        text_ << type;
        ++local;
      } while (!is_named && local < end && !locals.has(local));
      text_ << ")";
      text_.end();
    }
    if (!check_sink()) return;
    first = next;
  }
}

void ModulePrinter::print_tables() {
  for (std::uint32_t i = 0; i < module_.tables.size() && check_sink(); ++i) {
    const auto& table = module_.tables[i];
    text_.begin(1, table.offset);
    text_ << "(table" << tables_.numbered_definition(module_.imported_tables() + i) << " "
          << table_type(table.type);
    if (table.initializer) text_ << " " << expression(*table.initializer);
    text_ << ")";
    text_.end();
  }
}

void ModulePrinter::print_memories() {
  for (std::uint32_t i = 0; i < module_.memories.size() && check_sink(); ++i)
    text_.line(1,
               "(memory" + memories_.numbered_definition(module_.imported_memories() + i) + ' ' +
                   memory_type(module_.memories[i]) + ')',
               module_.memory_offsets[i]);
}

void ModulePrinter::print_tags() {
  for (std::uint32_t i = 0; i < module_.tags.size() && check_sink(); ++i)
    text_.line(1,
               "(tag" + tags_.numbered_definition(module_.imported_tags() + i) + ' ' +
                   type_use(module_.tags[i].type) + ')',
               module_.tag_offsets[i]);
}

void ModulePrinter::print_globals() {
  for (std::uint32_t i = 0; i < module_.globals.size() && check_sink(); ++i) {
    const auto& global = module_.globals[i];
    text_.line(1,
               "(global" + globals_.numbered_definition(module_.imported_globals() + i) + ' ' +
                   global_type(global.type) + ' ' + expression(global.initializer) + ')',
               global.initializer.offset);
  }
}

void ModulePrinter::print_exports() {
  for (const auto& item : module_.exports) {
    if (!check_sink()) return;
    text_.begin(1, item.offset);
    text_ << "(export " << quote_string(item.name) << " ("
          << extern_words[static_cast<std::size_t>(item.kind)] << " "
          << names_of(item.kind).use(item.index) << "))";
    text_.end();
  }
}

/// `(i32.const 0)`, short for `(offset i32.const 0)` where it is a single instruction.
std::string ModulePrinter::segment_offset(const std::optional<Expression>& offset) {
  bool is_single = false;
  const auto text = offset ? expression(*offset, &is_single) : std::string{};
  return is_single ? ' ' + text : " (offset " + text + ')';
}

void ModulePrinter::print_elements() {
  for (std::uint32_t i = 0; i < module_.elements.size() && check_sink(); ++i) {
    const auto& segment = module_.elements[i];
    text_.begin(1, segment.position);
    text_ << "(elem" << elements_.numbered_definition(i);
    if (segment.mode == SegmentMode::declarative) text_ << " declare";
    if (segment.mode == SegmentMode::active) {
      if (segment.table != 0) text_ << " (table " << tables_.use(segment.table) << ")";
      text_ << segment_offset(segment.offset);
    }
    const bool is_expressions =
        !segment.expressions.empty() ||
        (segment.functions.empty() && segment.type != ValueType::reference(HeapKind::func, false));
    text_ << (is_expressions ? ' ' + value_type(segment.type) : " func");
    for (const auto function : segment.functions) {
      if (!check_sink()) return;
      text_ << " " << functions_.use(function);
    }
    for (const auto& item : segment.expressions) {
      if (!check_sink()) return;
      text_ << " (item " << expression(item) << ")";
    }
    text_ << ")";
    text_.end();
  }
}

void ModulePrinter::print_data() {
  for (std::uint32_t i = 0; i < module_.data.size() && check_sink(); ++i) {
    const auto& segment = module_.data[i];
    text_.begin(1, segment.position);
    text_ << "(data" << data_.numbered_definition(i);
    if (segment.mode == SegmentMode::active) {
      if (segment.memory != 0) text_ << " (memory " << memories_.use(segment.memory) << ")";
      text_ << segment_offset(segment.offset);
    }
    text_ << " ";
    write_quoted(text_, as_text(segment.bytes));
    text_ << ")";
    text_.end();
  }
}

// ---- Custom sections

/// Whether assembling the text makes a section with this identifier. (The assembler leaves out
/// empty sections, and writes a data count only if the code needs it.)
bool ModulePrinter::is_printed(std::uint8_t section) const {
  switch (static_cast<SectionId>(section)) {
    case SectionId::type:
      return !module_.groups.empty();
    case SectionId::import:
      return !module_.imports.empty() || !module_.import_groups.empty();
    case SectionId::function:
    case SectionId::code:
      return !module_.functions.empty();
    case SectionId::table:
      return !module_.tables.empty();
    case SectionId::memory:
      return !module_.memories.empty();
    case SectionId::global:
      return !module_.globals.empty();
    case SectionId::export_:
      return !module_.exports.empty();
    case SectionId::start:
      return module_.start.has_value();
    case SectionId::element:
      return !module_.elements.empty();
    case SectionId::data:
      return !module_.data.empty();
    case SectionId::tag:
      return !module_.tags.empty();
    case SectionId::custom:
    case SectionId::data_count:
      break;
  }
  return false;
}

/// The place of a custom section that follows this section: `(after code)`.
std::string ModulePrinter::custom_place(std::uint8_t section) const {
  constexpr std::array<std::uint8_t, 13> order{1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11};
  auto place = std::ranges::find(order, section);
  if (place == order.end()) return "(before first)";
  while (!is_printed(*place)) {
    if (place == order.begin()) return "(before first)";
    --place;
  }
  return "(after " + std::string(section_words[*place]) + ')';
}

void ModulePrinter::print_customs() {
  for (const auto& custom : module_.customs) {
    // Identifiers and annotations become these sections again.
    if (custom.name == "name" || (hints_ && custom.name == branch_hint_section)) continue;
    if (!check_sink()) return;
    text_.begin(1, custom.offset);
    text_ << "(@custom " << quote_string(custom.name) << " " << custom_place(custom.after_section)
          << " ";
    write_quoted(text_, as_text(custom.bytes));
    text_ << ")";
    text_.end();
  }
}

}  // namespace airlock::decoder::text
