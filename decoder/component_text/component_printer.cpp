#include "decoder/component_text/component_printer.hpp"

#include <algorithm>

#include "decoder/component_text/canonical_table.hpp"
#include "decoder/text/module_printer.hpp"

namespace airlock::decoder::component_text {

using component::to_string;

Result<std::string> print_component(const component::ComponentTree& tree, const Limits& limits,
                                    const text::PrintOptions& options) {
  return ComponentPrinter(tree, limits, options).run();
}

Result<std::string> ComponentPrinter::run() {
  const auto& root = tree_.root();
  const auto& name = root.names.component;
  open(root,
       text::can_be_identifier(name) ? "(component " + text::quote_identifier(name) : "(component",
       root.offset);
  while (!opens_.empty() && !error_) {
    auto& top = opens_.back();
    const auto& definitions = top.component->definitions;
    if (text_.size() > limits_.module_bytes) fail(ErrorKind::limit, "text too large");
    if (top.next_definition < definitions.size()) {
      print_definition(definitions[top.next_definition++]);
    } else {
      print_customs(top.component->offset + top.component->size);
      text_.line(depth() - 1, ")");
      opens_.pop_back();
    }
  }
  if (error_) return std::unexpected(*std::move(error_));
  return text_.take();
}

void ComponentPrinter::fail(ErrorKind kind, std::string message) {
  if (!error_) error_ = Error{.kind = kind, .message = std::move(message), .offset = offset_};
}

void ComponentPrinter::open(const component::Component& component, std::string_view head,
                            std::uint64_t offset) {
  text_.line(depth(), head, offset);
  auto& opened = opens_.emplace_back();
  opened.component = &component;
  for (const auto& [sort, names] : component.names.definitions)
    opened.names[component::number(sort)] = text::PrintedNames(names);
}

/// Custom sections stand between definitions; `component-name` is made of identifiers again. The
/// offset is that of the contents, which is where the component ends if the last one is empty.
void ComponentPrinter::print_customs(std::uint64_t before) {
  auto& top = opens_.back();
  const auto& customs = top.component->customs;
  for (; top.next_custom < customs.size() && customs[top.next_custom].offset <= before;
       ++top.next_custom) {
    const auto& custom = customs[top.next_custom];
    if (custom.name == "component-name") continue;
    const std::string_view bytes(reinterpret_cast<const char*>(custom.bytes.data()),
                                 custom.bytes.size());
    text_.line(
        depth(),
        "(@custom " + text::quote_string(custom.name) + ' ' + text::quote_string(bytes) + ')',
        custom.offset);
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
  const auto index = top.counts[number]++;
  auto identifier = top.names[number].identifier(index);
  return identifier.empty() ? " (;" + std::to_string(index) + ";)" : identifier;
}

std::string ComponentPrinter::use(Sort sort, std::uint32_t index) const {
  const auto number = component::number(sort);
  const auto& top = opens_.back();
  // An identifier that is not bound yet would be one of an outer component.
  return in_type_ || index >= top.counts[number] ? std::to_string(index)
                                                 : top.names[number].use(index);
}

std::string ComponentPrinter::reference(Sort sort, std::uint32_t index) const {
  return '(' + std::string(to_string(sort)) + ' ' + use(sort, index) + ')';
}

// ---- Definitions

void ComponentPrinter::print(const component::CoreModule& module) {
  // A component may name a module otherwise than the module itself, but the text has one name.
  const auto id = define(Sort::core_module);
  const auto tree = read_module(tree_.binary, module.offset, module.size, limits_);
  if (tree) {
    auto fields = text::print_module_fields(*tree, limits_, options_, depth() + 1);
    if (fields) {
      const auto& name = tree->names.module;
      const bool has_own_name =
          !id.starts_with(" $") && !name.empty() && text::can_be_identifier(name);
      text_.line(
          depth(),
          "(core module" + id + (has_own_name ? " (@name " + text::quote_string(name) + ')' : ""),
          offset_);
      text_ << *fields;
      return text_.line(depth(), ")");
    }
    if (fields.error().kind == ErrorKind::limit) return fail(ErrorKind::limit, "text too large");
  }
  const auto bytes = Bytes(*tree_.binary).subspan(module.offset, module.size);
  text_.line(depth(),
             "(core module" + id + " binary " +
                 text::quote_string({reinterpret_cast<const char*>(bytes.data()), bytes.size()}) +
                 ')',
             offset_);
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
  const auto id = define(Sort::component);
  open(tree_.components[nested.component], "(component" + id, offset_);
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
  // What it refers to is read before its identifier is bound.
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
    const auto code = static_cast<std::uint8_t>(option.kind);
    const auto flag = std::ranges::find(flag_options, code, &OptionRow::code);
    if (flag != flag_options.end()) {
      text.append(" ").append(flag->keyword);
      continue;
    }
    const auto indexed = std::ranges::find(index_options, code, &IndexOptionRow::code);
    if (indexed != index_options.end())
      text +=
          " (" + std::string(indexed->keyword) + ' ' + reference(indexed->sort, option.index) + ')';
  }
  return text;
}

std::string ComponentPrinter::builtin(const component::Canon& canon) const {
  if (canon.kind == component::CanonKind::lower)
    return "lower " + reference(Sort::function, canon.function) + options_of(canon);
  const auto row =
      std::ranges::find(builtin_table, static_cast<std::uint8_t>(canon.kind), &BuiltinRow::code);
  if (row == builtin_table.end()) return {};
  std::string text(row->keyword);
  for (const auto operand : row->operands) {
    switch (operand) {
      case Operand::none:
        break;
      case Operand::type:
        text += ' ' + use(Sort::type, canon.type);
        break;
      case Operand::result:
        if (canon.result) text += " (result " + value_type(*canon.result) + ')';
        break;
      case Operand::options:
        text += options_of(canon);
        break;
      case Operand::async:
        if (canon.is_async) text += " async";
        break;
      case Operand::cancellable:
        if (canon.is_cancellable) text += " cancellable";
        break;
      case Operand::shared:
        if (canon.is_shared) text += " shared";
        break;
      case Operand::memory:
        text += " (memory " + reference(Sort::core_memory, canon.memory) + ')';
        break;
      case Operand::core_value:
        text += ' ' + decoder::to_string(canon.context_type);
        break;
      case Operand::immediate:
        text += ' ' + std::to_string(canon.context_slot);
        break;
      case Operand::core_type:
        text += ' ' + use(Sort::core_type, canon.type);
        break;
      case Operand::core_table:
        text += ' ' + reference(Sort::core_table, canon.table);
        break;
    }
  }
  return text;
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
  // Its type is read before its identifier is bound.
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
