#include "decoder/reader.hpp"

#include <gtest/gtest.h>

#include "decoder/instruction.hpp"
#include "decoder/testing.hpp"

namespace airlock::decoder {
namespace {

using namespace testing;  // NOLINT: helpers for byte strings

std::string failure(const ByteVector& binary, const Limits& limits = {}) {
  const auto module = read_module(share(binary), limits);
  if (module) return "none";
  EXPECT_TRUE(module.error().offset.has_value());
  EXPECT_LE(module.error().offset.value_or(0), binary.size());
  return module.error().message;
}

/// A module with something in every section.
ByteVector rich_module() {
  return module_of({
      section(1, {2,    0x60, 1,    0x7f, 1, 0x7e, 0x4e, 2,    0x50, 0,    0x5f, 1,
                  0x78, 1,    0x4f, 1,    1, 0x5f, 2,    0x78, 1,    0x63, 1,    0}),
      section(0, {2, 'h', 'i', 42}),
      section(2, {5,   1, 'm', 1, 'f', 0, 0,   1, 'm', 1, 't',  1, 0x70, 1,   1, 2,   1, 'm', 1,
                  'm', 2, 3,   1, 2,   1, 'm', 1, 'g', 3, 0x7e, 1, 1,    'm', 1, 'e', 4, 0,   0}),
      section(3, {1, 0}),
      section(4, {2, 0x70, 0, 1, 0x40, 0, 0x64, 0x70, 0, 1, 0xd2, 0, 0x0b}),
      section(5, {1, 0x0c, 1, 0}),
      section(13, {1, 0, 0}),
      section(6, {1, 0x7f, 0, 0x41, 7, 0x0b}),
      section(7, {1, 1, 'x', 0, 1}),
      section(8, {1}),
      section(9, {3, 0, 0x41, 0, 0x0b, 1, 0, 1, 0, 2, 0, 1, 5, 0x70, 1, 0xd0, 0x70, 0x0b}),
      section(12, {2}),
      section(10, {1, 8, 1, 2, 0x7d, 0x42, 0xe4, 0, 0x0b, 0}),
      section(11, {2, 0, 0x41, 0, 0x0b, 1, 'a', 1, 2, 'b', 'c'}),
      section(0, {4, 'n', 'a', 'm', 'e', 0, 4, 3, 'f', 'o', 'o', 1, 4, 1, 1, 1, 'b'}),
  });
}

TEST(Reader, ReadsEverySection) {
  const auto result = read_module(share(rich_module()));
  ASSERT_TRUE(result) << result.error().message << " at " << result.error().offset.value_or(0);
  const auto& module = *result;
  ASSERT_EQ(module.types.size(), 3U);
  ASSERT_EQ(module.groups.size(), 2U);
  EXPECT_EQ(module.groups[1].first, 1U);
  EXPECT_EQ(module.groups[1].count, 2U);
  EXPECT_EQ(to_string(module.types[0].composite.function), "[i32] -> [i64]");
  EXPECT_FALSE(module.types[1].is_final);
  EXPECT_EQ(module.types[2].supertypes, std::vector<std::uint32_t>{1});
  EXPECT_EQ(to_string(module.types[2].composite.fields[1].storage), "(ref null 1)");
  ASSERT_EQ(module.imports.size(), 5U);
  EXPECT_EQ(module.imports[3].kind(), ExternKind::global);
  EXPECT_EQ(module.function_types.size(), 2U);
  EXPECT_EQ(module.imported_functions(), 1U);
  EXPECT_TRUE(module.memory_types[0].is_shared);
  EXPECT_EQ(module.memory_types[1].page_size_log2, 0);
  EXPECT_EQ(module.memory_types[1].address, AddressType::i64);
  EXPECT_TRUE(module.tables[1].initializer.has_value());
  EXPECT_EQ(module.start, 1U);
  ASSERT_EQ(module.elements.size(), 3U);
  EXPECT_EQ(module.elements[0].mode, SegmentMode::active);
  EXPECT_EQ(module.elements[2].expressions.size(), 1U);
  ASSERT_EQ(module.functions.size(), 1U);
  EXPECT_EQ(module.functions[0].locals[0].count, 2U);
  EXPECT_EQ(module.functions[0].body.code.size(), 5U);
  EXPECT_EQ(module.data[1].bytes.size(), 2U);
  EXPECT_EQ(module.customs.size(), 2U);
  EXPECT_EQ(module.customs[0].after_section, 1);
  EXPECT_EQ(module.names.module, "foo");
  EXPECT_EQ(module.names.functions.at(1), "b");
}

TEST(Reader, EveryTruncationIsAnErrorOrAModule) {
  const auto whole = rich_module();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const ByteVector cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto module = read_module(share(cut));
    if (module) continue;  // a cut between sections may leave a module
    EXPECT_EQ(module.error().kind, ErrorKind::malformed) << size;
    EXPECT_TRUE(module.error().offset.has_value()) << size;
  }
}

TEST(Reader, EveryByteChangedIsAnErrorOrAModule) {
  const auto whole = rich_module();
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const int mask : {0x01, 0x02, 0x10, 0x40, 0x7f, 0x80, 0xff}) {
      auto changed = whole;
      changed[i] ^= static_cast<std::byte>(mask);
      (void)failure(changed);
    }
}

