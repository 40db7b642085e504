// Reads the parts of the component binary format that types are made of (component-model:
// Binary.md, Type Definitions, Alias Definitions, Import and Export Definitions). Errors stay in
// the reader: ask it whether it `failed()`.
#pragma once

#include "decoder/byte_reader.hpp"
#include "decoder/component/component.hpp"
#include "decoder/limits.hpp"

namespace airlock::decoder::component {

/// `invalid leading byte (0x2) for core instance`: an error at the byte just read, or at `offset`.
void fail_leading_byte(ByteReader& reader, std::uint8_t byte, std::string_view what,
                       std::optional<std::uint64_t> offset = std::nullopt);

/// A byte that must be 0 or 1.
[[nodiscard]] bool read_boolean(ByteReader& reader);

[[nodiscard]] ValType read_val_type(ByteReader& reader);
/// `<valtype>?`: preceded by a byte that says whether it is there.
[[nodiscard]] std::optional<ValType> read_optional_val_type(ByteReader& reader);
/// `resultlist`
[[nodiscard]] std::optional<ValType> read_result_list(ByteReader& reader);

/// `sort` and `core:sort`. @param what the sort is of, for the message
[[nodiscard]] Sort read_sort(ByteReader& reader, std::string_view what);
[[nodiscard]] Sort read_core_sort(ByteReader& reader, std::string_view what);

[[nodiscard]] ExternName read_extern_name(ByteReader& reader);
[[nodiscard]] ExternType read_extern_type(ByteReader& reader);
[[nodiscard]] Alias read_alias(ByteReader& reader);
[[nodiscard]] CoreType read_core_type(ByteReader& reader, const Limits& limits);
[[nodiscard]] Type read_type(ByteReader& reader, const Limits& limits);

}  // namespace airlock::decoder::component
