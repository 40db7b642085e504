#include "decoder/component/type_reader.hpp"

#include <algorithm>

#include "decoder/type_reader.hpp"

namespace airlock::decoder::component {
namespace {

constexpr std::uint8_t core_module_type_code = 0x50;

// Memory is reserved in advance for at most this many elements, whatever the count says.
constexpr std::uint32_t largest_reserve = 1024;

/// Reads a list of `T`s with `read`, each of at least `element_bytes`.
template <typename T, typename Read>
std::vector<T> read_list(ByteReader& reader, std::uint64_t limit, std::string_view what,
                         std::size_t element_bytes, Read read) {
  std::vector<T> list;
  const auto count = reader.count(limit, what, element_bytes);
  list.reserve(std::min(count, largest_reserve));
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) list.push_back(read(reader));
  return list;
}

std::optional<PrimValType> primitive(std::uint8_t code) {
  if (code >= 0x73 && code <= 0x7f) return static_cast<PrimValType>(code);
  if (code == 0x64) return PrimValType::error_context;
  return std::nullopt;
}

LabelValType read_label_val_type(ByteReader& reader) {
  LabelValType field{.label = reader.name(), .type = {}};
  field.type = read_val_type(reader);
  return field;
}

CaseType read_case(ByteReader& reader) {
  CaseType result{.label = reader.name(), .type = {}};
  result.type = read_optional_val_type(reader);
  if (const auto last = reader.byte(); last != 0)
    fail_leading_byte(reader, last, "zero byte required");
  return result;
}

/// Reads `type` and `core:type`, which contain each other.
class TypeReader {
 public:
  explicit TypeReader(const Limits& limits) : limits_(limits) {}

  Type type(ByteReader& reader) {
    switch (const auto code = reader.byte(); code) {
      case 0x3f:
        return {read_resource_type(reader)};
      case 0x40:
      case 0x43:
        return {read_func_type(reader, code == 0x43)};
      case 0x41:
        return {ComponentType{declarators(reader, true)}};
      case 0x42:
        return {InstanceType{declarators(reader, false)}};
      default:
        return {read_def_val_type(reader, code)};
    }
  }

  CoreType core_type(ByteReader& reader) {
    const auto next = reader.peek();
    if (next == core_module_type_code) {
      (void)reader.byte();
      return {read_module_type(reader)};
    }
    // The prefix distinguishes a sub type that is not final from a module type.
    if (next == 0x00) {
      (void)reader.byte();
      if (const auto open = reader.peek().value_or(0); open != 0x50) {
        (void)reader.byte();
        fail_leading_byte(reader, open, "core sub type");
      }
    }
    return {core_type_group(reader)};
  }

 private:
  CoreTypeGroup core_type_group(ByteReader& reader) {
    CoreTypeGroup group;
    std::vector<RecursiveGroup> groups;
    read_recursive_group(reader, limits_, group.types, groups);
    return group;
  }

  CoreModuleType read_module_type(ByteReader& reader) {
    return {
        read_list<CoreModuleDeclarator>(reader, limits_.component_definitions, "declarators", 2,
                                        [this](ByteReader& r) { return module_declarator(r); })};
  }

  CoreModuleDeclarator module_declarator(ByteReader& reader) {
    CoreModuleDeclarator result{.body = {}, .offset = reader.offset()};
    switch (const auto code = reader.byte(); code) {
      case 0x00: {
        decoder::Import import{
            .module = reader.name(), .name = {}, .type = {}, .offset = result.offset};
        import.name = reader.name();
        import.type = read_import_type(reader);
        result.body = std::move(import);
        break;
      }
      case 0x01:
        // A module type must not be inside another: its code is not a core type here.
        if (reader.peek() == core_module_type_code) {
          reader.fail("invalid leading byte (0x50) for core type: module types do not nest");
        }
        result.body = core_type_group(reader);
        break;
      case 0x02:
        result.body = core_outer_alias(reader);
        break;
      case 0x03: {
        CoreExportDeclarator declarator{.name = reader.name(), .type = {}};
        declarator.type = read_import_type(reader);
        result.body = std::move(declarator);
        break;
      }
      default:
        fail_leading_byte(reader, code, "type definition");
    }
    return result;
  }

  CoreOuterAlias core_outer_alias(ByteReader& reader) {
    if (const auto sort = reader.byte(); sort != 0x10)
      fail_leading_byte(reader, sort, "outer alias kind");
    if (const auto target = reader.byte(); target != 0x01)
      fail_leading_byte(reader, target, "outer alias target");
    CoreOuterAlias alias{.count = reader.u32()};
    alias.index = reader.u32();
    return alias;
  }

