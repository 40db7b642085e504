// Random programs for tests of the translator: what they are made of.
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

namespace airlock::interpreter::random_programs {

enum class Type : std::uint8_t { i32, i64, f64, v128 };
inline constexpr std::uint32_t types = 4;

inline constexpr const char* type_names[] = {"i32", "i64", "f64", "v128"};

/// The bits of a value; only a v128 has a high half.
struct Bits {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

enum class Kind : std::uint8_t {
  constant,
  get,
  set,
  tee,
  drop,
  binary,
  unary,
  select,
  load,
  store,
  block,
  loop,
  if_,
  else_,
  try_table,
  end,
  branch,
  branch_if,
  branch_table,
  throw_,
  call,
  vector,  // an operation with a v128 among its operands and results
};

/// What a `try_table` catches, and the label that it goes to, counted from outside of it. There is
/// a tag for each type.
struct Clause {
  std::optional<Type> tag;  // none: everything
  std::uint32_t label = 0;
};

struct Step {
  Kind kind;
  Type type = Type::i32;
  std::uint32_t index = 0;      // local, operation, label
  Bits bits{};                  // constant
  std::vector<Type> results{};  // of a block
  std::vector<Clause> clauses{};
};

inline constexpr Type local_types[] = {Type::i32, Type::i32, Type::i64, Type::f64, Type::v128,
                                       Type::i32, Type::i64, Type::f64, Type::v128};
inline constexpr std::uint32_t local_count = std::size(local_types);
inline constexpr std::uint32_t parameter_count = 5;
inline constexpr std::uint32_t memory_mask = 0xff8;

}  // namespace airlock::interpreter::random_programs
