#include "validator/component/wit.hpp"

#include <algorithm>
#include <map>

#include "decoder/printable.hpp"
#include "decoder/text/printer.hpp"
#include "validator/component/names.hpp"

namespace airlock::validator::component {
namespace {

/// Keywords: names only after `%`.
constexpr std::string_view keywords[] = {
    "as",       "async",     "bool", "borrow", "char",   "constructor", "enum",    "error-context",
    "export",   "f32",       "f64",  "flags",  "from",   "func",        "future",  "import",
    "include",  "interface", "list", "map",    "option", "own",         "package", "record",
    "resource", "result",    "s16",  "s32",    "s64",    "s8",          "static",  "stream",
    "string",   "tuple",     "type", "u16",    "u32",    "u64",         "u8",      "use",
    "variant",  "with",      "world"};

/// The most nodes of a type that are written out. More is unreadable, and a type may have a
/// million.
constexpr std::uint32_t largest_expression = 10'000;

std::string identifier(std::string_view name) {
  const bool is_keyword = std::ranges::find(keywords, name) != std::end(keywords);
  return (is_keyword ? "%" : "") + printable(name);
}

/// The name of a package or interface with each of its identifiers as WIT writes it:
/// `wasi:%async/%world@0.2.0`.
std::string path(std::string_view name) {
  const auto version = std::min(name.find('@'), name.size());
  std::string text;
  for (std::size_t start = 0; start < version;) {
    const auto end = std::min(name.find_first_of(":/", start), version);
    text += identifier(name.substr(start, end - start));
    if (end < version) text += name[end];
    start = end + 1;
  }
  return text + printable(name.substr(version));
}

/// The parts of `wasi:io/streams@0.2.0`.
struct InterfaceName {
  std::string package;    ///< `wasi:io@0.2.0`
  std::string interface;  ///< `streams`
};

InterfaceName split(std::string_view name) {
  const auto slash = name.find('/');
  const auto at = name.find('@');
  const auto version = at == std::string_view::npos ? std::string_view() : name.substr(at);
  return {std::string(name.substr(0, slash)) + std::string(version),
          std::string(name.substr(slash + 1, at == std::string_view::npos ? at : at - slash - 1))};
}

/// A name of a type, and where the type has this name.
struct NamedType {
  std::string interface;  ///< full name of the interface; empty for the world
  std::string name;
};

/// The names of types: in the interfaces that named them, and in the interface being written.
struct TypeNames {
  std::map<TypeId, NamedType> everywhere;
  std::map<TypeId, std::string> here;
};

/// Writes types as expressions.
class TypeWriter {
 public:
  TypeWriter(const ComponentTypes& types, const TypeNames* names) : types_(types), names_(names) {}

  [[nodiscard]] std::string write(TypeId id) const {
    if (const auto name = name_of(id); !name.empty()) return name;
    return write_body(id);
  }

  /// The type written out, without its name.
  [[nodiscard]] std::string write_body(TypeId id) const {
    if (types_[id].size > largest_expression) return "/* too large to show */ _";
    return std::visit([this](const auto& body) { return text(body); }, types_[id].body);
  }

  [[nodiscard]] std::string function(const FuncType& function, const ParsedName& name) const {
    const bool is_method = name.kind == NameKind::method;
    std::string result = name.accessor == Accessor::get   ? "get("
                         : name.accessor == Accessor::set ? "set("
                         : function.is_async              ? "async func("
                                                          : "func(";
    result += parameters(function, is_method) + ')';
    if (function.result) result += " -> " + write(*function.result);
    return result;
  }

  [[nodiscard]] std::string parameters(const FuncType& function, bool is_method) const {
    std::string result;
    for (std::size_t i = is_method ? 1 : 0; i < function.parameters.size(); ++i) {
      const auto& parameter = function.parameters[i];
      if (!result.empty()) result += ", ";
      result += identifier(parameter.label) + ": " + write(parameter.type);
    }
    return result;
  }

 private:
  [[nodiscard]] std::string name_of(TypeId id) const {
    if (!names_) return {};
    if (const auto here = names_->here.find(id); here != names_->here.end()) return here->second;
    if (const auto there = names_->everywhere.find(id); there != names_->everywhere.end())
      return identifier(there->second.name);
    return {};
  }

  [[nodiscard]] std::string generic(std::string_view name, std::optional<TypeId> argument) const {
    return std::string(name) + (argument ? '<' + write(*argument) + '>' : std::string());
  }