  DefValType read_def_val_type(ByteReader& reader, std::uint8_t code);

  FuncType read_func_type(ByteReader& reader, bool is_async) {
    FuncType type{.is_async = is_async, .parameters = {}, .result = {}};
    type.parameters = read_list<LabelValType>(reader, limits_.function_parameters,
                                              "function parameters", 2, read_label_val_type);
    type.result = read_result_list(reader);
    return type;
  }

  ResourceType read_resource_type(ByteReader& reader) {
    ResourceType type{.representation = read_value_type(reader), .destructor = {}};
    if (const auto present = reader.byte(); present == 1) {
      type.destructor = reader.u32();
    } else if (present != 0) {
      fail_leading_byte(reader, present, "optional resource destructor");
    }
    return type;
  }

  /// The declarators of a component or instance type. Types nest here, so the reader recurses.
  std::vector<Declarator> declarators(ByteReader& reader, bool of_component) {
    if (++depth_ > limits_.component_type_nesting)
      reader.fail("types are nested too deep", ErrorKind::limit);
    auto list = read_list<Declarator>(
        reader, limits_.component_definitions, "declarators", 2,
        [this, of_component](ByteReader& r) { return declarator(r, of_component); });
    --depth_;
    return list;
  }

  Declarator declarator(ByteReader& reader, bool of_component) {
    Declarator result{.body = {}, .offset = reader.offset()};
    const auto code = reader.byte();
    if (code == 0x00) {
      result.body = core_type(reader);
    } else if (code == 0x01) {
      result.body = type(reader);
    } else if (code == 0x02) {
      result.body = read_alias(reader);
    } else if (code == 0x03 && of_component) {
      ImportDeclarator import{.name = read_extern_name(reader), .type = {}};
      import.type = read_extern_type(reader);
      result.body = std::move(import);
    } else if (code == 0x04) {
      ExportDeclarator declared{.name = read_extern_name(reader), .type = {}};
      declared.type = read_extern_type(reader);
      result.body = std::move(declared);
    } else {
      fail_leading_byte(reader, code, "component or instance type declaration");
    }
    return result;
  }

  const Limits& limits_;
  std::uint32_t depth_ = 0;
};

DefValType TypeReader::read_def_val_type(ByteReader& reader, std::uint8_t code) {
  const auto limit = limits_.component_definitions;
  const auto name = [](ByteReader& r) { return r.name(); };
  if (const auto type = primitive(code)) return *type;
  switch (code) {
    case 0x72:
      return RecordType{read_list<LabelValType>(reader, limit, "fields", 2, read_label_val_type)};
    case 0x71:
      return VariantType{read_list<CaseType>(reader, limit, "cases", 3, read_case)};
    case 0x70:
      return ListType{.element = read_val_type(reader)};
    case 0x67: {
      ListType list{.element = read_val_type(reader)};
      list.length = reader.u32();
      return list;
    }
    case 0x6f:
      return TupleType{read_list<ValType>(reader, limit, "types", 1, read_val_type)};
    case 0x6e:
      return FlagsType{read_list<std::string>(reader, limit, "labels", 1, name)};
    case 0x6d:
      return EnumType{read_list<std::string>(reader, limit, "labels", 1, name)};
    case 0x6b:
      return OptionType{read_val_type(reader)};
    case 0x6a: {
      ResultType result{.ok = read_optional_val_type(reader), .error = {}};
      result.error = read_optional_val_type(reader);
      return result;
    }
    case 0x69:
      return OwnType{reader.u32()};
    case 0x68:
      return BorrowType{reader.u32()};
    case 0x66:
      return StreamType{read_optional_val_type(reader)};
    case 0x65:
      return FutureType{read_optional_val_type(reader)};
    case 0x63: {
      MapType map{.key = read_val_type(reader), .value = {}};
      map.value = read_val_type(reader);
      return map;
    }
    default:
      fail_leading_byte(reader, code, "component defined type");
      return PrimValType::bool_;
  }
}

bool may_be_aliased_outward(Sort sort) {
  return sort == Sort::core_module || sort == Sort::core_type || sort == Sort::type ||
         sort == Sort::component;
}

/// An optional attribute of a name may occur once.
void set_attribute(ByteReader& reader, std::optional<std::string>& attribute,
                   std::string_view what) {
  if (attribute) reader.fail("duplicate '" + std::string(what) + "' option in name");
  attribute = reader.name();
}

}  // namespace

void fail_leading_byte(ByteReader& reader, std::uint8_t byte, std::string_view what,
                       std::optional<std::uint64_t> offset) {
  reader.fail_at(offset.value_or(reader.offset() - 1),
                 "invalid leading byte (" + hexadecimal(byte) + ") for " + std::string(what));
}

