// Types of components (Explainer.md, Type Definitions).
#include "decoder/component_text/component_printer.hpp"

namespace airlock::decoder::component_text {
namespace {

using component::to_string;

std::string size_limits(const SizeLimits& limits) {
  auto text = std::to_string(limits.minimum);
  if (limits.maximum) text += ' ' + std::to_string(*limits.maximum);
  return text;
}

std::string field_type(const FieldType& type) {
  const auto storage = decoder::to_string(type.storage);
  return type.is_mutable ? "(mut " + storage + ')' : storage;
}

/// `(sub final 0 (func (param i32)))`, or only the composite type of a final type without
/// supertype.
std::string sub_type(const SubType& type) {
  std::string body;
  const auto& composite = type.composite;
  if (composite.kind == CompositeKind::function) {
    body = "(func";
    for (const auto& parameter : composite.function.parameters)
      body += " (param " + decoder::to_string(parameter) + ')';
    for (const auto& result : composite.function.results)
      body += " (result " + decoder::to_string(result) + ')';
  } else if (composite.kind == CompositeKind::array) {
    body = "(array " + field_type(composite.fields[0]);
  } else {
    body = "(struct";
    for (const auto& field : composite.fields) body += " (field " + field_type(field) + ')';
  }
  body += ')';
  if (type.descriptor) body = "(descriptor " + std::to_string(*type.descriptor) + ") " + body;
  if (type.described) body = "(describes " + std::to_string(*type.described) + ") " + body;
  if (type.is_final && type.supertypes.empty()) return body;
  std::string text = type.is_final ? "(sub final " : "(sub ";
  for (const auto super : type.supertypes) text += std::to_string(super) + ' ';
  return text + body + ')';
}

}  // namespace

// ---- Value types

std::string ComponentPrinter::value_type(const component::ValType& type) const {
  if (const auto* primitive = std::get_if<component::PrimValType>(&type))
    return std::string(to_string(*primitive));
  return use(Sort::type, std::get<std::uint32_t>(type));
}

/// A space and the type, if there is one.
std::string ComponentPrinter::optional(const std::optional<component::ValType>& type) const {
  return type ? ' ' + value_type(*type) : std::string{};
}

std::string ComponentPrinter::defined_type(const component::DefValType& type) const {
  const auto labels = [](std::string text, const std::vector<std::string>& all) {
    for (const auto& label : all) text += ' ' + text::quote_string(label);
    return text + ')';
  };
  struct Printer {
    const ComponentPrinter& to;
    decltype(labels)& labelled;
    std::string operator()(component::PrimValType primitive) const {
      return std::string(to_string(primitive));
    }
    std::string operator()(const component::RecordType& record) const {
      std::string text = "(record";
      for (const auto& field : record.fields)
        text +=
            " (field " + text::quote_string(field.label) + ' ' + to.value_type(field.type) + ')';
      return text + ')';
    }
    std::string operator()(const component::VariantType& variant) const {
      std::string text = "(variant";
      for (const auto& item : variant.cases)
        text += " (case " + text::quote_string(item.label) + to.optional(item.type) + ')';
      return text + ')';
    }
    std::string operator()(const component::ListType& list) const {
      return "(list " + to.value_type(list.element) +
             (list.length ? ' ' + std::to_string(*list.length) : "") + ')';
    }
    std::string operator()(const component::TupleType& tuple) const {
      std::string text = "(tuple";
      for (const auto& element : tuple.types) text += ' ' + to.value_type(element);
      return text + ')';
    }
    std::string operator()(const component::FlagsType& flags) const {
      return labelled("(flags", flags.labels);
    }
    std::string operator()(const component::EnumType& enumeration) const {
      return labelled("(enum", enumeration.labels);
    }
    std::string operator()(const component::OptionType& option) const {
      return "(option " + to.value_type(option.type) + ')';
    }
    std::string operator()(const component::ResultType& result) const {
      return "(result" + to.optional(result.ok) +
             (result.error ? " (error " + to.value_type(*result.error) + ')' : "") + ')';
    }
    std::string operator()(const component::OwnType& own) const {
      return "(own " + to.use(Sort::type, own.resource) + ')';
    }
    std::string operator()(const component::BorrowType& borrow) const {
      return "(borrow " + to.use(Sort::type, borrow.resource) + ')';
    }
    std::string operator()(const component::StreamType& stream) const {
      return "(stream" + to.optional(stream.element) + ')';
    }
    std::string operator()(const component::FutureType& future) const {
      return "(future" + to.optional(future.element) + ')';
    }
    std::string operator()(const component::MapType& map) const {
      return "(map " + to.value_type(map.key) + ' ' + to.value_type(map.value) + ')';
    }
  };
  return std::visit(Printer{*this, labels}, type);
}

std::string ComponentPrinter::function_type(const component::FuncType& type) const {
  std::string text = type.is_async ? "(func async" : "(func";
  for (const auto& parameter : type.parameters)
    text +=
        " (param " + text::quote_string(parameter.label) + ' ' + value_type(parameter.type) + ')';
  if (type.result) text += " (result " + value_type(*type.result) + ')';
  return text + ')';
}

std::string ComponentPrinter::resource_type(const component::ResourceType& type) const {
  auto text = "(resource (rep " + decoder::to_string(type.representation) + ')';
  if (type.destructor) text += " (dtor " + reference(Sort::core_function, *type.destructor) + ')';
  return text + ')';
}

// ---- Component and instance types. Their nesting is bounded by the reader.

void ComponentPrinter::print_type_body(const component::Type& type, std::size_t depth) {
  if (const auto* component = std::get_if<component::ComponentType>(&type.body))
    return print_declarators("(component", component->declarators, depth);
  if (const auto* instance = std::get_if<component::InstanceType>(&type.body))
    return print_declarators("(instance", instance->declarators, depth);
  if (const auto* value = std::get_if<component::DefValType>(&type.body))
    text_ << defined_type(*value);
  else if (const auto* function = std::get_if<component::FuncType>(&type.body))
    text_ << function_type(*function);
  else if (const auto* resource = std::get_if<component::ResourceType>(&type.body))
    text_ << resource_type(*resource);
  text_.end();
}

void ComponentPrinter::print_declarators(std::string_view head,
                                         const std::vector<component::Declarator>& declarators,
                                         std::size_t depth) {
  const bool was_in_type = std::exchange(in_type_, true);
  text_ << head;
  text_.end();
  for (const auto& declarator : declarators) {
    if (error_) break;
    print_declarator(declarator, depth + 1);
  }
  text_.line(depth, ")");
  in_type_ = was_in_type;
}

void ComponentPrinter::print_declarator(const component::Declarator& declarator,
                                        std::size_t depth) {
  if (text_.error()) error_ = text_.error();
  if (error_) return;
  text_.begin(depth, declarator.offset);
  if (const auto* core = std::get_if<component::CoreType>(&declarator.body)) {
    const auto* group = std::get_if<component::CoreTypeGroup>(&core->body);
    if (group != nullptr && group->types.size() != 1)
      return print_group(*group, "(core rec", depth);
    return print_core_type_body(*core, {}, depth);
  }
  if (const auto* type = std::get_if<component::Type>(&declarator.body)) {
    text_ << "(type ";
    print_type_body(*type, depth);
    return text_.append_to_last(")");
  }
  if (const auto* item = std::get_if<component::Alias>(&declarator.body))
    text_ << alias(*item);
  else if (const auto* import = std::get_if<component::ImportDeclarator>(&declarator.body))
    text_ << "(import " << extern_name(import->name) << " " << extern_type(import->type) << ")";
  else if (const auto* exported = std::get_if<component::ExportDeclarator>(&declarator.body))
    text_ << "(export " << extern_name(exported->name) << " " << extern_type(exported->type) << ")";
  text_.end();
}

// ---- Core types

/// `(core rec` or `(rec`, and its types, each on its own line.
void ComponentPrinter::print_group(const component::CoreTypeGroup& group, std::string_view head,
                                   std::size_t depth, bool has_names) {
  text_ << head;
  text_.end();
  for (const auto& type : group.types) {
    const auto id = has_names ? define(Sort::core_type) : std::string{};
    text_.line(depth + 1, "(type" + id + ' ' + sub_type(type) + ')');
  }
  text_.line(depth, ")");
}

/// `(core type $id …)`, from the current line on.
void ComponentPrinter::print_core_type_body(const component::CoreType& type, std::string_view id,
                                            std::size_t depth) {
  text_ << "(core type" << id << " ";
  if (const auto* group = std::get_if<component::CoreTypeGroup>(&type.body)) {
    text_ << sub_type(group->types.front()) << ")";
    return text_.end();
  }
  text_ << "(module";
  text_.end();
  for (const auto& declarator : std::get<component::CoreModuleType>(type.body).declarators)
    print_module_declarator(declarator, depth + 1);
  text_.line(depth, "))");
}

void ComponentPrinter::print_module_declarator(const component::CoreModuleDeclarator& declarator,
                                               std::size_t depth) {
  text_.begin(depth, declarator.offset);
  if (const auto* group = std::get_if<component::CoreTypeGroup>(&declarator.body)) {
    if (group->types.size() != 1) return print_group(*group, "(rec", depth);
    text_ << "(type " << sub_type(group->types.front()) << ")";
  } else if (const auto* import = std::get_if<decoder::Import>(&declarator.body)) {
    text_ << "(import " << text::quote_string(import->module) << " "
          << text::quote_string(import->name) << " " << core_extern_type(import->type) << ")";
  } else if (const auto* alias = std::get_if<component::CoreOuterAlias>(&declarator.body)) {
    text_ << "(alias outer " << std::to_string(alias->count) << " " << std::to_string(alias->index)
          << " (type))";
  } else if (const auto* item = std::get_if<component::CoreExportDeclarator>(&declarator.body)) {
    text_ << "(export " << text::quote_string(item->name) << " " << core_extern_type(item->type)
          << ")";
  }
  text_.end();
}

std::string ComponentPrinter::core_extern_type(const ImportType& type) const {
  if (const auto* function = std::get_if<FunctionImport>(&type))
    return (function->exact ? "(func (exact (type " : "(func (type ") +
           std::to_string(function->type) + (function->exact ? ")))" : "))");
  if (const auto* tag = std::get_if<TagType>(&type))
    return "(tag (type " + std::to_string(tag->type) + "))";
  if (const auto* global = std::get_if<GlobalType>(&type)) {
    const auto value = decoder::to_string(global->value);
    return "(global " + (global->is_mutable ? "(mut " + value + ')' : value) + ')';
  }
  const auto address = [](AddressType of) { return of == AddressType::i64 ? "i64 " : ""; };
  if (const auto* table = std::get_if<TableType>(&type))
    return "(table " + (address(table->address) + size_limits(table->limits)) +
           (table->is_shared ? " shared " : " ") + decoder::to_string(table->element) + ')';
  const auto& memory = std::get<MemoryType>(type);
  auto text = "(memory " + (address(memory.address) + size_limits(memory.limits));
  if (memory.is_shared) text += " shared";
  if (memory.page_size_log2 != 16)
    text += " (pagesize " + std::to_string(std::uint64_t{1} << (memory.page_size_log2 & 63)) + ')';
  return text + ')';
}

// ---- Names, external types, aliases

std::string ComponentPrinter::extern_name(const component::ExternName& name) const {
  auto text = text::quote_string(name.name);
  if (name.implements) text += " (implements " + text::quote_string(*name.implements) + ')';
  if (name.version_suffix)
    text += " (versionsuffix " + text::quote_string(*name.version_suffix) + ')';
  if (name.external_id) text += " (external-id " + text::quote_string(*name.external_id) + ')';
  return text;
}

std::string ComponentPrinter::extern_type(const component::ExternType& type) const {
  std::string text = '(' + std::string(to_string(type.sort));
  switch (type.sort) {
    case Sort::core_module:
      text += " (type " + use(Sort::core_type, type.index) + ')';
      break;
    case Sort::value:
      text += type.value_type ? ' ' + value_type(*type.value_type)
                              : " (eq " + use(Sort::value, type.index) + ')';
      break;
    case Sort::type:
      text += type.bound == component::TypeBound::sub_resource
                  ? " (sub resource)"
                  : " (eq " + use(Sort::type, type.index) + ')';
      break;
    default:
      text += " (type " + use(Sort::type, type.index) + ')';
      break;
  }
  return text + ')';
}

std::string ComponentPrinter::alias(const component::Alias& item) const {
  std::string text = "(alias ";
  if (const auto* exported = std::get_if<component::ExportAlias>(&item.target)) {
    text += exported->is_core ? "core export " : "export ";
    text += use(exported->is_core ? Sort::core_instance : Sort::instance, exported->instance) +
            ' ' + text::quote_string(exported->name);
  } else {
    const auto& outer = std::get<component::OuterAlias>(item.target);
    text += "outer " + std::to_string(outer.count) + ' ' + std::to_string(outer.index);
  }
  return text + " (" + std::string(to_string(item.sort)) + "))";
}

}  // namespace airlock::decoder::component_text
