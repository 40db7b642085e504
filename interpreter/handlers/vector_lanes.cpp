// Handlers of vector instructions that deal with single lanes: filling, taking out, putting in,
// rearranging, testing.
#include "runtime/semantics/vector_lanes.hpp"
#include "interpreter/handlers/vector.hpp"

namespace airlock::interpreter {

namespace vector = runtime::semantics::vector;

namespace {

/// Vector, lane, destination. In a slot the lane is read alone.
template <typename T, typename Result, Source source, Target target>
struct ExtractLane {
  static constexpr std::size_t lane_half = source_halves<V128, source>;
  static constexpr std::size_t target_half = lane_half + 1;

  static void execute(Registers& r) {
    const auto lane = read_operand<Half>(r.code, lane_half);
    Result result;
    if constexpr (source == Source::slot) {
      T value;
      const Slot* vector = r.frame + read_operand<Half>(r.code, 0);
      std::memcpy(&value, reinterpret_cast<const std::byte*>(vector) + lane * sizeof value,
                  sizeof value);
      result = vector::extended_lane<T, Result>(value);
    } else {
      result = vector::extract_lane<T, Result>(get<V128, source>(r, 0), lane);
    }
    put<Result, target>(r, target_half, result);
    r.code += cells_for(target_half + target_halves(target));
  }
};

/// Vector, scalar, lane, destination.
template <typename T, typename Operand, Source source, Source scalar, Target target>
struct ReplaceLane {
  static constexpr std::size_t scalar_half = source_halves<V128, source>;
  static constexpr std::size_t lane_half = scalar_half + source_halves<Operand, scalar>;
  static constexpr std::size_t target_half = lane_half + 1;

  static void execute(Registers& r) {
    const V128 a = get<V128, source>(r, 0);
    const auto value = get<Operand, scalar>(r, scalar_half);
    const auto lane = read_operand<Half>(r.code, lane_half);
    put<V128, target>(r, target_half, vector::replace_lane<T, Operand>(a, value, lane));
    r.code += cells_for(target_half + target_halves(target));
  }
};

/// Two vectors, indices, destination.
template <Source left, Source right, Target target>
struct Shuffle {
  static constexpr std::size_t right_half = source_halves<V128, left>;
  static constexpr std::size_t indices_half = right_half + source_halves<V128, right>;
  static constexpr std::size_t target_half = indices_half + source_halves<V128, Source::constant>;

