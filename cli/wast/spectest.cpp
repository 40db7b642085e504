#include "cli/wast/spectest.hpp"

#include <bit>
#include <cstdint>

namespace airlock::cli {

using decoder::AddressType;
using decoder::ExternKind;
using runtime::External;
using runtime::Slot;

namespace {

constexpr std::string_view module_name = "spectest";

Result<void> define_functions(runtime::Linker& linker) {
  const auto define = [&](std::string_view name, auto&& callable) {
    return linker.define_function(module_name, name, callable);
  };
  auto result = define("print", [] {});
  if (result) result = define("print_i32", [](std::int32_t) {});
  if (result) result = define("print_i64", [](std::int64_t) {});
  if (result) result = define("print_f32", [](float) {});
  if (result) result = define("print_f64", [](double) {});
  if (result) result = define("print_i32_f32", [](std::int32_t, float) {});
  if (result) result = define("print_f64_f64", [](double, double) {});
  return result;
}

Result<void> define_globals(runtime::Linker& linker) {
  const auto define = [&](std::string_view name, const decoder::ValueType& type, Slot value) {
    External entity{.kind = ExternKind::global, .function = nullptr};
    entity.global = linker.store().make_global({.value = type, .is_mutable = false}, value);
    return linker.define(module_name, name, entity);
  };
  auto result = define("global_i32", decoder::i32, {.bits = 666});
  if (result) result = define("global_i64", decoder::i64, {.bits = 666});
  if (result)
    result = define("global_f32", decoder::f32, {.bits = std::bit_cast<std::uint32_t>(666.6F)});
  if (result)
    result = define("global_f64", decoder::f64, {.bits = std::bit_cast<std::uint64_t>(666.6)});
  return result;
}

Result<void> define_table(runtime::Linker& linker, std::string_view name, AddressType address) {
  auto table = linker.store().make_table({.element = decoder::funcref,
                                          .limits = {.minimum = 10, .maximum = 20},
                                          .address = address,
                                          .is_shared = false},
                                         Slot{});
  if (!table) return propagate(std::move(table));
  External entity{.kind = ExternKind::table, .function = nullptr};
  entity.table = *table;
  return linker.define(module_name, name, entity);
}

Result<void> define_memory(runtime::Linker& linker, std::string_view name, bool is_shared) {
  auto memory = linker.store().make_memory({.limits = {.minimum = 1, .maximum = 2},
                                            .address = AddressType::i32,
                                            .is_shared = is_shared,
                                            .page_size_log2 = 16});
  if (!memory) return propagate(std::move(memory));
  External entity{.kind = ExternKind::memory, .function = nullptr};
  entity.memory = *memory;
  return linker.define(module_name, name, entity);
}

}  // namespace

Result<void> define_spectest(runtime::Linker& linker) {
  auto result = define_functions(linker);
  if (result) result = define_globals(linker);
  if (result) result = define_table(linker, "table", AddressType::i32);
  if (result) result = define_table(linker, "table64", AddressType::i64);
  if (result) result = define_memory(linker, "memory", false);
  if (result) result = define_memory(linker, "shared_memory", true);
  return result;
}

}  // namespace airlock::cli
