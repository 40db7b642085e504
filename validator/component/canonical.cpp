#include "validator/component/canonical.hpp"

#include <cassert>

namespace airlock::validator::component {

using decoder::FunctionType;
using decoder::ValueType;
using syntax::CanonKind;
using syntax::CanonOptionKind;

namespace {

std::unexpected<Error> invalid(std::string message) {
  return fail(ErrorKind::invalid, std::move(message));
}

std::string_view to_string(StringEncoding encoding) {
  switch (encoding) {
    case StringEncoding::utf8:
      return "utf8";
    case StringEncoding::utf16:
      return "utf16";
    case StringEncoding::latin1_utf16:
      return "latin1-utf16";
  }
  return {};
}

/// `[I32, F64]`
std::string list_of(const std::vector<ValueType>& types) {
  std::string text = "[";
  for (const auto& type : types) {
    if (text.size() > 1) text += ", ";
    for (const char c : decoder::to_string(type))
      text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return text + ']';
}

ValueType pointer_type(const CanonOptions& options) {
  return options.memory64 ? decoder::i64 : decoder::i32;
}

ValueType index_type(decoder::AddressType address) {
  return address == decoder::AddressType::i64 ? decoder::i64 : decoder::i32;
}

/// The name of a canonical definition, for messages.
std::string quoted_name(const syntax::Canon& canon) {
  return '`' + std::string(syntax::to_string(canon.kind)) + '`';
}

}  // namespace

Result<ResolvedCanon> CanonValidator::check(const syntax::Canon& canon) {
  ResolvedCanon resolved{.canon = &canon, .options = {}, .result = {}};
  auto options = read_options(canon);
  if (!options) return propagate(std::move(options));
  resolved.options = *options;
  const auto* row = syntax::find_row(canon.kind);
  assert(row != nullptr && "the reader knows no other canonical definitions");
  auto checked = check(*row, resolved);
  if (!checked) return propagate(std::move(checked));
  return resolved;
}

Result<void> CanonValidator::check(const syntax::CanonRow& row, ResolvedCanon& canon) {
  switch (row.kind) {
    case CanonKind::lift:
      return check_lift(canon);
    case CanonKind::lower:
      return check_lower(canon);
    case CanonKind::task_return:
      return check_task_return(canon);
    default:
      break;
  }
  Result<void> checked;
  syntax::SignatureTypes types;
  for (const auto operand : row.operands) {
    if (operand == syntax::Operand::type)
      checked = check_subject(row, canon);
    else if (operand == syntax::Operand::options)
      checked = check_builtin_options(row, canon);
    else if (operand == syntax::Operand::memory)
      checked = check_memory(canon);
    else if (operand == syntax::Operand::core_value)
      checked = check_context(canon, types);
    else if (operand == syntax::Operand::core_type)
      checked = check_start_function(canon, types);
    else if (operand == syntax::Operand::core_table)
      checked = check_table(canon, types);
    if (!checked) return checked;
  }
  types.address = pointer_type(canon.options);
  auto type = syntax::core_type(row, types);
  define(canon, std::move(type.parameters), std::move(type.results));
  return {};
}

Result<CanonOptions> CanonValidator::read_options(const syntax::Canon& canon) {
  CanonOptions options;
  std::optional<StringEncoding> encoding;
  for (const auto& option : canon.options) {
    if (auto set = set_option(option, options, encoding); !set) {
      set.error().offset = option.offset;
      return propagate(std::move(set));
    }
  }
  options.string_encoding = encoding.value_or(StringEncoding::utf8);
  if (options.memory) {
    if (*options.memory >= spaces_.core_memories.size())
      return invalid("memory index out of bounds");
    const auto& memory = spaces_.core_memories[*options.memory];
    if (memory.is_shared) return invalid("canonical option `memory` uses a shared memory");
    options.memory64 = memory.address == decoder::AddressType::i64;
  }
  if (auto checked = check_options(canon, options); !checked) return propagate(std::move(checked));
  return options;
}

Result<void> CanonValidator::set_option(const syntax::CanonOption& option, CanonOptions& options,
                                        std::optional<StringEncoding>& encoding) {
  const auto once = [&](std::optional<std::uint32_t>& place, const char* name) -> Result<void> {
    if (place)
      return invalid(std::string("canonical option `") + name + "` is specified more than once");
    place = option.index;
    return {};
  };
  switch (option.kind) {
    case CanonOptionKind::utf8:
    case CanonOptionKind::utf16:
    case CanonOptionKind::latin1_utf16: {
      const auto chosen = static_cast<StringEncoding>(option.kind);
      if (encoding) {
        return invalid("canonical encoding option `" + std::string(to_string(*encoding)) +
                       "` conflicts with option `" + std::string(to_string(chosen)) + '`');
      }
      encoding = chosen;
      return {};
    }
    case CanonOptionKind::memory:
      return once(options.memory, "memory");
    case CanonOptionKind::realloc:
      return once(options.realloc, "realloc");
    case CanonOptionKind::post_return:
      return once(options.post_return, "post-return");
    case CanonOptionKind::callback:
      return once(options.callback, "callback");
    case CanonOptionKind::async:
      if (options.is_async) return invalid("canonical option `async` is specified more than once");
      options.is_async = true;
      return {};
  }
  return {};
}

Result<void> CanonValidator::check_options(const syntax::Canon& canon,
                                           const CanonOptions& options) {
  const auto lifts = canon.kind == CanonKind::lift;
  const auto pointer = pointer_type(options);
  auto checked = check_function_option(options.realloc, "realloc",
                                       {{pointer, pointer, pointer, pointer}, {pointer}});
  if (!checked) return checked;
  if (options.realloc && !options.memory)
    return invalid("canonical option `realloc` requires `memory` to also be specified");
  checked = check_function_option(options.callback, "callback",
                                  {{decoder::i32, decoder::i32, decoder::i32}, {decoder::i32}});
  if (!checked) return checked;
  if (options.post_return && *options.post_return >= spaces_.core_functions.size())
    return invalid("function index out of bounds");
  if (options.post_return && !lifts)
    return invalid("canonical option `post-return` cannot be specified for lowerings");
  if (options.callback && !lifts)
    return invalid("canonical option `callback` cannot be specified for lowerings");
  if (options.callback && !options.is_async)
    return invalid("canonical option `callback` requires the `async` option");
  if (options.post_return && options.is_async)
    return invalid("canonical option `post-return` cannot be specified with `async`");
  return {};
}

Result<void> CanonValidator::check_function_option(std::optional<std::uint32_t> function,
                                                   const char* name, const FunctionType& type) {
  if (!function) return {};
  const auto* found = core_function(*function);
  if (!found) return invalid("function index out of bounds");
  if (*found == type) return {};
  return invalid(std::string("canonical option `") + name +
                 "` uses a core function with an incorrect signature");
}

Result<void> CanonValidator::require_memory(const CanonOptions& options) {
  if (options.memory) return {};
  return invalid("canonical option `memory` is required");
}

Result<void> CanonValidator::require_realloc(const CanonOptions& options) {
  if (auto memory = require_memory(options); !memory) return memory;
  if (options.realloc) return {};
  return invalid("canonical option `realloc` is required");
}

Result<TypeId> CanonValidator::type(std::uint32_t index) const {
  if (index >= spaces_.types.size()) return invalid("type index out of bounds");
  return spaces_.types[index];
}

Result<TypeId> CanonValidator::value_type(const syntax::ValType& type) {
  if (const auto* primitive = std::get_if<PrimValType>(&type))
    return builder_.primitive(*primitive);
  const auto index = std::get<std::uint32_t>(type);
  auto found = this->type(index);
  if (found && !types_[*found].is_value_type())
    return invalid("type index " + std::to_string(index) + " is not a defined type");
  return found;
}

const FunctionType* CanonValidator::core_function(std::uint32_t index) const {
  if (index >= spaces_.core_functions.size()) return nullptr;
  return &types_[spaces_.core_functions[index]];
}

void CanonValidator::define(ResolvedCanon& canon, std::vector<ValueType> parameters,
                            std::vector<ValueType> results) {
  canon.core_type = core_.function(std::move(parameters), std::move(results));
}

Result<void> CanonValidator::check_lift(ResolvedCanon& canon) {
  const auto& options = canon.options;
  const auto* callee = core_function(canon.canon->function);
  if (!callee) return invalid("function index out of bounds");
  auto found = type(canon.canon->type);
  if (!found) return propagate(std::move(found));
  const auto* function = types_[*found].as<FuncType>();
  if (!function) {
    return invalid("type index " + std::to_string(canon.canon->type) + " is not a function type");
  }
  canon.type = *found;
  canon.core_type = spaces_.core_functions[canon.canon->function];
  if (options.is_async && !function->is_async)
    return invalid("the `async` canonical option requires an async function type");

  const auto flat =
      flatten_function(flattener_, *function, CanonContext::lift,
                       {options.is_async, options.callback.has_value(), options.memory64});
  if (!builder_.spend(function->parameters.size())) return {};
  bool takes_pointers = flat.parameters_in_memory;
  for (const auto& field : function->parameters)
    takes_pointers = takes_pointers || types_[field.type].contains_pointer;
  if (takes_pointers) {
    if (auto given = require_realloc(options); !given) return given;
  }
  if (flat.result_in_memory || (function->result && types_[*function->result].contains_pointer)) {
    if (auto given = require_memory(options); !given) return given;
  }
  if (flat.type.parameters != callee->parameters) {
    return invalid("lowered parameter types `" + list_of(flat.type.parameters) +
                   "` do not match parameter types `" + list_of(callee->parameters) +
                   "` of core function " + std::to_string(canon.canon->function));
  }
  if (flat.type.results != callee->results) {
    return invalid("lowered result types `" + list_of(flat.type.results) +
                   "` do not match result types `" + list_of(callee->results) +
                   "` of core function " + std::to_string(canon.canon->function));
  }
  return check_function_option(options.post_return, "post-return", {flat.type.results, {}});
}

Result<void> CanonValidator::check_lower(ResolvedCanon& canon) {
  const auto& options = canon.options;
  if (canon.canon->function >= spaces_.functions.size())
    return invalid("function index out of bounds");
  canon.type = spaces_.functions[canon.canon->function];
  const auto& function = types_.function(canon.type);
  if (options.is_async && !function.is_async)
    return invalid("the `async` canonical option requires an async function type");

  auto flat = flatten_function(flattener_, function, CanonContext::lower,
                               {options.is_async, false, options.memory64});
  if (!builder_.spend(function.parameters.size())) return {};
  bool needs_memory = flat.parameters_in_memory || flat.result_in_memory;
  for (const auto& field : function.parameters)
    needs_memory = needs_memory || types_[field.type].contains_pointer;
  if (needs_memory) {
    if (auto given = require_memory(options); !given) return given;
  }
  if (function.result && types_[*function.result].contains_pointer) {
    if (auto given = require_realloc(options); !given) return given;
  }
  define(canon, std::move(flat.type.parameters), std::move(flat.type.results));
  return {};
}

Result<void> CanonValidator::check_task_return(ResolvedCanon& canon) {
  const auto& options = canon.options;
  if (options.realloc || options.post_return || options.callback || options.is_async)
    return invalid("`task.return` takes only the options `memory` and `string-encoding`");
  FuncType function;
  if (canon.canon->result) {
    auto result = value_type(*canon.canon->result);
    if (!result) return propagate(std::move(result));
    if (types_[*result].contains_borrow)
      return invalid("function result cannot contain a `borrow` type");
    canon.result = *result;
    function.parameters.push_back({"", *result});
  }
  auto flat =
      flatten_function(flattener_, function, CanonContext::lower, {.memory64 = options.memory64});
  if (flat.parameters_in_memory || (canon.result && types_[*canon.result].contains_pointer)) {
    if (auto given = require_memory(options); !given) return given;
  }
  define(canon, std::move(flat.type.parameters), std::move(flat.type.results));
  return {};
}

/// The type that a built-in is for: a resource, a stream or a future.
Result<void> CanonValidator::check_subject(const syntax::CanonRow& row, ResolvedCanon& canon) {
  const auto index = canon.canon->type;
  auto found = type(index);
  if (!found) return propagate(std::move(found));
  canon.type = *found;
  switch (row.subject) {
    case syntax::Subject::resource:
      return check_resource(row, index, *found);
    case syntax::Subject::stream:
      if (types_[*found].as<StreamType>() == nullptr)
        return invalid(quoted_name(*canon.canon) + " requires a stream type");
      return {};
    case syntax::Subject::future:
      if (types_[*found].as<FutureType>() == nullptr)
        return invalid(quoted_name(*canon.canon) + " requires a future type");
      return {};
    case syntax::Subject::none:
      break;
  }
  return {};
}

/// Resources of any component may be dropped; only their own makes them and knows what they stand
/// for.
Result<void> CanonValidator::check_resource(const syntax::CanonRow& row, std::uint32_t index,
                                            TypeId type) {
  if (!types_[type].is_resource())
    return invalid("type index " + std::to_string(index) + " is not a resource type");
  if (row.kind == CanonKind::resource_drop) return {};
  const auto& info = types_[types_.resource(type)];
  if (!info.is_local || info.component != component_)
    return invalid("type index " + std::to_string(index) + " is not a local resource");
  return {};
}

/// The options of built-ins that copy elements or messages.
Result<void> CanonValidator::check_builtin_options(const syntax::CanonRow& row,
                                                   ResolvedCanon& canon) {
  const auto& options = canon.options;
  if (row.kind == CanonKind::error_context_new ||
      row.kind == CanonKind::error_context_debug_message) {
    if (options.is_async)
      return invalid("`error-context` built-ins do not take the option `async`");
    return row.kind == CanonKind::error_context_new ? require_memory(options)
                                                    : require_realloc(options);
  }
  const auto* stream = types_[canon.type].as<StreamType>();
  const auto element =
      stream != nullptr ? stream->element : types_[canon.type].as<FutureType>()->element;
  if (!element) return {};
  const bool is_read = row.kind == CanonKind::stream_read || row.kind == CanonKind::future_read;
  return is_read && types_[*element].contains_pointer ? require_realloc(options)
                                                      : require_memory(options);
}

Result<void> CanonValidator::check_context(const ResolvedCanon& canon,
                                           syntax::SignatureTypes& types) {
  types.value = canon.canon->context_type;
  if (types.value != decoder::i32 && types.value != decoder::i64)
    return invalid(quoted_name(*canon.canon) + " requires the type `i32` or `i64`");
  if (canon.canon->context_slot >= 2)
    return invalid(quoted_name(*canon.canon) + " immediate must be zero or one");
  return {};
}

Result<void> CanonValidator::check_memory(ResolvedCanon& canon) {
  const auto index = canon.canon->memory;
  if (index >= spaces_.core_memories.size()) return invalid("memory index out of bounds");
  canon.options.memory = index;
  canon.options.memory64 = spaces_.core_memories[index].address == decoder::AddressType::i64;
  return {};
}

/// The function that a new thread begins with.
Result<void> CanonValidator::check_start_function(const ResolvedCanon& canon,
                                                  syntax::SignatureTypes& types) {
  if (canon.canon->type >= spaces_.core_types.size()) return invalid("type index out of bounds");
  const auto& entry = spaces_.core_types[canon.canon->type];
  if (entry.module ||
      types_.core_type(entry.canonical).composite.kind != decoder::CompositeKind::function)
    return invalid(quoted_name(*canon.canon) + " requires a core function type");
  const auto& start = types_.core_type(entry.canonical).composite.function;
  if (start.parameters.size() != 1 || !start.results.empty() ||
      (start.parameters[0] != decoder::i32 && start.parameters[0] != decoder::i64))
    return invalid("start function must take a single `i32` or `i64` argument");
  types.argument = start.parameters[0];
  types.start = ValueType::reference(decoder::HeapType::defined(entry.canonical), true);
  return {};
}

Result<void> CanonValidator::check_table(const ResolvedCanon& canon,
                                         syntax::SignatureTypes& types) {
  if (canon.canon->table >= spaces_.core_tables.size()) return invalid("table index out of bounds");
  const auto& table = spaces_.core_tables[canon.canon->table];
  if (!types_.core_relations().matches(table.element, decoder::funcref))
    return invalid(quoted_name(*canon.canon) + " requires a table of functions");
  types.table_index = index_type(table.address);
  return {};
}

}  // namespace airlock::validator::component
