// Canonical definitions of a component, turned into functions while it is instantiated.
#include "canonical-abi/canon.hpp"
#include "canonical-abi/instantiation.hpp"
#include "decoder/component/canonical_table.hpp"

namespace airlock::canonical_abi {

namespace syntax = decoder::component;
using syntax::CanonKind;

Result<CanonicalOptions> Instantiator::options(Frame& frame, const syntax::Canon& canon) {
  const ComponentInstance& inst = *frame.inst;
  CanonicalOptions opts;
  const auto function = [&](std::uint32_t index, runtime::Function*& out) -> Result<void> {
    auto found = at(inst.core_functions, index, "core function");
    if (!found) return propagate(std::move(found));
    out = *found;
    return {};
  };
  for (const syntax::CanonOption& option : canon.options) {
    Result<void> done;
    switch (option.kind) {
      case syntax::CanonOptionKind::utf8:
        opts.string_encoding = StringEncoding::utf8;
        break;
      case syntax::CanonOptionKind::utf16:
        opts.string_encoding = StringEncoding::utf16;
        break;
      case syntax::CanonOptionKind::latin1_utf16:
        opts.string_encoding = StringEncoding::latin1_utf16;
        break;
      case syntax::CanonOptionKind::memory: {
        auto memory = at(inst.core_memories, option.index, "core memory");
        if (!memory) return propagate(std::move(memory));
        opts.memory = *memory;
        opts.memory64 = opts.memory->type().address == decoder::AddressType::i64;
        break;
      }
      case syntax::CanonOptionKind::realloc:
        done = function(option.index, opts.realloc);
        break;
      case syntax::CanonOptionKind::post_return:
        done = function(option.index, opts.post_return);
        break;
      case syntax::CanonOptionKind::callback:
        done = function(option.index, opts.callback);
        break;
      case syntax::CanonOptionKind::async:
        opts.is_async = true;
        break;
    }
    if (!done) return propagate(std::move(done));
  }
  if (opts.realloc && (opts.realloc->parameter_slots != 4 || opts.realloc->result_slots != 1)) {
    return invalid_component("canonical option `realloc` uses a core function of wrong type");
  }
  return opts;
}

Result<void> Instantiator::lift(Frame& frame, const syntax::Canon& canon) {
  ComponentInstance& inst = *frame.inst;
  auto callee = at(inst.core_functions, canon.function, "core function");
  if (!callee) return propagate(std::move(callee));
  auto signature = types_.function_type(inst.scope, canon.type);
  if (!signature) return propagate(std::move(signature));
  auto opts = options(frame, canon);
  if (!opts) return propagate(std::move(opts));

  const decoder::FunctionType type = flatten_functype(*opts, **signature, Direction::lift);
  if ((*callee)->type != store_.engine().types().intern(type)) {
    return invalid_component(
        "lowered parameter or result types of `canon lift` do not match core "
        "function " +
        std::to_string(canon.function));
  }
  if (opts->post_return && (opts->post_return->parameter_slots != type.results.size() ||
                            opts->post_return->result_slots != 0)) {
    return invalid_component("canonical option `post-return` uses a core function of wrong type");
  }
  FuncInst& function = store_.contents().composition->functions.emplace_back();
  function.signature = *signature;
  function.inst = &inst;
  function.callee = *callee;
  function.opts = *opts;
  inst.functions.push_back(&function);
  return {};
}

Result<runtime::Function*> Instantiator::lower(Frame& frame, const syntax::Canon& canon) {
  auto callee = at(frame.inst->functions, canon.function, "function");
  if (!callee) return propagate(std::move(callee));
  auto opts = options(frame, canon);
  if (!opts) return propagate(std::move(opts));
  return canon_lower(store_, **callee, *opts, *frame.inst);
}

Result<void> Instantiator::define(Frame& frame, const syntax::Canon& it) {
  if (it.kind == CanonKind::lift) return lift(frame, it);
  auto function = core_canonical(frame, it);
  if (!function) return propagate(std::move(function));
  frame.inst->core_functions.push_back(*function);
  return {};
}

Result<runtime::Function*> Instantiator::core_canonical(Frame& frame, const syntax::Canon& canon) {
  ComponentInstance& inst = *frame.inst;
  switch (canon.kind) {
    case CanonKind::lower:
      return lower(frame, canon);
    case CanonKind::resource_new:
    case CanonKind::resource_rep:
    case CanonKind::resource_drop: {
      auto resource = types_.resource_type(inst.scope, canon.type);
      if (!resource) return propagate(std::move(resource));
      if (canon.kind == CanonKind::resource_drop)
        return canon_resource_drop(store_, inst, *resource);
      if ((*resource)->impl != &inst) {
        return invalid_component("type index " + std::to_string(canon.type) +
                                 " is not a local resource");
      }
      return canon.kind == CanonKind::resource_new ? canon_resource_new(store_, inst, *resource)
                                                   : canon_resource_rep(store_, inst, *resource);
    }
    case CanonKind::context_get:
    case CanonKind::context_set:
      if (canon.context_slot > 1) return invalid_component("immediate must be zero or one");
      return canon_context(store_, canon.context_type, canon.context_slot,
                           canon.kind == CanonKind::context_set);
    case CanonKind::backpressure_inc:
    case CanonKind::backpressure_dec:
      return canon_backpressure(store_, inst, canon.kind == CanonKind::backpressure_inc);
    default:
      return unsupported(frame, canon);
  }
}

Result<runtime::Function*> Instantiator::unsupported(Frame& frame, const syntax::Canon& canon) {
  ComponentInstance& inst = *frame.inst;
  auto opts = options(frame, canon);
  if (!opts) return propagate(std::move(opts));
  const auto& row = *syntax::find_row(canon.kind);
  bool memory64 = opts->memory64;
  if (syntax::has_operand(row, syntax::Operand::memory)) {
    auto memory = at(inst.core_memories, canon.memory, "core memory");
    if (!memory) return propagate(std::move(memory));
    memory64 = (*memory)->type().address == decoder::AddressType::i64;
  }
  decoder::FunctionType type =
      syntax::core_type(row, {.address = memory64 ? decoder::i64 : decoder::i32});
  if (canon.kind == CanonKind::task_return && canon.result) {
    // The results are passed like the parameters of a lowered function.
    auto result = types_.value_type(inst.scope, *canon.result);
    if (!result) return propagate(std::move(result));
    FunctionType function;
    function.parameters.push_back({{}, *result});
    CanonicalOptions plain = *opts;
    plain.is_async = false;
    type = flatten_functype(plain, *store_.contents().composition->signature(std::move(function)),
                            Direction::lower);
  }
  return canon_unsupported(store_, inst, type, std::string(to_string(canon.kind)));
}

}  // namespace airlock::canonical_abi