TEST(Reader, SaysWhatIsWrongWithTheFrame) {
  EXPECT_EQ(failure({}), "unexpected end");
  EXPECT_EQ(failure(bytes({0, 'a', 's'})), "unexpected end");
  EXPECT_EQ(failure(bytes({0, 'a', 's', 'M', 1, 0, 0, 0})), "magic header not detected");
  EXPECT_EQ(failure(bytes({0, 'a', 's', 'm', 2, 0, 0, 0})), "unknown binary version");
  EXPECT_EQ(failure(module_of({section(14, {})})), "malformed section id");
  EXPECT_EQ(failure(module_of({bytes({1, 5, 0})})), "length out of bounds");
  EXPECT_EQ(failure(module_of({section(1, {0, 0})})), "section size mismatch");
  EXPECT_EQ(failure(module_of({section(1, {})})), "unexpected end of section or function");
}

TEST(Reader, SectionsComeOnceAndInOrder) {
  const std::string_view message = "unexpected content after last section";
  EXPECT_EQ(failure(module_of({section(1, {0}), section(1, {0})})), message);
  EXPECT_EQ(failure(module_of({section(2, {0}), section(1, {0})})), message);
  EXPECT_EQ(failure(module_of({section(6, {0}), section(13, {0})})), message);
  EXPECT_EQ(failure(module_of({section(10, {0}), section(12, {0})})), message);
  EXPECT_EQ(failure(module_of({section(5, {0}), section(13, {0}), section(6, {0})})), "none");
}

TEST(Reader, SectionsThatContradictEachOther) {
  EXPECT_EQ(failure(module_of({section(1, {1, 0x60, 0, 0}), section(3, {1, 0})})),
            "function and code section have inconsistent lengths");
  EXPECT_EQ(failure(module_of({section(10, {1, 2, 0, 0x0b})})),
            "function and code section have inconsistent lengths");
  EXPECT_EQ(failure(module_of({section(12, {1})})),
            "data count and data section have inconsistent lengths");
}

TEST(Reader, HugeCountsAreRefusedBeforeMemoryIsTaken) {
  for (const int id : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13})
    EXPECT_EQ(failure(module_of({section(id, {0xff, 0xff, 0xff, 0xff, 0x0f, 0})})),
              "unexpected end of section or function")
        << id;
}

TEST(Reader, LimitsAreNamed) {
  const Limits limits{.types = 1};
  const auto two = module_of({section(1, {2, 0x60, 0, 0, 0x60, 0, 0})});
  EXPECT_EQ(failure(two, limits), "too many types");
  EXPECT_EQ(read_module(share(two), limits).error().kind, ErrorKind::limit);
  const auto group = module_of({section(1, {1, 0x4e, 2, 0x60, 0, 0, 0x60, 0, 0})});
  EXPECT_EQ(failure(group, limits), "too many types");
  const auto locals = module_of({section(1, {1, 0x60, 0, 0}), section(3, {1, 0}),
                                 section(10, {1, 6, 1, 0xff, 0xff, 0x7f, 0x7f, 0x0b})});
  EXPECT_EQ(failure(locals), "too many locals");
  EXPECT_EQ(read_module(share(locals)).error().kind, ErrorKind::limit);
}

