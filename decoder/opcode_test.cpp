#include "decoder/opcode.hpp"

#include <gtest/gtest.h>

#include <set>

namespace airlock::decoder {
namespace {

TEST(Opcode, EveryRowIsFoundByCodeAndByName) {
  for (std::size_t i = 0; i < instruction_table.size(); ++i) {
    const auto& entry = instruction_table[i];
    const auto opcode = static_cast<Opcode>(i);
    EXPECT_EQ(find_opcode(entry.prefix, entry.code), opcode) << entry.name;
    EXPECT_EQ(find_opcode(entry.name), opcode) << entry.name;
  }
}

TEST(Opcode, NamesAndCodesAreUnique) {
  std::set<std::string_view> names;
  std::set<std::pair<int, int>> codes;
  for (const auto& entry : instruction_table) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_TRUE(codes.insert({entry.prefix, entry.code}).second) << entry.name;
  }
}

TEST(Opcode, WhatIsNoInstructionIsNotFound) {
  EXPECT_FALSE(find_opcode(0, 0xff));
  EXPECT_FALSE(find_opcode(0, 0x100));
  EXPECT_FALSE(find_opcode(0xfc, 0xffffffff));
  EXPECT_FALSE(find_opcode(0xfa, 0));
  EXPECT_FALSE(find_opcode(0xff, 0));
  EXPECT_FALSE(find_opcode("i32.addd"));
  EXPECT_FALSE(find_opcode(""));
}

TEST(Opcode, LiteralsNameRows) {
  EXPECT_EQ(name("i32.add"_op), "i32.add");
  EXPECT_EQ(signature("i64.store"_op).operand_count, 2);
  EXPECT_EQ(signature("i64.store"_op).operands[0], OperandKind::address);
  EXPECT_TRUE(signature("call"_op).special);
}

}  // namespace
}  // namespace airlock::decoder
