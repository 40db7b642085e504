#include "decoder/type_reader.hpp"

namespace airlock::decoder {
namespace {

constexpr std::uint8_t exact_code = 0x62, describes_code = 0x4c, descriptor_code = 0x4d;

/// Types are small negative numbers in LEB128, so that type indices can be in the same place: a
/// single byte with bit 6 set is the code of a type, any other byte begins an index.
constexpr bool is_type_code(std::uint8_t byte) { return (byte & 0xc0) == 0x40; }

std::optional<HeapKind> abstract_heap_kind(std::uint8_t code) {
  switch (code) {
    case 0x74:
      return HeapKind::noexn;
    case 0x73:
      return HeapKind::nofunc;
    case 0x72:
      return HeapKind::noextern;
    case 0x71:
      return HeapKind::none;
    case 0x70:
      return HeapKind::func;
    case 0x6f:
      return HeapKind::extern_;
    case 0x6e:
      return HeapKind::any;
    case 0x6d:
      return HeapKind::eq;
    case 0x6c:
      return HeapKind::i31;
    case 0x6b:
      return HeapKind::struct_;
    case 0x6a:
      return HeapKind::array;
    case 0x69:
      return HeapKind::exn;
    default:
      return std::nullopt;
  }
}

std::optional<ValueKind> plain_value_kind(std::uint8_t code) {
  switch (code) {
    case 0x7f:
      return ValueKind::i32;
    case 0x7e:
      return ValueKind::i64;
    case 0x7d:
      return ValueKind::f32;
    case 0x7c:
      return ValueKind::f64;
    case 0x7b:
      return ValueKind::v128;
    default:
      return std::nullopt;
  }
}

/// A type index encoded as a positive s33.
std::uint32_t read_positive_index(ByteReader& reader, const char* message) {
  const auto start = reader.offset();
  const auto value = reader.s33();
  if (value < 0) {
    reader.fail_at(start, message);
    return 0;
  }
  return static_cast<std::uint32_t>(value);
}

struct LimitFlags {
  bool has_maximum, is_shared, is_64_bit, has_page_size;
};

LimitFlags read_limit_flags(ByteReader& reader, std::uint8_t allowed) {
  const auto start = reader.offset();
  const auto flags = reader.byte();
  if ((flags & ~allowed) != 0) reader.fail_at(start, "malformed limits flags");
  return {(flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0};
}

SizeLimits read_size_limits(ByteReader& reader, bool has_maximum) {
  SizeLimits limits;
  limits.minimum = reader.u64();
  if (has_maximum) limits.maximum = reader.u64();
  return limits;
}

bool read_mutability(ByteReader& reader) {
  const auto start = reader.offset();
  const auto flag = reader.byte();
  if (flag > 1) reader.fail_at(start, "malformed mutability");
  return flag == 1;
}

FieldType read_field_type(ByteReader& reader) {
  FieldType field;
  if (reader.take(0x78))
    field.storage = {ValueKind::i8};
  else if (reader.take(0x77))
    field.storage = {ValueKind::i16};
  else
    field.storage = read_value_type(reader);
  field.is_mutable = read_mutability(reader);
  return field;
}

std::vector<ValueType> read_result_type(ByteReader& reader, std::uint32_t limit,
                                        std::string_view what) {
  const auto count = reader.count(limit, what);
  std::vector<ValueType> types;
  types.reserve(count);
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
    types.push_back(read_value_type(reader));
  return types;
}

}  // namespace

HeapType read_heap_type(ByteReader& reader) {
  // `exact` is followed by a type index, which is not encoded as a heap type.
  if (reader.take(exact_code)) return HeapType::defined(reader.u32(), true);
  const auto next = reader.peek();
  if (next && is_type_code(*next)) {
    if (const auto kind = abstract_heap_kind(*next)) {
      (void)reader.byte();
      return {*kind};
    }
    reader.fail("malformed heap type");
    return {};
  }
  return HeapType::defined(read_positive_index(reader, "malformed heap type"));
}

ValueType read_reference_type(ByteReader& reader) {
  const auto start = reader.offset();
  const auto code = reader.byte();
  if (const auto kind = abstract_heap_kind(code)) return ValueType::reference(*kind);
  if (code == 0x63 || code == 0x64)
    return ValueType::reference(read_heap_type(reader), code == 0x63);
  reader.fail_at(start, "malformed reference type");
  return funcref;
}

ValueType read_value_type(ByteReader& reader) {
  const auto next = reader.peek();
  if (next) {
    if (const auto kind = plain_value_kind(*next)) {
      (void)reader.byte();
      return {*kind};
    }
  }
  return read_reference_type(reader);
}

BlockType read_block_type(ByteReader& reader) {
  if (reader.take(0x40)) return {};
  const auto next = reader.peek();
  if (next && is_type_code(*next)) return {BlockType::Kind::value, read_value_type(reader)};
  return {BlockType::Kind::type_index, {}, read_positive_index(reader, "malformed block type")};
}

MemoryType read_memory_type(ByteReader& reader) {
  const auto flags = read_limit_flags(reader, 0x0f);
  MemoryType type;
  type.limits = read_size_limits(reader, flags.has_maximum);
  type.address = flags.is_64_bit ? AddressType::i64 : AddressType::i32;
  type.is_shared = flags.is_shared;
  if (flags.has_page_size) {
    const auto start = reader.offset();
    const auto log2 = reader.u32();
    if (log2 >= 64) reader.fail_at(start, "invalid custom page size");
    type.page_size_log2 = static_cast<std::uint8_t>(log2);
  }
  return type;
}

TableType read_table_type(ByteReader& reader) {
  TableType type;
  type.element = read_reference_type(reader);
  const auto flags = read_limit_flags(reader, 0x05);
  type.limits = read_size_limits(reader, flags.has_maximum);
  type.address = flags.is_64_bit ? AddressType::i64 : AddressType::i32;
  return type;
}

GlobalType read_global_type(ByteReader& reader) {
  GlobalType type;
  type.value = read_value_type(reader);
  type.is_mutable = read_mutability(reader);
  return type;
}

TagType read_tag_type(ByteReader& reader) {
  const auto start = reader.offset();
  if (reader.byte() != 0) reader.fail_at(start, "malformed tag attribute");
  return {reader.u32()};
}

ImportType read_import_type(ByteReader& reader) {
  const auto start = reader.offset();
  switch (reader.byte()) {
    case 0:
      return FunctionImport{reader.u32()};
    case 0x20:
      return FunctionImport{reader.u32(), true};
    case 1:
      return read_table_type(reader);
    case 2:
      return read_memory_type(reader);
    case 3:
      return read_global_type(reader);
    case 4:
      return read_tag_type(reader);
    default:
      reader.fail_at(start, "malformed import kind");
      return FunctionImport{};
  }
}

CompositeType read_composite_type(ByteReader& reader, const Limits& limits) {
  CompositeType type;
  const auto start = reader.offset();
  switch (reader.byte()) {
    case 0x60:
      type.kind = CompositeKind::function;
      type.function.parameters =
          read_result_type(reader, limits.function_parameters, "function parameters");
      type.function.results = read_result_type(reader, limits.function_results, "function results");
      break;
    case 0x5f: {
      type.kind = CompositeKind::structure;
      const auto count = reader.count(limits.struct_fields, "fields", 2);
      type.fields.reserve(count);
      for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
        type.fields.push_back(read_field_type(reader));
      break;
    }
    case 0x5e:
      type.kind = CompositeKind::array;
      type.fields.push_back(read_field_type(reader));
      break;
    default:
      reader.fail_at(start, "malformed definition type");
      break;
  }
  return type;
}

SubType read_sub_type(ByteReader& reader, const Limits& limits) {
  SubType type;
  const bool is_open = reader.take(0x50);
  if (is_open || reader.take(0x4f)) {
    type.is_final = !is_open;
    const auto count = reader.count(limits.types, "supertypes");
    for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
      type.supertypes.push_back(reader.u32());
  }
  if (reader.take(describes_code)) type.described = reader.u32();
  if (reader.take(descriptor_code)) type.descriptor = reader.u32();
  type.composite = read_composite_type(reader, limits);
  return type;
}

void read_recursive_group(ByteReader& reader, const Limits& limits, std::vector<SubType>& types,
                          std::vector<RecursiveGroup>& groups) {
  const auto start = reader.offset();
  // The smallest sub type is a structure without fields: its code and a count.
  const std::uint32_t count = reader.take(0x4e) ? reader.count(limits.types, "types", 2) : 1;
  if (types.size() + count > limits.types) {
    reader.fail_at(start, "too many types", ErrorKind::limit);
    return;
  }
  groups.push_back({static_cast<std::uint32_t>(types.size()), count, start});
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i)
    types.push_back(read_sub_type(reader, limits));
}

}  // namespace airlock::decoder