// Compact import sections: after an empty name, 0x7f and imports with types or 0x7e, a type and
// names.
TEST(Reader, ReadsGroupsOfImports) {
  const auto module = read_module(share(module_of({
      section(1, {1, 0x60, 0, 0}),
      section(2, {4, 1,   'a', 0,    0x7f, 2,    1, 'b', 0, 0,   0, 3,   0x7f, 1,  //
                  1, 'c', 1,   'd',  0,    0,                                      //
                  1, 'e', 0,   0x7e, 3,    0x7f, 0, 2,   1, 'f', 1, 'g',           //
                  1, 'h', 0,   0x7f, 0}),
  })));
  ASSERT_TRUE(module) << module.error().message;
  ASSERT_EQ(module->imports.size(), 5U);
  EXPECT_EQ(module->imports[1].module, "a");
  EXPECT_EQ(module->imports[1].name, "");
  EXPECT_EQ(module->imports[1].kind(), ExternKind::global);
  EXPECT_EQ(module->imports[4].module, "e");
  EXPECT_EQ(module->imports[4].name, "g");
  EXPECT_FALSE(std::get<GlobalType>(module->imports[4].type).is_mutable);
  EXPECT_EQ(module->function_types.size(), 2U);
  EXPECT_EQ(module->global_types.size(), 3U);
  ASSERT_EQ(module->import_groups.size(), 3U);
  EXPECT_EQ(module->import_groups[1].first, 3U);
  EXPECT_EQ(module->import_groups[1].count, 2U);
  EXPECT_TRUE(module->import_groups[1].shared_type.has_value());
  EXPECT_EQ(module->import_groups[2].module, "h");
  EXPECT_EQ(module->import_groups[2].count, 0U);
}

TEST(Reader, GroupsOfImportsThatAreWrong) {
  const auto imports = [](std::initializer_list<int> contents, const Limits& limits = {}) {
    return failure(module_of({section(1, {1, 0x60, 0, 0}), section(2, contents)}), limits);
  };
  EXPECT_EQ(imports({1, 1, 'a', 0, 0x7e, 0, 0, 0}), "none");
  // Not after a name, not in LEB128, not within each other, and no other code.
  EXPECT_EQ(imports({1, 1, 'a', 1, 'b', 0x7f, 0}), "malformed import kind");
  EXPECT_EQ(imports({1, 1, 'a', 0, 0xff, 0, 0}), "malformed import kind");
  EXPECT_EQ(imports({1, 1, 'a', 0, 0x7f, 1, 0, 0x7f, 0}), "malformed import kind");
  EXPECT_EQ(imports({1, 1, 'a', 0, 0x7e, 0x7f, 0}), "malformed import kind");
  EXPECT_EQ(imports({1, 1, 'a', 0, 0x7d, 0}), "malformed import kind");
  constexpr auto end = "unexpected end of section or function";
  // More imports than there are bytes for, or than there may be.
  EXPECT_EQ(imports({1, 1, 'a', 0, 0x7e, 0, 0, 2, 0}), end);
  EXPECT_EQ(imports({1, 1, 'a', 0, 0x7e, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 0}), end);
  EXPECT_EQ(
      imports({2, 1, 'a', 0, 0x7e, 0, 0, 2, 0, 0, 1, 'b', 0, 0x7e, 0, 0, 2, 0, 0}, {.imports = 3}),
      "too many imports");
  EXPECT_EQ(imports({1, 1, 'a', 0, 0x7e, 0, 0, 2, 0, 0}, {.functions = 1}), "too many functions");
  // A long name for many imports would take far more memory than the binary.
  EXPECT_EQ(
      imports({1, 4, 'l', 'o', 'n', 'g', 0, 0x7e, 0, 0, 3, 0, 0, 0}, {.import_name_bytes = 11}),
      "names of imports too long");
}