  static std::string labels(std::string_view word, const std::vector<std::string_view>& list) {
    std::string result = std::string(word) + " { ";
    for (const auto label : list) result += identifier(label) + ", ";
    result.resize(result.size() - 2);
    return result + " }";
  }

  [[nodiscard]] std::string text(PrimValType type) const {
    return std::string(syntax::to_string(type));
  }
  [[nodiscard]] std::string text(const RecordType& record) const {
    std::string result = "record { ";
    for (const auto& field : record.fields)
      result += identifier(field.label) + ": " + write(field.type) + ", ";
    result.resize(result.size() - 2);
    return result + " }";
  }
  [[nodiscard]] std::string text(const VariantType& variant) const {
    std::string result = "variant { ";
    for (const auto& one : variant.cases) {
      result += identifier(one.label);
      if (one.type) result += '(' + write(*one.type) + ')';
      result += ", ";
    }
    result.resize(result.size() - 2);
    return result + " }";
  }
  [[nodiscard]] std::string text(const ListType& list) const {
    return "list<" + write(list.element) +
           (list.length ? ", " + std::to_string(*list.length) : std::string()) + '>';
  }
  [[nodiscard]] std::string text(const TupleType& tuple) const {
    std::string result = "tuple<";
    for (const auto type : tuple.types) result += write(type) + ", ";
    result.resize(result.size() - 2);
    return result + '>';
  }
  [[nodiscard]] std::string text(const FlagsType& flags) const {
    return labels("flags", flags.labels);
  }
  [[nodiscard]] std::string text(const EnumType& one) const { return labels("enum", one.labels); }
  [[nodiscard]] std::string text(const OptionType& option) const {
    return generic("option", option.type);
  }
  [[nodiscard]] std::string text(const ResultType& result) const {
    if (!result.error) return generic("result", result.ok);
    return "result<" + (result.ok ? write(*result.ok) : std::string("_")) + ", " +
           write(*result.error) + '>';
  }
  [[nodiscard]] std::string text(const OwnType& own) const { return write(own.resource); }
  [[nodiscard]] std::string text(const BorrowType& borrow) const {
    return generic("borrow", borrow.resource);
  }
  [[nodiscard]] std::string text(const StreamType& stream) const {
    return generic("stream", stream.element);
  }
  [[nodiscard]] std::string text(const FutureType& future) const {
    return generic("future", future.element);
  }
  [[nodiscard]] std::string text(const MapType& map) const {
    return "map<" + write(map.key) + ", " + write(map.value) + '>';
  }
  [[nodiscard]] std::string text(const ResourceType&) const { return "resource"; }
  [[nodiscard]] std::string text(const FuncType& type) const {
    return function(type, ParsedName{});
  }
  [[nodiscard]] std::string text(const std::shared_ptr<const InstanceType>&) const {
    return "interface";
  }
  [[nodiscard]] std::string text(const std::shared_ptr<const ComponentType>&) const {
    return "component";
  }

  const ComponentTypes& types_;
  const TypeNames* names_;
};

/// Functions by the name of the resource type that they belong to.
using Members = std::map<std::string_view, std::vector<const NamedExtern*>>;

/// Writes a world and the interfaces it is made of.
class WorldWriter {
 public:
  explicit WorldWriter(const ComponentTypes& types) : types_(types) {}

  std::string write(const ComponentType& component) {
    std::string world;
    write_externs(component.imports, "import", world);
    if (!component.imports.empty() && !component.exports.empty()) world += '\n';
    write_externs(component.exports, "export", world);
    std::string text = "package root:component;\n\nworld root {\n" + world + "}\n";
    for (const auto& package : package_order_) {
      text += "\npackage " + path(package) + " {\n";
      bool is_first = true;
      for (const auto& body : packages_[package]) {
        if (!is_first) text += '\n';
        is_first = false;
        text += body;
      }
      text += "}\n";
    }
    return text;
  }

 private:
  void write_externs(const std::vector<NamedExtern>& externs, std::string_view word,
                     std::string& world) {
    std::vector<NamedExtern> items;  // types and functions, grouped by resource
    for (const auto& named : externs) {
      const auto prefix = "  " + std::string(word) + ' ';
      if (named.type.sort != Sort::instance) {
        items.push_back(named);
      } else if (parse_extern_name(named.name).kind == NameKind::interface) {
        add_interface(std::string(named.name), named);
        world += external_id(named, "  ") + prefix + path(named.name) + ";\n";
      } else {
        world += external_id(named, "  ");
        if (const auto* implemented = implements(named)) {
          if (add_interface(*implemented, named)) {
            world += prefix + identifier(named.name) + ": " + path(*implemented) + ";\n";
            continue;
          }
          world += "  // implements " + printable(*implemented) + '\n';
        }
        world += prefix + identifier(named.name) + ": interface {\n";
        world += write_interface(std::string(named.name), types_.instance(named.type.type).exports,
                                 "    ");
        world += "  }\n";
      }
    }
    write_world_items(items, word, world);
  }

