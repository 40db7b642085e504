#include "validator/component/canonical.hpp"

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

bool is_read(CanonKind kind) {
  return kind == CanonKind::stream_read || kind == CanonKind::future_read;
}

bool takes_options(CanonKind kind) {
  return is_read(kind) || kind == CanonKind::stream_write || kind == CanonKind::future_write;
}

}  // namespace

Result<ResolvedCanon> CanonValidator::check(const syntax::Canon& canon) {
  ResolvedCanon resolved{.canon = &canon, .options = {}, .result = {}};
  auto options = read_options(canon);
  if (!options) return propagate(std::move(options));
  resolved.options = *options;
  Result<void> checked;
  using enum CanonKind;
  switch (canon.kind) {
    case lift:
      checked = check_lift(resolved);
      break;
    case lower:
      checked = check_lower(resolved);
      break;
    case task_return:
      checked = check_task_return(resolved);
      break;
    case resource_new:
    case resource_drop:
    case resource_rep:
      checked = check_resource(resolved);
      break;
    case stream_new:
    case stream_read:
    case stream_write:
    case stream_cancel_read:
    case stream_cancel_write:
    case stream_drop_readable:
    case stream_drop_writable:
    case future_new:
    case future_read:
    case future_write:
    case future_cancel_read:
    case future_cancel_write:
    case future_drop_readable:
    case future_drop_writable:
      checked = check_stream_or_future(resolved);
      break;
    case context_get:
    case context_set:
      checked = check_context(resolved);
      break;
    case waitable_set_wait:
    case waitable_set_poll:
      checked = check_waitable_set(resolved);
      break;
    case thread_new_indirect:
    case thread_spawn_ref:
    case thread_spawn_indirect:
      checked = check_thread_new(resolved);
      break;
    case error_context_new:
    case error_context_debug_message:
      checked = check_error_context(resolved);
      break;
    default:
      checked = check_plain(resolved);
      break;
  }
  if (!checked) return propagate(std::move(checked));
  return resolved;
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

Result<void> CanonValidator::check_resource(ResolvedCanon& canon) {
  const auto index = canon.canon->type;
  auto found = type(index);
  if (!found) return propagate(std::move(found));
  canon.type = *found;
  if (!types_[*found].is_resource())
    return invalid("type index " + std::to_string(index) + " is not a resource type");
  if (canon.canon->kind == CanonKind::resource_drop) {
    define(canon, {decoder::i32}, {});
    return {};
  }
  const auto& info = types_[types_.resource(*found)];
  if (!info.is_local || info.component != component_)
    return invalid("type index " + std::to_string(index) + " is not a local resource");
  define(canon, {decoder::i32}, {decoder::i32});
  return {};
}

Result<void> CanonValidator::check_stream_or_future(ResolvedCanon& canon) {
  const auto kind = canon.canon->kind;
  const auto name = std::string(syntax::to_string(kind));
  auto found = type(canon.canon->type);
  if (!found) return propagate(std::move(found));
  canon.type = *found;
  std::optional<TypeId> element;
  const bool is_stream = name.starts_with("stream");
  if (const auto* stream = types_[*found].as<StreamType>(); stream && is_stream) {
    element = stream->element;
  } else if (const auto* future = types_[*found].as<FutureType>(); future && !is_stream) {
    element = future->element;
  } else {
    return invalid('`' + name + "` requires a " + (is_stream ? "stream" : "future") + " type");
  }
  if (takes_options(kind)) {
    if (element) {
      const bool allocates = is_read(kind) && types_[*element].contains_pointer;
      auto given = allocates ? require_realloc(canon.options) : require_memory(canon.options);
      if (!given) return given;
    }
    const auto pointer = pointer_type(canon.options);
    if (is_stream) {
      define(canon, {decoder::i32, pointer, pointer}, {pointer});
    } else {
      define(canon, {decoder::i32, pointer}, {decoder::i32});
    }
  } else if (kind == CanonKind::stream_new || kind == CanonKind::future_new) {
    define(canon, {}, {decoder::i64});
  } else if (name.find("cancel") != std::string::npos) {
    define(canon, {decoder::i32}, {decoder::i32});
  } else {
    define(canon, {decoder::i32}, {});
  }
  return {};
}

Result<void> CanonValidator::check_context(ResolvedCanon& canon) {
  const auto type = canon.canon->context_type;
  const auto name = std::string(syntax::to_string(canon.canon->kind));
  if (type != decoder::i32 && type != decoder::i64)
    return invalid('`' + name + "` requires the type `i32` or `i64`");
  if (canon.canon->context_slot >= 2)
    return invalid('`' + name + "` immediate must be zero or one");
  if (canon.canon->kind == CanonKind::context_get) {
    define(canon, {}, {type});
  } else {
    define(canon, {type}, {});
  }
  return {};
}

Result<void> CanonValidator::check_waitable_set(ResolvedCanon& canon) {
  const auto index = canon.canon->memory;
  if (index >= spaces_.core_memories.size()) return invalid("memory index out of bounds");
  const auto is_64 = spaces_.core_memories[index].address == decoder::AddressType::i64;
  canon.options.memory = index;
  canon.options.memory64 = is_64;
  define(canon, {decoder::i32, is_64 ? decoder::i64 : decoder::i32}, {decoder::i32});
  return {};
}

Result<void> CanonValidator::check_thread_new(ResolvedCanon& canon) {
  const auto kind = canon.canon->kind;
  const auto name = '`' + std::string(syntax::to_string(kind)) + '`';
  if (canon.canon->type >= spaces_.core_types.size()) return invalid("type index out of bounds");
  const auto& entry = spaces_.core_types[canon.canon->type];
  if (entry.module ||
      types_.core_type(entry.canonical).composite.kind != decoder::CompositeKind::function)
    return invalid(name + " requires a core function type");
  const auto& start = types_.core_type(entry.canonical).composite.function;
  if (start.parameters.size() != 1 || !start.results.empty() ||
      (start.parameters[0] != decoder::i32 && start.parameters[0] != decoder::i64))
    return invalid("start function must take a single `i32` or `i64` argument");
  if (kind == CanonKind::thread_spawn_ref) {
    const auto reference = ValueType::reference(decoder::HeapType::defined(entry.canonical), true);
    define(canon, {reference, start.parameters[0]}, {decoder::i32});
    return {};
  }
  if (canon.canon->table >= spaces_.core_tables.size()) return invalid("table index out of bounds");
  const auto& table = spaces_.core_tables[canon.canon->table];
  if (!types_.core_relations().matches(table.element, decoder::funcref))
    return invalid(name + " requires a table of functions");
  const auto index = table.address == decoder::AddressType::i64 ? decoder::i64 : decoder::i32;
  define(canon, {index, start.parameters[0]}, {decoder::i32});
  return {};
}

Result<void> CanonValidator::check_error_context(ResolvedCanon& canon) {
  const auto& options = canon.options;
  if (options.is_async) return invalid("`error-context` built-ins do not take the option `async`");
  const auto pointer = pointer_type(options);
  if (canon.canon->kind == CanonKind::error_context_new) {
    if (auto given = require_memory(options); !given) return given;
    define(canon, {pointer, pointer}, {decoder::i32});
  } else {
    if (auto given = require_realloc(options); !given) return given;
    define(canon, {decoder::i32, pointer}, {});
  }
  return {};
}

/// Canonicals without any but boolean immediates.
Result<void> CanonValidator::check_plain(ResolvedCanon& canon) {
  using enum CanonKind;
  switch (canon.canon->kind) {
    case task_cancel:
    case backpressure_inc:
    case backpressure_dec:
      define(canon, {}, {});
      break;
    case subtask_cancel:
    case thread_suspend_then_resume:
    case thread_yield_then_resume:
    case thread_suspend_then_promote:
    case thread_yield_then_promote:
      define(canon, {decoder::i32}, {decoder::i32});
      break;
    case subtask_drop:
    case error_context_drop:
    case waitable_set_drop:
    case thread_resume_later:
      define(canon, {decoder::i32}, {});
      break;
    case waitable_join:
      define(canon, {decoder::i32, decoder::i32}, {});
      break;
    case waitable_set_new:
    case thread_index:
    case thread_suspend:
    case thread_yield:
    case thread_available_parallelism:
      define(canon, {}, {decoder::i32});
      break;
    default:
      return invalid("unknown canonical function");
  }
  return {};
}

}  // namespace airlock::validator::component