TEST(Reader, NamesNeverMakeAModuleMalformed) {
  const auto module = read_module(share(
      module_of({section(0, {4, 'n', 'a', 'm', 'e', 1, 7, 2, 0, 1, 'a', 1, 9, 'b', 0, 0xff})})));
  ASSERT_TRUE(module) << module.error().message;
  EXPECT_EQ(module->names.functions.at(0), "a");
  EXPECT_EQ(module->names.functions.size(), 1U);
}

TEST(Reader, ReadsAModuleInsideALargerBinary) {
  auto binary = bytes({1, 2, 3});
  append(binary, rich_module());
  const auto size = binary.size() - 3;
  binary.push_back(std::byte{9});
  const auto shared = share(binary);
  const auto module = read_module(shared, 3, size);
  ASSERT_TRUE(module);
  EXPECT_EQ(module->offset, 3U);
  EXPECT_EQ(shared->data() + module->functions[0].body.offset,
            module->functions[0].body.code.data());
  EXPECT_FALSE(read_module(shared, 3, size + 2));
  EXPECT_FALSE(read_module(shared, SIZE_MAX, 1));
}

TEST(Reader, DetectsKindsOfFiles) {
  EXPECT_EQ(detect(bytes({0, 'a', 's', 'm', 1, 0, 0, 0})), FileKind::core_binary);
  EXPECT_EQ(detect(bytes({0, 'a', 's', 'm', 13, 0, 1, 0})), FileKind::component_binary);
  EXPECT_EQ(detect(bytes("  (module)")), FileKind::text);
  EXPECT_EQ(detect(bytes(";; hello")), FileKind::text);
  EXPECT_EQ(detect(bytes("\x7f"
                         "ELF")),
            FileKind::unknown);
  EXPECT_EQ(detect({}), FileKind::unknown);
}

TEST(Reader, ReadsDescriptorClausesAndExactTypes) {
  const auto module =
      read_module(share(module_of({section(1, {2, 0x4e, 2, 0x50, 0,    0x4d, 1, 0x5f, 0, 0x4c,
                                               0, 0x5f, 1, 0x63, 0x62, 0,    0, 0x60, 0, 0}),
                                   section(2, {2, 0, 0, 0x20, 2, 0, 0, 0x00, 2})})));
  ASSERT_TRUE(module) << module.error().message;
  EXPECT_EQ(module->types[0].descriptor, 1U);
  EXPECT_FALSE(module->types[0].described);
  EXPECT_EQ(module->types[1].described, 0U);
  EXPECT_EQ(module->types[1].composite.fields[0].storage,
            ValueType::reference(HeapType::defined(0, true), true));
  EXPECT_EQ(to_string(module->types[1].composite.fields[0].storage), "(ref null (exact 0))");
  EXPECT_TRUE(std::get<FunctionImport>(module->imports[0].type).exact);
  EXPECT_FALSE(std::get<FunctionImport>(module->imports[1].type).exact);
}

TEST(Reader, RefusesDescriptorClausesOutOfPlace) {
  const auto types = [](std::initializer_list<int> contents) {
    return failure(module_of({section(1, contents)}));
  };
  EXPECT_EQ(types({1, 0x4d, 1, 0x4d, 1, 0x5f, 0}), "malformed definition type");
  EXPECT_EQ(types({1, 0x4d, 1, 0x4c, 0, 0x5f, 0}), "malformed definition type");
  EXPECT_EQ(types({1, 0x4d, 1, 0x50, 0, 0x5f, 0}), "malformed definition type");
  EXPECT_EQ(types({1, 0x4d}), "unexpected end of section or function");
  EXPECT_EQ(types({1, 0x4c, 0}), "unexpected end of section or function");
  EXPECT_EQ(types({1, 0x5f, 1, 0x62, 0, 0}), "malformed reference type");
  EXPECT_EQ(types({1, 0x5f, 1, 0x63, 0x62}), "unexpected end of section or function");
  EXPECT_NE(types({1, 0x5f, 1, 0x63, 0x62, 0x62, 0, 0}), "none");
  // Only imports of functions can be exact.
  EXPECT_EQ(failure(module_of({section(2, {1, 0, 0, 0x21, 0})})), "malformed import kind");
  EXPECT_EQ(failure(module_of({section(7, {1, 0, 0x20, 0})})), "malformed export kind");
}

