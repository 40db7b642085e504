// Running a core module: `_start` of WASI 0.1, or a function that `--invoke` names.

#include <charconv>
#include <iostream>
#include <limits>
#include <optional>
#include <vector>

#include "canonical-abi/wave.hpp"
#include "cli/guest.hpp"
#include "cli/progress.hpp"
#include "runtime/linker.hpp"
#include "runtime/store.hpp"

namespace airlock::cli {
namespace {

using canonical_abi::TypeKind;
using decoder::ValueKind;
using runtime::Value;

/// The component-level type whose texts are read as values of a core type. An i32 may be written as
/// a signed or an unsigned number, so it is read as an s64 and its range checked afterwards; for an
/// i64 one of the two has to be chosen.
Result<TypeKind> text_type(const decoder::ValueType& type, TypeKind wide) {
  switch (type.kind) {
    case ValueKind::i32:
      return TypeKind::s64;
    case ValueKind::i64:
      return wide;
    case ValueKind::f32:
      return TypeKind::f32;
    case ValueKind::f64:
      return TypeKind::f64;
    default:
      return fail(ErrorKind::argument,
                  "a parameter of type " + to_string(type) + " cannot be written as text");
  }
}

Result<Value> to_core(const canonical_abi::Value& value, const decoder::ValueType& type) {
  Value core{.type = type};
  auto& slot = core.slots[0];
  switch (type.kind) {
    case ValueKind::i32: {
      const auto number = value.as_s64();
      if (number < std::numeric_limits<std::int32_t>::min() ||
          number > std::numeric_limits<std::uint32_t>::max())
        return fail(ErrorKind::argument, std::to_string(number) + " does not fit an i32");
      slot.bits = static_cast<std::uint32_t>(number);
      break;
    }
    case ValueKind::f32:
      slot.f32 = value.as_f32();
      break;
    case ValueKind::f64:
      slot.f64 = value.as_f64();
      break;
    default:
      slot.bits = value.as_u64();
  }
  return core;
}

/// Reads the arguments of a call of a core function.
/// @param wide how i64 is written: s64 or u64
Result<std::vector<Value>> parse_arguments(const canonical_abi::Invocation& invocation,
                                           const decoder::FunctionType& type, TypeKind wide) {
  canonical_abi::TypeTable types;
  canonical_abi::FunctionType signature;
  for (const auto& parameter : type.parameters) {
    const auto kind = text_type(parameter, wide);
    if (!kind) return std::unexpected(kind.error());
    signature.parameters.push_back({.label = {}, .type = types.primitive(*kind)});
  }
  const auto values = canonical_abi::parse_arguments(invocation, signature);
  if (!values) return std::unexpected(values.error());
  std::vector<Value> arguments;
  for (std::size_t i = 0; i < values->size(); ++i) {
    auto value = to_core((*values)[i], type.parameters[i]);
    if (!value) return propagate(std::move(value));
    arguments.push_back(*value);
  }
  return arguments;
}

/// A result as text; integers are shown signed, as Wasmtime does.
std::string to_text(const Value& value) {
  canonical_abi::TypeTable types;
  const auto wave = [&](const canonical_abi::Value& number, TypeKind kind) {
    return canonical_abi::to_wave(number, types.primitive(kind));
  };
  const auto& slot = value.slots[0];
  switch (value.type.kind) {
    case ValueKind::i32:
      return std::to_string(static_cast<std::int32_t>(slot.i32));
    case ValueKind::i64:
      return std::to_string(static_cast<std::int64_t>(slot.i64));
    case ValueKind::f32:
      return wave(canonical_abi::Value::f32(slot.f32), TypeKind::f32);
    case ValueKind::f64:
      return wave(canonical_abi::Value::f64(slot.f64), TypeKind::f64);
    case ValueKind::v128:
      return "v128(" + hexadecimal(value.slots[1].bits) + ", " + hexadecimal(slot.bits) + ')';
    default:
      return slot.reference == nullptr ? "null" : to_string(value.type);
  }
}

/// The exported function of a name, or null.
runtime::Function* function_called(runtime::Instance& instance, std::string_view name) {
  runtime::External external;
  const bool is_function =
      instance.find_export(name, external) && external.kind == decoder::ExternKind::function;
  return is_function ? external.function : nullptr;
}

/// The same; the message lists what there is.
Result<runtime::Function*> find(runtime::Instance& instance, std::string_view name) {
  if (auto* function = function_called(instance, name)) return function;
  std::string candidates;
  for (const auto& item : instance.module->tree.exports)
    if (item.kind == decoder::ExternKind::function)
      candidates += (candidates.empty() ? "" : ", ") + item.name;
  return fail(ErrorKind::argument,
              "no exported function is called `" + std::string(name) + '`' +
                  (candidates.empty() ? "; it exports none" : "; there are " + candidates));
}

/// A hexadecimal number, which WAVE does not know, as a decimal one; any other text as it is.
std::string decimal(const std::string& text) {
  if (!text.starts_with("0x") && !text.starts_with("0X")) return text;
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 2, end, number, 16);
  return error == std::errc() && stop == end ? std::to_string(number) : text;
}

/// Calls a function and prints its results.
Ending call(runtime::Store& store, runtime::Function& function,
            const canonical_abi::Invocation& invocation, runtime::Trap& trap) {
  const auto& type = store.engine().types().get(function.type).type.composite.function;
  auto arguments = parse_arguments(invocation, type, TypeKind::s64);
  if (!arguments) {
    const auto as_unsigned = parse_arguments(invocation, type, TypeKind::u64);
    if (!as_unsigned) return invocation_error(arguments.error());
    arguments = as_unsigned;
  }
  const auto results = store.call(function, *arguments, &trap);
  if (!results) return std::unexpected(results.error());
  for (const auto& result : *results) std::cout << to_text(result) << '\n';
  return 0;
}

/// Calls a function with the arguments behind the file: as many as it takes, since what runs may
/// also ask WASI for all of them.
Ending call_with_arguments(runtime::Store& store, runtime::Function& function, const Guest& guest,
                           runtime::Trap& trap) {
  const auto& type = store.engine().types().get(function.type).type.composite.function;
  const auto& given = guest.options.arguments;
  if (given.size() < type.parameters.size())
    return fail(ErrorKind::argument, "not enough arguments: the function takes " +
                                         std::to_string(type.parameters.size()) + ", there are " +
                                         std::to_string(given.size()));
  std::string text = "call(";
  for (std::size_t i = 0; i < type.parameters.size(); ++i)
    text += (i > 0 ? ", " : "") + decimal(given[i]);
  const auto invocation = canonical_abi::parse_invocation(text + ')');
  if (!invocation) return invocation_error(invocation.error());
  return call(store, function, *invocation, trap);
}

/// `--invoke 'add(1, 2)'`, or `--invoke add` with the arguments behind the file. A name of a core
/// module may be any text, so one that is exported as it stands comes first.
Ending invoke(runtime::Store& store, runtime::Instance& instance, const Guest& guest,
              runtime::Trap& trap) {
  const auto& text = *guest.options.invoke;
  if (text.find('(') == std::string::npos || function_called(instance, text) != nullptr) {
    const auto function = find(instance, text);
    if (!function) return std::unexpected(function.error());
    return call_with_arguments(store, **function, guest, trap);
  }
  const auto invocation = canonical_abi::parse_invocation(text);
  if (!invocation) return invocation_error(invocation.error());
  const auto function = find(instance, invocation->name.function);
  if (!function) return std::unexpected(function.error());
  return call(store, **function, *invocation, trap);
}

/// Calls what a module wants to be called before anything else (a reactor of WASI).
Result<void> initialize(runtime::Store& store, runtime::Instance& instance, runtime::Trap& trap) {
  auto* function = function_called(instance, "_initialize");
  if (function == nullptr) return {};
  const auto results = store.call(*function, {}, &trap);
  if (!results) return std::unexpected(results.error());
  return {};
}

/// Calls the entry point. Modules without one are libraries: a start function or `_initialize` may
/// have done all there is to do, but else the user should hear that nothing ran.
Ending run_entry_point(runtime::Store& store, runtime::Instance& instance, const Guest& guest,
                       runtime::Trap& trap) {
  for (const char* name : {"", "_start"})
    if (auto* function = function_called(instance, name))
      return call_with_arguments(store, *function, guest, trap);
  if (!instance.module->tree.start && function_called(instance, "_initialize") == nullptr)
    std::cerr << guest.input.name
              << ": nothing was run: it does not export _start; call one of its functions with "
                 "--invoke\n";
  return 0;
}

}  // namespace

Ending run_module(const Guest& guest, runtime::Trap& trap) {
  std::optional<Progress> progress(std::in_place, "compiling " + guest.input.name);
  const auto module = guest.engine.compile(guest.input.binary);
  progress.reset();
  if (!module) return std::unexpected(module.error());

  runtime::Store store(guest.engine);
  store.fuel = guest.options.fuel.value_or(0);
  runtime::Linker linker(store);
  if (auto defined = wasi::define_preview1(linker, guest.context); !defined)
    return propagate(std::move(defined));
  const auto instance = linker.instantiate(*module, (*module)->tree.names.module);
  if (!instance) return std::unexpected(instance.error());
  if (auto initialized = initialize(store, **instance, trap); !initialized)
    return propagate(std::move(initialized));
  return guest.options.invoke ? invoke(store, **instance, guest, trap)
                              : run_entry_point(store, **instance, guest, trap);
}

}  // namespace airlock::cli