bool read_boolean(ByteReader& reader) {
  const auto value = reader.byte();
  if (value > 1) reader.fail_at(reader.offset() - 1, "invalid boolean value");
  return value == 1;
}

ValType read_val_type(ByteReader& reader) {
  const auto start = reader.offset();
  const auto next = reader.peek().value_or(0);
  // Codes are the negative numbers of one byte, indices the numbers from zero on.
  if ((next & 0xc0) == 0x40) {
    const auto code = reader.byte();
    if (const auto type = primitive(code)) return *type;
    fail_leading_byte(reader, code, "component value type");
    return std::uint32_t{0};
  }
  const auto index = reader.s33();
  if (index < 0) reader.fail_at(start, "malformed type index");
  return static_cast<std::uint32_t>(index);
}

std::optional<ValType> read_optional_val_type(ByteReader& reader) {
  const auto present = reader.byte();
  if (present == 1) return read_val_type(reader);
  if (present != 0) fail_leading_byte(reader, present, "optional component value type");
  return std::nullopt;
}

std::optional<ValType> read_result_list(ByteReader& reader) {
  const auto code = reader.byte();
  if (code == 0x00) return read_val_type(reader);
  if (code != 0x01) {
    fail_leading_byte(reader, code, "component function results");
  } else if (const auto count = reader.byte(); count != 0) {
    fail_leading_byte(reader, count, "number of results");
  }
  return std::nullopt;
}

Sort read_core_sort(ByteReader& reader, std::string_view what) {
  const auto code = reader.byte();
  if (const auto sort = find_sort(true, code)) return *sort;
  fail_leading_byte(reader, code, what);
  return Sort::core_function;
}

Sort read_sort(ByteReader& reader, std::string_view what) {
  const auto code = reader.byte();
  if (code == 0x00) return read_core_sort(reader, what);
  if (const auto sort = find_sort(false, code)) return *sort;
  fail_leading_byte(reader, code, what);
  return Sort::function;
}

ExternName read_extern_name(ByteReader& reader) {
  const auto code = reader.byte();
  if (code > 0x02) fail_leading_byte(reader, code, "component name");
  ExternName result{.name = reader.name()};
  if (code != 0x02) return result;
  const auto count = reader.count(reader.remaining(), "name options", 2);
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    switch (const auto kind = reader.byte(); kind) {
      case 0x00:
        set_attribute(reader, result.implements, "implements");
        break;
      case 0x01:
        set_attribute(reader, result.version_suffix, "versionsuffix");
        break;
      case 0x02:
        set_attribute(reader, result.external_id, "external-id");
        break;
      default:
        fail_leading_byte(reader, kind, "name option");
    }
  }
  return result;
}

ExternType read_extern_type(ByteReader& reader) {
  constexpr std::string_view what = "component external kind";
  ExternType type;
  type.sort = read_sort(reader, what);
  if (is_core(type.sort) && type.sort != Sort::core_module)
    fail_leading_byte(reader, row(type.sort).code, what);
  if (type.sort == Sort::type) {
    const auto bound = reader.byte();
    if (bound > 0x01) fail_leading_byte(reader, bound, "type bound");
    type.bound = static_cast<TypeBound>(bound);
    if (type.bound == TypeBound::sub_resource) return type;
  } else if (type.sort == Sort::value) {
    const auto bound = reader.byte();
    if (bound > 0x01) fail_leading_byte(reader, bound, "value bound");
    if (bound == 0x01) {
      type.value_type = read_val_type(reader);
      return type;
    }
  }
  type.index = reader.u32();
  return type;
}

Alias read_alias(ByteReader& reader) {
  constexpr std::string_view what = "component outer alias kind";
  Alias alias{.sort = read_sort(reader, what), .target = {}};
  const auto sort_offset = reader.offset() - 1;
  const auto code = reader.byte();
  if (code == 0x02) {
    if (!may_be_aliased_outward(alias.sort))
      fail_leading_byte(reader, row(alias.sort).code, what, sort_offset);
    OuterAlias outer{.count = reader.u32()};
    outer.index = reader.u32();
    alias.target = outer;
    return alias;
  }
  if (code > 0x02) fail_leading_byte(reader, code, "alias");
  ExportAlias target{.is_core = code == 0x01, .instance = reader.u32(), .name = {}};
  target.name = reader.name();
  alias.target = std::move(target);
  return alias;
}

CoreType read_core_type(ByteReader& reader, const Limits& limits) {
  return TypeReader(limits).core_type(reader);
}

Type read_type(ByteReader& reader, const Limits& limits) { return TypeReader(limits).type(reader); }

}  // namespace airlock::decoder::component
