#include "decoder/component_text/component_printer.hpp"

#include <algorithm>

#include "decoder/printable.hpp"
#include "decoder/text/lexer.hpp"
#include "decoder/text/module_printer.hpp"

namespace airlock::decoder::component_text {

using component::to_string;

namespace {

std::string name_annotation(std::string_view name) {
  return " (@name " + text::quote_string(name) + ')';
}

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Result<std::string> print_component(const component::ComponentTree& tree, const Limits& limits,
                                    const text::PrintOptions& options) {
  std::string text;
  auto written = write_component(tree, text::append_to(text, limits.module_bytes), limits, options);
  if (!written) return propagate(std::move(written));
  return text;
}

Result<void> write_component(const component::ComponentTree& tree, const text::TextSink& sink,
                             const Limits& limits, const text::PrintOptions& options) {
  return ComponentPrinter(tree, sink, limits, options).run();
}

Result<void> ComponentPrinter::run() {
  const auto& root = tree_.root();
  const auto& name = root.names.component;
  std::string head = "(component";
  if (text::can_be_identifier(name))
    head += ' ' + text::quote_identifier(name);
  else if (!name.empty())
    head += name_annotation(name);
  open(root, head, root.offset);
  while (!opens_.empty() && !error_) {
    auto& top = opens_.back();
    const auto& definitions = top.component->definitions;
    if (text_.error()) error_ = text_.error();
    if (top.next_definition < definitions.size()) {
      print_definition(definitions[top.next_definition++]);
    } else {
      print_customs(top.component->offset + top.component->size);
      text_.line(depth() - 1, ")");
      opens_.pop_back();
    }
  }
  if (error_) return std::unexpected(*std::move(error_));
  return text_.finish();
}

void ComponentPrinter::fail(ErrorKind kind, std::string message) {
  if (!error_) error_ = Error{.kind = kind, .message = printable(message), .offset = offset_};
}

void ComponentPrinter::open(const component::Component& component, std::string_view head,
                            std::uint64_t offset) {
  text_.line(depth(), head, offset);
  auto& opened = opens_.emplace_back();
  opened.component = &component;
  for (const auto& [sort, names] : component.names.definitions)
    opened.names[component::number(sort)] = text::PrintedNames(names);
}

/// Custom sections are between definitions; `component-name` is made again from the identifiers.
/// The offset is that of the contents, which is the end of the component if the last one is empty.
void ComponentPrinter::print_customs(std::uint64_t before) {
  auto& top = opens_.back();
  const auto& customs = top.component->customs;
  for (; top.next_custom < customs.size() && customs[top.next_custom].offset <= before;
       ++top.next_custom) {
    const auto& custom = customs[top.next_custom];
    if (custom.name == "component-name") continue;
    text_.begin(depth(), custom.offset);
    text_ << "(@custom " << text::quote_string(custom.name) << " ";
    text::write_quoted(text_, as_text(custom.bytes));
    text_ << ")";
    text_.end();
  }
}

void ComponentPrinter::print_definition(const component::Definition& definition) {
  print_customs(definition.offset);
  offset_ = definition.offset;
  in_type_ = false;
  std::visit([this](const auto& body) { print(body); }, definition.body);
}

// ---- Names

std::string ComponentPrinter::define(Sort sort) {
  auto& top = opens_.back();
  const auto number = component::number(sort);
  return top.names[number].numbered_definition(top.counts[number]++);
}

/// The text has one name for both: an identifier names the definition and what it defines, an
/// annotation without an identifier only the latter.
std::string ComponentPrinter::next_definition(Sort sort, std::string_view own_name) const {
  const auto& top = opens_.back();
  const auto number = component::number(sort);
  const auto index = top.counts[number];
  if (auto identifier = top.names[number].identifier(index); !identifier.empty()) return identifier;
  const auto given = top.component->names.find(sort, index);
  const auto name = given.empty() ? own_name : given;
  const bool has_name = !name.empty() && text::is_utf8(name);
  return " (;" + std::to_string(index) + ";)" + (has_name ? name_annotation(name) : "");
}

std::string ComponentPrinter::use(Sort sort, std::uint32_t index) const {
  const auto number = component::number(sort);
  const auto& top = opens_.back();
  // An identifier that is not bound yet would refer to an outer component.
  return in_type_ || index >= top.counts[number] ? std::to_string(index)
                                                 : top.names[number].use(index);
}

std::string ComponentPrinter::reference(Sort sort, std::uint32_t index) const {
  return '(' + std::string(to_string(sort)) + ' ' + use(sort, index) + ')';
}

// ---- Definitions

void ComponentPrinter::print(const component::CoreModule& module) {
  const auto tree = read_module(tree_.binary, module.offset, module.size, limits_);
  const bool is_printed =
      tree &&
      print_fields(*tree, "(core module" + next_definition(Sort::core_module, tree->names.module));
  const auto id = define(Sort::core_module);
  if (error_) return;
  if (is_printed) return text_.line(depth(), ")");
  text_.begin(depth(), offset_);
  text_ << "(core module" << id << " binary ";
  text::write_quoted(text_, as_text(Bytes(*tree_.binary).subspan(module.offset, module.size)));
  text_ << ")";
  text_.end();
}

/// Prints a module up to its last parenthesis, unless something in it cannot be printed.
bool ComponentPrinter::print_fields(const Module& module, std::string_view head) {
  // Whether all of it can be printed is known at its end. A text that is too long to be kept until
  // then is made twice.
  constexpr std::size_t longest_kept = std::size_t{1} << 24;
  std::string kept;
  bool is_kept = true;
  const auto keep = [&](std::string_view piece) -> Result<void> {
    is_kept = is_kept && kept.size() + piece.size() <= longest_kept;
    if (is_kept)
      kept += piece;
    else
      kept = {};
    return {};
  };
  if (!text::write_module_fields(module, keep, limits_, options_, depth() + 1)) return false;
  text_.line(depth(), head, offset_);
  if (is_kept) {
    text_ << kept;
    return true;
  }
  const auto hand_on = [&](std::string_view piece) -> Result<void> {
    text_ << piece;
    if (text_.error()) return std::unexpected(*text_.error());
    return {};
  };
  if (auto again = text::write_module_fields(module, hand_on, limits_, options_, depth() + 1);
      !again)
    error_ = std::move(again).error();
  return !error_;
}

void ComponentPrinter::print(const component::CoreInstance& instance) {
  std::string body;
  if (const auto* made = std::get_if<component::CoreInstantiate>(&instance.body)) {
    body = " (instantiate " + use(Sort::core_module, made->module);
    for (const auto& argument : made->arguments)
      body += " (with " + text::quote_string(argument.name) + " (instance " +
              use(Sort::core_instance, argument.instance) + "))";
    body += ')';
  } else {
    for (const auto& item : std::get<std::vector<component::CoreInlineExport>>(instance.body))
      body += " (export " + text::quote_string(item.name) + " (" +
              std::string(component::row(item.item.sort).keyword) + ' ' +
              use(item.item.sort, item.item.index) + "))";
  }
  text_.line(depth(), "(core instance" + define(Sort::core_instance) + body + ')', offset_);
}

void ComponentPrinter::print(const component::CoreType& type) {
  if (const auto* group = std::get_if<component::CoreTypeGroup>(&type.body);
      group != nullptr && group->types.size() != 1) {
    text_.begin(depth(), offset_);
    return print_group(*group, "(core rec", depth(), true);
  }
  text_.begin(depth(), offset_);
  print_core_type_body(type, define(Sort::core_type), depth());
}

void ComponentPrinter::print(const component::NestedComponent& nested) {
  const auto& component = tree_.components[nested.component];
  const auto id = next_definition(Sort::component, component.names.component);
  (void)define(Sort::component);
  open(component, "(component" + id, offset_);
}

std::string ComponentPrinter::inline_export(const component::InlineExport& item) const {
  return " (export " + extern_name(item.name) + ' ' + reference(item.item.sort, item.item.index) +
         ')';
}

void ComponentPrinter::print(const component::Instance& instance) {
  std::string body;
  if (const auto* made = std::get_if<component::Instantiate>(&instance.body)) {
    body = " (instantiate " + use(Sort::component, made->component);
    for (const auto& argument : made->arguments)
      body += " (with " + text::quote_string(argument.name) + ' ' +
              reference(argument.item.sort, argument.item.index) + ')';
    body += ')';
  } else {
    for (const auto& item : std::get<std::vector<component::InlineExport>>(instance.body))
      body += inline_export(item);
  }
  text_.line(depth(), "(instance" + define(Sort::instance) + body + ')', offset_);
}

void ComponentPrinter::print(const component::Alias& item) {
  // The assembler reads the references before it binds the identifier.
  const auto line = alias(item);
  const auto id = define(item.sort);
  constexpr std::size_t closing = 2;
  const auto head = line.size() - closing;
  text_.line(depth(), line.substr(0, head) + id + line.substr(head), offset_);
}

void ComponentPrinter::print(const component::Type& type) {
  text_.begin(depth(), offset_);
  std::string body;
  if (const auto* value = std::get_if<component::DefValType>(&type.body))
    body = defined_type(*value);
  else if (const auto* function = std::get_if<component::FuncType>(&type.body))
    body = function_type(*function);
  else if (const auto* resource = std::get_if<component::ResourceType>(&type.body))
    body = resource_type(*resource);
  const auto id = define(Sort::type);
  text_ << "(type" << id << " ";
  if (!body.empty()) {
    text_ << body << ")";
    return text_.end();
  }
  print_type_body(type, depth());
  text_.append_to_last(")");
}

void ComponentPrinter::print(const component::Canon& canon) {
  if (canon.kind == component::CanonKind::lift) {
    const auto body = "(canon lift " + reference(Sort::core_function, canon.function) +
                      options_of(canon) + " (func";
    const auto type = " (type " + use(Sort::type, canon.type) + ")))";
    return text_.line(depth(), body + define(Sort::function) + type, offset_);
  }
  const auto body = "(canon " + builtin(canon) + " (core func";
  text_.line(depth(), body + define(Sort::core_function) + "))", offset_);
}

std::string ComponentPrinter::options_of(const component::Canon& canon) const {
  std::string text;
  for (const auto& option : canon.options) {
    const auto flag =
        std::ranges::find(component::flag_options, option.kind, &component::FlagOptionRow::kind);
    if (flag != component::flag_options.end()) {
      text.append(" ").append(flag->name);
      continue;
    }
    const auto indexed =
        std::ranges::find(component::index_options, option.kind, &component::IndexOptionRow::kind);
    if (indexed != component::index_options.end())
      text +=
          " (" + std::string(indexed->name) + ' ' + reference(indexed->sort, option.index) + ')';
  }
  return text;
}

std::string ComponentPrinter::builtin(const component::Canon& canon) const {
  const auto* row = component::find_row(canon.kind);
  if (row == nullptr) return {};
  std::string text(row->name);
  for (const auto operand : row->operands) text += operand_of(canon, operand);
  return text;
}

/// What stands in a canonical definition, with a space before it.
std::string ComponentPrinter::operand_of(const component::Canon& canon,
                                         component::Operand operand) const {
  using component::Operand;
  switch (operand) {
    case Operand::none:
    case Operand::reserved:
      return {};
    case Operand::core_callee:
      return ' ' + reference(Sort::core_function, canon.function);
    case Operand::callee:
      return ' ' + reference(Sort::function, canon.function);
    case Operand::type:
      return ' ' + use(Sort::type, canon.type);
    case Operand::result:
      return canon.result ? " (result " + value_type(*canon.result) + ')' : "";
    case Operand::options:
      return options_of(canon);
    case Operand::async:
      return canon.is_async ? " async" : "";
    case Operand::shared:
      return canon.is_shared ? " shared" : "";
    case Operand::memory:
      return " (memory " + reference(Sort::core_memory, canon.memory) + ')';
    case Operand::core_value:
      return ' ' + decoder::to_string(canon.context_type);
    case Operand::immediate:
      return ' ' + std::to_string(canon.context_slot);
    case Operand::core_type:
      return ' ' + use(Sort::core_type, canon.type);
    case Operand::core_table:
      return ' ' + reference(Sort::core_table, canon.table);
  }
  return {};
}

void ComponentPrinter::print(const component::Start& start) {
  auto text = "(start " + use(Sort::function, start.function);
  for (const auto argument : start.arguments) text += ' ' + reference(Sort::value, argument);
  for (std::uint32_t i = 0; i < start.results; ++i)
    text += " (result (value" + define(Sort::value) + "))";
  text_.line(depth(), text + ')', offset_);
}

void ComponentPrinter::print(const component::Import& import) {
  const auto sort = import.type.sort;
  // The assembler reads the type before it binds the identifier.
  const auto before = extern_type(import.type);
  const auto id = define(sort);
  const auto keyword = to_string(sort).size() + 1;
  text_.line(depth(),
             "(import " + extern_name(import.name) + ' ' + before.substr(0, keyword) + id +
                 before.substr(keyword) + ')',
             offset_);
}

void ComponentPrinter::print(const component::Export& item) {
  auto text = ' ' + extern_name(item.name) + ' ' + reference(item.item.sort, item.item.index);
  if (item.type) text += ' ' + extern_type(*item.type);
  text_.line(depth(), "(export" + define(item.item.sort) + text + ')', offset_);
}

void ComponentPrinter::print(const component::Value&) {
  fail(ErrorKind::unsupported, "definitions of values have no text");
}

}  // namespace airlock::decoder::component_text
