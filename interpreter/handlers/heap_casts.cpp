// Handlers of casts and of i31 (specification: Execution, Reference Instructions, Scalar Reference
// Instructions).
#include "interpreter/handlers/heap_access.hpp"
#include "interpreter/handlers/numeric.hpp"
#include "runtime/semantics/reference.hpp"

namespace airlock::interpreter {

namespace semantics = runtime::semantics;
using semantics::CastKind;

namespace {

/// Reference, type, depth of the type and whether null passes (the lowest bit); then the further
/// operands of the instruction.
template <CastKind kind, Source reference>
struct Cast {
  static constexpr std::size_t type_half = source_halves<std::uint64_t, reference>;
  static constexpr std::size_t next_half = type_half + 2;

  static std::uint64_t value(const Registers& r) { return get<std::uint64_t, reference>(r, 0); }
  static bool passes(const Registers& r, std::uint64_t bits) {
    const auto flags = read_operand<Half>(r.code, type_half + 1);
    if (bits == 0) return (flags & 1) != 0;
    return semantics::has_type<kind>(*r.run->heap, bits, read_operand<Half>(r.code, type_half),
                                     flags >> 1);
  }
};

/// A cast, destination.
template <CastKind kind, Source reference, Target target>
struct ReferenceTest {
  using Check = Cast<kind, reference>;
  static void execute(Registers& r) {
    const std::uint32_t passes = Check::passes(r, Check::value(r)) ? 1 : 0;
    put<std::uint32_t, target>(r, Check::next_half, passes);
    r.code += cells_for(Check::next_half + target_halves(target));
  }
};

/// A cast, destination.
template <CastKind kind, Source reference, Target target>
struct ReferenceCast {
  using Check = Cast<kind, reference>;
  static void execute(Registers& r) {
    const std::uint64_t bits = Check::value(r);
    if (!Check::passes(r, bits)) [[unlikely]]
      return raise(r, TrapCode::cast_failure);
    put<std::uint64_t, target>(r, Check::next_half, bits);
    r.code += cells_for(Check::next_half + target_halves(target));
  }
};

/// A cast.
template <CastKind kind, Source reference>
struct ReferenceCheck {
  using Check = Cast<kind, reference>;
  static void execute(Registers& r) {
    if (!Check::passes(r, Check::value(r))) [[unlikely]]
      return raise(r, TrapCode::cast_failure);
    r.code += cells_for(Check::next_half);
  }
};

/// A cast, distance.
template <CastKind kind, Source reference, bool sense>
struct BranchOnCast {
  using Check = Cast<kind, reference>;
  static constexpr std::size_t size = cells_for(Check::next_half + 1);
  static bool taken(Registers& r) { return Check::passes(r, Check::value(r)) == sense; }
  static std::ptrdiff_t distance(const Registers& r) {
    return read_operand<std::int32_t>(r.code, Check::next_half);
  }
};

template <CastKind kind, Source reference>
void add_cast(HeapHandlers& table) {
  constexpr auto k = number(kind);
  constexpr auto source = number(reference);
  constexpr auto to_slot = number(Target::slot);
  constexpr auto to_accumulator = number(Target::accumulator);
  table.test[k][source][to_slot] = handler<ReferenceTest<kind, reference, Target::slot>>;
  table.test[k][source][to_accumulator] =
      handler<ReferenceTest<kind, reference, Target::accumulator>>;
  table.cast[k][source][to_slot] = handler<ReferenceCast<kind, reference, Target::slot>>;
  table.cast[k][source][to_accumulator] =
      handler<ReferenceCast<kind, reference, Target::accumulator>>;
  table.check[k][source] = handler<ReferenceCheck<kind, reference>>;
  table.branch_on_cast[k][source][false] = handler<BranchOnCast<kind, reference, false>>;
  table.branch_on_cast[k][source][true] = handler<BranchOnCast<kind, reference, true>>;
}

template <CastKind kind>
void add_casts(HeapHandlers& table) {
  add_cast<kind, Source::slot>(table);
  add_cast<kind, Source::accumulator>(table);
}

template <auto function>
void add_unary_reference(Handler (&rows)[3][2]) {
  using enum Source;
  rows[number(slot)][0] = handler<Unary<function, slot, Target::slot>>;
  rows[number(slot)][1] = handler<Unary<function, slot, Target::accumulator>>;
  rows[number(accumulator)][0] = handler<Unary<function, accumulator, Target::slot>>;
  rows[number(accumulator)][1] = handler<Unary<function, accumulator, Target::accumulator>>;
}

}  // namespace

void add_heap_cast_handlers(HandlerTable& all) {
  HeapHandlers& table = all.heap;
  add_casts<CastKind::nothing>(table);
  add_casts<CastKind::everything>(table);
  add_casts<CastKind::eq>(table);
  add_casts<CastKind::i31>(table);
  add_casts<CastKind::structure>(table);
  add_casts<CastKind::array>(table);
  add_casts<CastKind::object>(table);
  add_casts<CastKind::function>(table);
  add_casts<CastKind::exact_object>(table);
  add_casts<CastKind::exact_function>(table);
  add_unary_reference<&semantics::ref_i31>(table.i31_new);
  add_unary_reference<&semantics::i31_get_s>(table.i31_get_s);
  add_unary_reference<&semantics::i31_get_u>(table.i31_get_u);
}

}  // namespace airlock::interpreter
