#include "decoder/component/wit/reader.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "decoder/component/wit/lexer.hpp"

namespace airlock::decoder::component::wit {

namespace {

constexpr auto primitives = std::to_array<PrimValType>({
    PrimValType::bool_,
    PrimValType::s8,
    PrimValType::u8,
    PrimValType::s16,
    PrimValType::u16,
    PrimValType::s32,
    PrimValType::u32,
    PrimValType::s64,
    PrimValType::u64,
    PrimValType::f32,
    PrimValType::f64,
    PrimValType::char_,
    PrimValType::string,
    PrimValType::error_context,
});

/// A type with parameters, and how many it takes.
struct Constructor {
  std::string_view keyword;
  Type::Kind kind;
  std::uint32_t fewest;
  std::uint32_t most;
};

constexpr auto constructors = std::to_array<Constructor>({
    {"list", Type::Kind::list, 1, 1},
    {"map", Type::Kind::map, 2, 2},
    {"tuple", Type::Kind::tuple, 1, UINT32_MAX},
    {"option", Type::Kind::option, 1, 1},
    {"result", Type::Kind::result, 0, 2},
    {"own", Type::Kind::own, 1, 1},
    {"borrow", Type::Kind::borrow, 1, 1},
    {"stream", Type::Kind::stream, 0, 1},
    {"future", Type::Kind::future, 0, 1},
});

Type primitive_type(PrimValType primitive) {
  Type type;
  type.kind = Type::Kind::primitive;
  type.primitive = primitive;
  return type;
}

Type named(std::string_view name) {
  Type type;
  type.kind = Type::Kind::name;
  type.name = name;
  return type;
}

/// A handle to a resource type.
Type handle(Type::Kind kind, std::string_view resource) {
  Type type;
  type.kind = kind;
  type.name = resource;
  return type;
}

class Reader {
 public:
  Reader(std::string_view text, const Limits& limits) : lexer_(text), limits_(limits) {}

  Result<Interface> interface() {
    Interface interface;
    items(interface);
    if (!lexer_.failed() && !lexer_.token().empty()) {
      lexer_.fail("unexpected `" + std::string(lexer_.token()) + "`");
    }
    if (lexer_.failed()) return lexer_.error();
    return interface;
  }

  Result<Package> package() {
    Package package;
    gates();
    if (lexer_.accept("package")) {
      package.name = lexer_.path();
      if (const std::size_t at = package.name.find('@'); at != std::string_view::npos) {
        package.version = package.name.substr(at + 1);
        package.name = package.name.substr(0, at);
      }
      lexer_.expect(";");
    }
    while (!lexer_.failed() && !lexer_.token().empty()) {
      gates();
      if (lexer_.accept("interface")) {
        Interface& interface = package.interfaces.emplace_back();
        interface.name = lexer_.name();
        lexer_.expect("{");
        items(interface);
        lexer_.expect("}");
      } else if (lexer_.accept("world")) {
        lexer_.name();
        skip_braces();
      } else {
        lexer_.fail("expected `interface` or `world`");
      }
    }
    if (lexer_.failed()) return lexer_.error();
    return package;
  }

 private:
  /// `@since(version = 0.2.0)` and its like
  void gates() {
    while (lexer_.accept("@")) {
      lexer_.name();
      if (!lexer_.accept("(")) continue;
      while (!lexer_.failed() && !lexer_.token().empty() && !lexer_.is(")")) lexer_.advance();
      lexer_.expect(")");
    }
  }

  void skip_braces() {
    lexer_.expect("{");
    for (std::size_t depth = 1; depth != 0 && !lexer_.failed();) {
      if (lexer_.token().empty()) return lexer_.fail("unclosed `{`");
      if (lexer_.is("{")) ++depth;
      if (lexer_.is("}")) --depth;
      lexer_.advance();
    }
  }

  /// Reads items in braces, with commas between: calls `item` at the start of each.
  template <typename Item>
  void braced(const Item& item) {
    lexer_.expect("{");
    while (!lexer_.failed() && !lexer_.is("}")) {
      gates();
      item();
      if (!lexer_.accept(",")) break;
    }
    lexer_.expect("}");
  }

  void items(Interface& interface) {
    while (!lexer_.failed() && !lexer_.token().empty() && !lexer_.is("}")) {
      gates();
      item(interface);
    }
    gates();
    unique(interface);
  }

  void item(Interface& interface) {
    using Form = TypeDefinition::Form;
    if (lexer_.accept("use")) return use(interface);
    if (lexer_.accept("type")) return alias(interface);
    if (lexer_.accept("record")) return members(interface, Form::record, Payload::always);
    if (lexer_.accept("variant")) return members(interface, Form::variant, Payload::optional);
    if (lexer_.accept("enum")) return members(interface, Form::enumeration, Payload::never);
    if (lexer_.accept("flags")) return members(interface, Form::flags, Payload::never);
    if (lexer_.accept("resource")) return resource(interface);
    Function function;
    function.name = lexer_.name();
    lexer_.expect(":");
    signature(function);
    interface.functions.push_back(std::move(function));
  }

  void use(Interface& interface) {
    const std::string_view path = lexer_.path();
    lexer_.expect(".");
    braced([&] {
      Use use;
      use.interface = path;
      use.name = lexer_.name();
      use.local_name = lexer_.accept("as") ? lexer_.name() : use.name;
      interface.uses.push_back(std::move(use));
    });
    lexer_.expect(";");
  }