  /// The items of the world itself: functions with `import` or `export` before them, types without.
  void write_world_items(const std::vector<NamedExtern>& items, std::string_view word,
                         std::string& world) {
    std::vector<NamedExtern> types;
    std::vector<NamedExtern> rest;
    for (const auto& named : items) {
      const bool is_member = parse_extern_name(named.name).kind != NameKind::label;
      (named.type.sort == Sort::type || is_member ? types : rest).push_back(named);
    }
    auto names = std::move(names_.here);
    names_.here = world_names_;
    world += write_items("", types, "  ");
    for (const auto& named : rest) {
      world += external_id(named, "  ") + "  ";
      if (named.type.sort != Sort::function) {
        world += "// " + std::string(word) + ' ' + printable(named.name) + ": " +
                 std::string(syntax::to_string(named.type.sort)) + '\n';
        continue;
      }
      const auto parsed = parse_extern_name(named.name);
      world += std::string(word) + ' ' + identifier(parsed.label) + ": " +
               writer().function(types_.function(named.type.type), parsed) + ";\n";
    }
    world_names_ = std::move(names_.here);
    names_.here = std::move(names);
  }

  /// The interface that an instance with a name of its own implements.
  static const std::string* implements(const NamedExtern& named) {
    if (named.attributes == nullptr || !named.attributes->implements) return nullptr;
    return &*named.attributes->implements;
  }

  /// The line of an attribute, if there is one.
  static std::string external_id(const NamedExtern& named, const std::string& indent) {
    if (named.attributes == nullptr || !named.attributes->external_id) return {};
    return indent + "@external-id(" + decoder::text::quote_string(*named.attributes->external_id) +
           ")\n";
  }

  /// Writes an interface into its package, unless it is there already. @return whether the package
  /// has it as `named` has it: instances that implement an interface need not have all of it
  bool add_interface(const std::string& name, const NamedExtern& named) {
    const auto [package, interface] = split(name);
    const auto& exports = types_.instance(named.type.type).exports;
    if (!packages_.contains(package)) package_order_.push_back(package);
    auto& bodies = packages_[package];
    auto body = "  interface " + identifier(interface) + " {\n" +
                write_interface(name, exports, "    ") + "  }\n";
    const auto [written, is_new] = interfaces_.emplace(name, bodies.size());
    if (!is_new) return bodies[written->second] == body;
    bodies.push_back(std::move(body));
    return true;
  }

  std::string write_interface(const std::string& name, const std::vector<NamedExtern>& exports,
                              const std::string& indent) {
    names_.here.clear();
    return write_items(name, exports, indent);
  }

  std::string write_items(const std::string& interface, const std::vector<NamedExtern>& exports,
                          const std::string& indent) {
    // Methods may mention types that are defined later. A type with several names is known by the
    // first.
    for (const auto& named : exports) {
      if (named.type.sort != Sort::type) continue;
      names_.here.emplace(named.type.type, identifier(named.name));
      names_.everywhere.emplace(named.type.type, NamedType{interface, std::string(named.name)});
    }
    const auto members = members_of(exports);
    std::string text;
    for (const auto& named : exports) {
      if (named.type.sort == Sort::type) {
        text += external_id(named, indent) + write_type(interface, named, members, indent);
      } else if (named.type.sort != Sort::function) {
        text += indent + "// " + std::string(syntax::to_string(named.type.sort)) + ' ' +
                printable(named.name) + '\n';
      } else if (const auto parsed = parse_extern_name(named.name);
                 parsed.kind == NameKind::label) {
        text += external_id(named, indent) + indent + identifier(parsed.label) + ": " +
                writer().function(types_.function(named.type.type), parsed) + ";\n";
      }
    }
    return text;
  }

  /// The functions whose names say which resource type they belong to.
  static Members members_of(const std::vector<NamedExtern>& exports) {
    Members members;
    for (const auto& named : exports) {
      const auto parsed = parse_extern_name(named.name);
      if (named.type.sort == Sort::function && parsed.kind != NameKind::label)
        members[parsed.resource].push_back(&named);
    }
    return members;
  }