TEST(InstructionReader, ReadsImmediates) {
  const auto code = bytes({0x41, 0x7f,                          // i32.const -1
                           0x28, 0x42, 1,  5,                   // i32.load 1 offset=5 align=4
                           0x0e, 1,    3,  4,                   // br_table 3 4
                           0x1f, 0x40, 2,  0,   7,    1, 3, 2,  // try_table
                           0xfb, 0x18, 1,  2,   0x6e, 5,        // br_on_cast
                           0xfd, 0x15, 15, 0x0b});
  const Limits limits;
  InstructionReader reader({code, 100}, limits);
  Instruction instruction;
  ASSERT_TRUE(reader.next(instruction));
  EXPECT_EQ(instruction.constant, 0xffffffffU);
  ASSERT_TRUE(reader.next(instruction));
  EXPECT_EQ(instruction.memory.align_log2, 2U);
  EXPECT_EQ(instruction.memory.memory, 1U);
  EXPECT_EQ(instruction.memory.offset, 5U);
  ASSERT_TRUE(reader.next(instruction));
  EXPECT_EQ(std::vector<std::uint32_t>(instruction.labels.begin(), instruction.labels.end()),
            (std::vector<std::uint32_t>{3, 4}));
  ASSERT_TRUE(reader.next(instruction));
  ASSERT_EQ(instruction.catches.size(), 2U);
  EXPECT_EQ(instruction.catches[0].tag, 7U);
  EXPECT_EQ(instruction.catches[1].kind, CatchKind::catch_all_ref);
  ASSERT_TRUE(reader.next(instruction));
  EXPECT_EQ(instruction.index, 2U);
  EXPECT_EQ(instruction.heap.kind, HeapKind::any);
  EXPECT_EQ(instruction.second_heap.index, 5U);
  ASSERT_TRUE(reader.next(instruction));
  EXPECT_EQ(instruction.lane, 15);
  ASSERT_TRUE(reader.next(instruction));
  EXPECT_EQ(instruction.opcode, "end"_op);
  EXPECT_TRUE(reader.at_end());
  EXPECT_FALSE(reader.next(instruction));
  EXPECT_EQ(reader.error().message, "unexpected end of section or function");
}

TEST(InstructionReader, EveryOpcodeEndsInBoundedTime) {
  const Limits limits;
  for (const auto& entry : instruction_table) {
    ByteVector code;
    if (entry.prefix != 0) code.push_back(static_cast<std::byte>(entry.prefix));
    if (entry.prefix != 0)
      append_u32(code, entry.code);
    else
      code.push_back(static_cast<std::byte>(entry.code));
    InstructionReader bare({code, 0}, limits);
    Instruction instruction;
    EXPECT_EQ(bare.next(instruction), entry.immediate == Immediate::none) << entry.name;
    EXPECT_EQ(name(instruction.opcode), entry.name);
    for (const int filler : {0x00, 0x40, 0x7f, 0x80, 0xff}) {
      auto filled = code;
      filled.resize(code.size() + 24, static_cast<std::byte>(filler));
      InstructionReader reader({filled, 0}, limits);
      while (!reader.at_end() && reader.next(instruction)) {
      }
    }
  }
}

TEST(InstructionReader, NamesIllegalOpcodes) {
  const Limits limits;
  Instruction instruction;
  const auto one = bytes({0xff});
  InstructionReader first({one, 0}, limits);
  EXPECT_FALSE(first.next(instruction));
  EXPECT_EQ(first.error().message, "illegal opcode ff");
  const auto two = bytes({0xfc, 0xff, 1});
  InstructionReader second({two, 0}, limits);
  EXPECT_FALSE(second.next(instruction));
  EXPECT_EQ(second.error().message, "illegal opcode fc ff");
}

}  // namespace
}  // namespace airlock::decoder