  void alias(Interface& interface) {
    TypeDefinition definition;
    definition.name = lexer_.name();
    lexer_.expect("=");
    definition.alias = type();
    lexer_.expect(";");
    interface.types.push_back(std::move(definition));
  }

  enum class Payload : std::uint8_t { never, optional, always };

  void members(Interface& interface, TypeDefinition::Form form, Payload payload) {
    TypeDefinition definition;
    definition.form = form;
    definition.name = lexer_.name();
    braced([&] {
      Member member;
      member.name = lexer_.name();
      if (payload == Payload::always) {
        lexer_.expect(":");
        member.type = type();
      } else if (payload == Payload::optional && lexer_.accept("(")) {
        member.type = type();
        lexer_.expect(")");
      }
      definition.members.push_back(std::move(member));
    });
    if (!lexer_.failed() && definition.members.empty() && form != TypeDefinition::Form::flags) {
      lexer_.fail("type `" + std::string(definition.name) + "` has no members");
    }
    interface.types.push_back(std::move(definition));
  }

  void resource(Interface& interface) {
    TypeDefinition definition;
    definition.form = TypeDefinition::Form::resource;
    definition.name = lexer_.name();
    const std::string_view name = definition.name;
    interface.types.push_back(std::move(definition));
    if (lexer_.accept(";")) return;
    lexer_.expect("{");
    while (!lexer_.failed() && !lexer_.is("}")) {
      gates();
      interface.functions.push_back(resource_function(name));
    }
    lexer_.expect("}");
  }

  Function resource_function(std::string_view resource) {
    Function function;
    if (lexer_.accept("constructor")) {
      function.name = "[constructor]" + std::string(resource);
      parameters(function);
      function.result = lexer_.accept("->") ? type() : named(resource);
      lexer_.expect(";");
      return function;
    }
    const std::string_view name = lexer_.name();
    lexer_.expect(":");
    const bool is_static = lexer_.accept("static");
    function.name = is_static ? "[static]" : "[method]";
    function.name.append(resource).append(".").append(name);
    if (!is_static) {
      function.parameters.push_back({"self", handle(Type::Kind::borrow, resource)});
    }
    signature(function);
    return function;
  }

  void signature(Function& function) {
    function.is_async = lexer_.accept("async");
    lexer_.expect("func");
    parameters(function);
    if (lexer_.accept("->")) function.result = type();
    lexer_.expect(";");
  }

  void parameters(Function& function) {
    lexer_.expect("(");
    while (!lexer_.failed() && !lexer_.is(")")) {
      Member parameter;
      parameter.name = lexer_.name();
      lexer_.expect(":");
      parameter.type = type();
      function.parameters.push_back(std::move(parameter));
      if (!lexer_.accept(",")) break;
    }
    lexer_.expect(")");
  }

  Type type() {
    if (depth_ >= limits_.component_type_nesting) {
      lexer_.fail(ErrorKind::limit, "types are nested too deeply (Limits::component_type_nesting)");
      return {};
    }
    const std::string_view keyword = lexer_.token();
    for (const PrimValType primitive : primitives) {
      if (keyword != component::to_string(primitive)) continue;
      lexer_.advance();
      return primitive_type(primitive);
    }
    const auto found = std::ranges::find(constructors, keyword, &Constructor::keyword);
    if (found == constructors.end()) return named(lexer_.name());
    lexer_.advance();
    ++depth_;
    Type made = constructed(*found);
    --depth_;
    return made;
  }

  Type constructed(const Constructor& constructor) {
    Type made;
    made.kind = constructor.kind;
    if (lexer_.accept("<")) arguments(made);
    const bool is_handle = made.kind == Type::Kind::own || made.kind == Type::Kind::borrow;
    const std::size_t count = made.arguments.size();
    if (lexer_.failed()) return made;
    if (count < constructor.fewest || count > constructor.most) {
      lexer_.fail("wrong number of types in `" + std::string(constructor.keyword) + "`");
    } else if (is_handle) {
      if (made.arguments[0].kind != Type::Kind::name) lexer_.fail("expected a resource type");
      made.name = made.arguments[0].name;
      made.arguments.clear();
    } else if (made.kind == Type::Kind::result) {
      made.arguments.resize(2);
    }
    return made;
  }

  void arguments(Type& made) {
    while (!lexer_.failed()) {
      if (made.kind == Type::Kind::list && made.arguments.size() == 1) {
        made.length = lexer_.number();
        if (!lexer_.failed() && made.length == 0)
          lexer_.fail("a list of fixed length has elements");
      } else if (made.kind == Type::Kind::result && lexer_.accept("_")) {
        made.arguments.emplace_back();
      } else {
        made.arguments.push_back(type());
      }
      if (!lexer_.accept(",") || lexer_.is(">")) break;
    }
    lexer_.expect(">");
  }

  /// Types and functions have names of their own.
  void unique(const Interface& interface) {
    std::vector<std::string_view> names;
    for (const Use& use : interface.uses) names.push_back(use.local_name);
    for (const TypeDefinition& definition : interface.types) names.push_back(definition.name);
    for (const Function& function : interface.functions) names.push_back(function.name);
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice != names.end()) lexer_.fail("`" + std::string(*twice) + "` is defined twice");
  }

  Lexer lexer_;
  const Limits& limits_;
  std::uint32_t depth_ = 0;
};

}  // namespace

Result<Interface> read_interface(std::string_view text, const Limits& limits) {
  return Reader(text, limits).interface();
}

Result<Package> read_package(std::string_view text, const Limits& limits) {
  return Reader(text, limits).package();
}

}  // namespace airlock::decoder::component::wit