  std::string write_type(const std::string& interface, const NamedExtern& named,
                         const Members& members, const std::string& indent) {
    const auto name = identifier(named.name);
    const auto& type = types_[named.type.type];
    const auto origin = origin_of(named.type.type);
    // An interface cannot use what a world defines.
    if (origin && (interface.empty() || !origin->interface.empty())) {
      if (origin->interface == interface)
        return indent + "type " + name + " = " + identifier(origin->name) + ";\n";
      const auto renaming = origin->name == named.name ? std::string() : " as " + name;
      return indent + "use " + used_interface(interface, origin->interface) + ".{" +
             identifier(origin->name) + renaming + "};\n";
    }
    if (type.is_resource()) return write_resource(named, members, indent);
    if (const auto* record = type.as<RecordType>()) {
      std::string text = indent + "record " + name + " {\n";
      for (const auto& field : record->fields)
        text += indent + "  " + identifier(field.label) + ": " + writer().write(field.type) + ",\n";
      return text + indent + "}\n";
    }
    if (const auto* variant = type.as<VariantType>()) {
      std::string text = indent + "variant " + name + " {\n";
      for (const auto& one : variant->cases) {
        text += indent + "  " + identifier(one.label);
        if (one.type) text += '(' + writer().write(*one.type) + ')';
        text += ",\n";
      }
      return text + indent + "}\n";
    }
    if (const auto* flags = type.as<FlagsType>())
      return write_labels(indent + "flags " + name, flags->labels, indent);
    if (const auto* one = type.as<EnumType>())
      return write_labels(indent + "enum " + name, one->labels, indent);
    const auto body = writer().write_body(named.type.type);
    if (!type.is_value_type()) return indent + "// type " + name + " = " + body + '\n';
    return indent + "type " + name + " = " + body + ";\n";
  }

  static std::string write_labels(const std::string& head,
                                  const std::vector<std::string_view>& labels,
                                  const std::string& indent) {
    std::string text = head + " {\n";
    for (const auto label : labels) text += indent + "  " + identifier(label) + ",\n";
    return text + indent + "}\n";
  }

  /// A resource type with the functions whose names say that they belong to it.
  std::string write_resource(const NamedExtern& named, const Members& members,
                             const std::string& indent) {
    const auto head = indent + "resource " + identifier(named.name);
    const auto own = members.find(named.name);
    if (own == members.end()) return head + ";\n";
    std::string text = head + " {\n";
    for (const auto* member : own->second) text += write_member(*member, indent + "  ");
    return text + indent + "}\n";
  }

  std::string write_member(const NamedExtern& member, const std::string& indent) {
    const auto parsed = parse_extern_name(member.name);
    const auto& function = types_.function(member.type.type);
    auto text = external_id(member, indent) + indent;
    if (parsed.kind == NameKind::constructor) {
      text += "constructor(" + writer().parameters(function, false) + ')';
      if (!types_[*function.result].as<OwnType>())
        text += " -> " + writer().write(*function.result);
      return text + ";\n";
    }
    return text + identifier(parsed.label) + ": " +
           (parsed.kind == NameKind::method ? "" : "static ") +
           writer().function(function, parsed) + ";\n";
  }

  /// The first name of the type that this type is another name of.
  [[nodiscard]] std::optional<NamedType> origin_of(TypeId id) const {
    while (types_[id].is_name) {
      id = types_[id].named;
      const auto found = names_.everywhere.find(id);
      if (found != names_.everywhere.end()) return found->second;
    }
    return std::nullopt;
  }

  /// The name of an interface within another: in the same package the last part is enough.
  static std::string used_interface(const std::string& from, const std::string& to) {
    const auto target = split(to);
    const bool is_plain = to.find(':') == std::string::npos;
    return is_plain || split(from).package == target.package ? identifier(target.interface)
                                                             : path(to);
  }

  [[nodiscard]] TypeWriter writer() const { return TypeWriter(types_, &names_); }

  const ComponentTypes& types_;
  TypeNames names_;
  std::map<TypeId, std::string> world_names_;
  std::vector<std::string> package_order_;
  std::map<std::string, std::vector<std::string>> packages_;
  std::map<std::string, std::size_t> interfaces_;  ///< by full name: position in its package
};

}  // namespace

std::string render_wit(const ValidComponent& component) {
  return WorldWriter(*component.types).write(component.root_type());
}

std::string describe_type(const ComponentTypes& types, TypeId type) {
  return TypeWriter(types, nullptr).write(type);
}

}  // namespace airlock::validator::component