  static void execute(Registers& r) {
    put<V128, target>(r, target_half,
                      vector::shuffle(get<V128, left>(r, 0), get<V128, right>(r, right_half),
                                      get<V128, Source::constant>(r, indices_half)));
    r.code += cells_for(target_half + target_halves(target));
  }
};

/// A test of a vector and the branch after it: vector, distance.
template <auto function, Source source, bool sense>
struct TestBranch {
  static constexpr std::size_t distance_half = source_halves<V128, source>;
  static constexpr std::size_t size = cells_for(distance_half + 1);
  static bool taken(Registers& r) { return (function(get<V128, source>(r, 0)) != 0) == sense; }
  static std::ptrdiff_t distance(const Registers& r) {
    return read_operand<std::int32_t>(r.code, distance_half);
  }
};

template <Opcode opcode, typename T, typename Result>
void add_extract_lane(HandlerTable& table) {
  const auto add = [&]<Source source>(std::integral_constant<Source, source>) {
    auto& row = table.unary[number(opcode)][number(source)];
    row[number(Target::slot)] = handler<ExtractLane<T, Result, source, Target::slot>>;
    row[number(Target::accumulator)] = handler<ExtractLane<T, Result, source, Target::accumulator>>;
  };
  add(std::integral_constant<Source, Source::slot>{});
  add(std::integral_constant<Source, Source::accumulator>{});
}

template <Opcode opcode, typename T, typename Operand, Source source, Source... scalars>
void add_replace_lane_from(HandlerTable& table) {
  auto& row = table.binary[number(opcode)][number(source)];
  ((row[number(scalars)][number(Target::slot)] =
        handler<ReplaceLane<T, Operand, source, scalars, Target::slot>>),
   ...);
  ((row[number(scalars)][number(Target::accumulator)] =
        handler<ReplaceLane<T, Operand, source, scalars, Target::accumulator>>),
   ...);
}

template <Opcode opcode, typename T, typename Operand>
void add_replace_lane(HandlerTable& table) {
  using enum Source;
  add_replace_lane_from<opcode, T, Operand, slot, slot, constant, accumulator>(table);
  add_replace_lane_from<opcode, T, Operand, accumulator, slot, constant, accumulator>(table);
}

template <Source left, Source right>
void add_shuffle(HandlerTable& table) {
  auto& row = table.binary[number("i8x16.shuffle"_op)][number(left)][number(right)];
  row[number(Target::slot)] = handler<Shuffle<left, right, Target::slot>>;
  row[number(Target::accumulator)] = handler<Shuffle<left, right, Target::accumulator>>;
}

/// A test, alone and with a branch after it. The translator takes it for a comparison whose right
/// operand is in no slot.
template <Opcode opcode, auto function>
void add_test(HandlerTable& table) {
  using enum Source;
  add_unary<opcode, function>(table);
  auto& row = table.compare_branch[number(opcode)];
  row[number(slot)][number(slot)][true] = handler<TestBranch<function, slot, true>>;
  row[number(slot)][number(slot)][false] = handler<TestBranch<function, slot, false>>;
  row[number(accumulator)][number(slot)][true] = handler<TestBranch<function, accumulator, true>>;
  row[number(accumulator)][number(slot)][false] = handler<TestBranch<function, accumulator, false>>;
}

}  // namespace

void add_vector_lane_handlers(HandlerTable& table) {
  using enum Source;
  add_unary<"i8x16.splat"_op, &vector::splat<std::uint8_t, std::uint32_t>>(table);
  add_unary<"i16x8.splat"_op, &vector::splat<std::uint16_t, std::uint32_t>>(table);
  add_unary<"i32x4.splat"_op, &vector::splat<std::uint32_t, std::uint32_t>>(table);
  add_unary<"i64x2.splat"_op, &vector::splat<std::uint64_t, std::uint64_t>>(table);
  add_unary<"f32x4.splat"_op, &vector::splat<float, float>>(table);
  add_unary<"f64x2.splat"_op, &vector::splat<double, double>>(table);
  add_extract_lane<"i8x16.extract_lane_s"_op, std::int8_t, std::uint32_t>(table);
  add_extract_lane<"i8x16.extract_lane_u"_op, std::uint8_t, std::uint32_t>(table);
  add_extract_lane<"i16x8.extract_lane_s"_op, std::int16_t, std::uint32_t>(table);
  add_extract_lane<"i16x8.extract_lane_u"_op, std::uint16_t, std::uint32_t>(table);
  add_extract_lane<"i32x4.extract_lane"_op, std::uint32_t, std::uint32_t>(table);
  add_extract_lane<"i64x2.extract_lane"_op, std::uint64_t, std::uint64_t>(table);
  add_extract_lane<"f32x4.extract_lane"_op, float, float>(table);
  add_extract_lane<"f64x2.extract_lane"_op, double, double>(table);
  add_replace_lane<"i8x16.replace_lane"_op, std::uint8_t, std::uint32_t>(table);
  add_replace_lane<"i16x8.replace_lane"_op, std::uint16_t, std::uint32_t>(table);
  add_replace_lane<"i32x4.replace_lane"_op, std::uint32_t, std::uint32_t>(table);
  add_replace_lane<"i64x2.replace_lane"_op, std::uint64_t, std::uint64_t>(table);
  add_replace_lane<"f32x4.replace_lane"_op, float, float>(table);
  add_replace_lane<"f64x2.replace_lane"_op, double, double>(table);
  add_shuffle<slot, slot>(table);
  add_shuffle<slot, accumulator>(table);
  add_shuffle<accumulator, slot>(table);
  add_vector_binary<"i8x16.swizzle"_op, &vector::swizzle, Order::fixed>(table);
  add_synonym(table, "i8x16.relaxed_swizzle"_op, "i8x16.swizzle"_op);
  add_ternary<"v128.bitselect"_op, &vector::bit_select>(table);
  add_synonym(table, "i8x16.relaxed_laneselect"_op, "v128.bitselect"_op);
  add_synonym(table, "i16x8.relaxed_laneselect"_op, "v128.bitselect"_op);
  add_synonym(table, "i32x4.relaxed_laneselect"_op, "v128.bitselect"_op);
  add_synonym(table, "i64x2.relaxed_laneselect"_op, "v128.bitselect"_op);
  add_test<"v128.any_true"_op, &vector::any_true>(table);
  add_test<"i8x16.all_true"_op, &vector::all_true<std::uint8_t>>(table);
  add_test<"i8x16.bitmask"_op, &vector::bitmask<std::int8_t>>(table);
  add_test<"i16x8.all_true"_op, &vector::all_true<std::uint16_t>>(table);
  add_test<"i16x8.bitmask"_op, &vector::bitmask<std::int16_t>>(table);
  add_test<"i32x4.all_true"_op, &vector::all_true<std::uint32_t>>(table);
  add_test<"i32x4.bitmask"_op, &vector::bitmask<std::int32_t>>(table);
  add_test<"i64x2.all_true"_op, &vector::all_true<std::uint64_t>>(table);
  add_test<"i64x2.bitmask"_op, &vector::bitmask<std::int64_t>>(table);
}

}  // namespace airlock::interpreter
