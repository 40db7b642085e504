// Interfaces in WIT, the interface description language of components (component-model: WIT.md),
// as a syntax tree. Names are views of the text it was read from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/component/component.hpp"

namespace airlock::decoder::component::wit {

using component::PrimValType;

/// `u32`, `list<datetime>`, `result<_, error-code>`
struct Type {
  enum class Kind : std::uint8_t {
    none,  ///< the `_` of a result, or a part that was left out
    primitive,
    name,  ///< of a type of the interface; for a resource type it means `own`
    list,
    map,
    tuple,
    option,
    result,  ///< `arguments`: ok and error, each may be `none`
    own,
    borrow,
    stream,
    future,  ///< `arguments` may be empty
  };
  Kind kind = Kind::none;
  PrimValType primitive = PrimValType::bool_;
  std::string_view name;  ///< also of the resource type of `own` and `borrow`
  std::vector<Type> arguments;
  std::uint32_t length = 0;  ///< of a list; 0: any
  friend bool operator==(const Type&, const Type&) = default;
};

/// A field of a record, a case, a flag or a parameter.
struct Member {
  std::string_view name;
  Type type;
  friend bool operator==(const Member&, const Member&) = default;
};

struct TypeDefinition {
  enum class Form : std::uint8_t { alias, record, variant, enumeration, flags, resource };
  Form form = Form::alias;
  std::string_view name;
  Type alias;
  std::vector<Member> members;
  friend bool operator==(const TypeDefinition&, const TypeDefinition&) = default;
};

struct Function {
  /// As a component exports it: `now`, `[method]fields.get`, `[constructor]fields`.
  std::string name;
  bool is_async = false;
  std::vector<Member> parameters;  ///< of a method also `self`
  Type result;
  friend bool operator==(const Function&, const Function&) = default;
};

/// `use wasi:io/error@0.2.12.{error as io-error};` is one of these for each name.
struct Use {
  std::string_view interface;  ///< `wasi:io/error@0.2.12`, or `error` of the same package
  std::string_view name;
  std::string_view local_name;
  friend bool operator==(const Use&, const Use&) = default;
};

struct Interface {
  std::string_view name;
  std::vector<Use> uses;
  std::vector<TypeDefinition> types;
  std::vector<Function> functions;
};

/// `package wasi:io@0.2.12;` and the interfaces that follow.
struct Package {
  std::string_view name;     ///< `wasi:io`
  std::string_view version;  ///< `0.2.12`, or empty
  std::vector<Interface> interfaces;
};

}  // namespace airlock::decoder::component::wit
