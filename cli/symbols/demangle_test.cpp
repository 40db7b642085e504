#include "cli/symbols/demangle.hpp"

#include <gtest/gtest.h>

namespace airlock::cli {
namespace {

TEST(Demangle, WhatIsNotMangledStays) {
  for (const auto* name : {"", "main", "_start", "_Z", "_R", "_ZN", "_initialize", "_Zulu", "a b",
                           "core::fmt::write", "\xff\xfe"})
    EXPECT_EQ(demangle(name), name);
}

TEST(Demangle, Cpp) {
  EXPECT_EQ(demangle("_Z3addii"), "add(int, int)");
  EXPECT_EQ(demangle("_Z1fIJilEEvDpT_"), "void f<int, long>(int, long)");
  EXPECT_EQ(demangle("_ZNSt6vectorIiSaIiEE9push_backERKi"),
            "std::vector<int, std::allocator<int> >::push_back(int const&)");
  EXPECT_EQ(demangle("_ZN3foo3barEv"), "foo::bar()");
}

TEST(Demangle, OldRust) {
  EXPECT_EQ(demangle("_ZN4core9panicking5panic17h0123456789abcdefE"), "core::panicking::panic");
  EXPECT_EQ(demangle("_ZN4core9panicking5panic17h0123456789abcdefE.llvm.1234"),
            "core::panicking::panic");
  EXPECT_EQ(demangle("_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$"
                     "$GT$3bar17h930b740aa94f1d3aE"),
            "<Test + 'static as foo::Bar<Test>>::bar");
  EXPECT_EQ(demangle("_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE"),
            "<&T as core::fmt::Debug>::fmt");
  EXPECT_EQ(demangle("_ZN4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE"),
            "main::{{closure}}");
}

TEST(Demangle, OldRustThatIsWrong) {
  for (const auto* name :
       {"_ZN17h0123456789abcdefE", "_ZN4main17h0123456789abcdef", "_ZN9999999999999999999999E",
        "_ZN4ma", "_ZN4mai$17h0123456789abcdefE", "_ZN7ma$uzz$17h0123456789abcdefE",
        "_ZN9a$ud800$x17h0123456789abcdefE", "_ZN4main17h0123456789abcdefEx"})
    EXPECT_EQ(demangle_old_rust(name), std::nullopt) << name;
}

TEST(Demangle, Rust) {
  EXPECT_EQ(demangle("_RNvC6_123foo3bar"), "123foo::bar");
  EXPECT_EQ(demangle("_RNvNtCs1234_3std3mem8align_of"), "std::mem::align_of");
  EXPECT_EQ(demangle("_RINvNtC3std3mem8align_ofjdE"), "std::mem::align_of::<usize, f64>");
  EXPECT_EQ(demangle("_RNvMC7mycrateNtC7mycrate3Foo3bar"), "<mycrate::Foo>::bar");
  EXPECT_EQ(demangle("_RNvXC7mycrateNtC7mycrate3FooNtC3std5Clone5clone"),
            "<mycrate::Foo as std::Clone>::clone");
  EXPECT_EQ(demangle("_RNCNvC7mycrate4main0"), "mycrate::main::{closure#0}");
  EXPECT_EQ(demangle("_RNCNvC7mycrate4mains_0"), "mycrate::main::{closure#1}");
  EXPECT_EQ(demangle("_RNCNCNvC7mycrate4main00"), "mycrate::main::{closure#0}::{closure#0}");
  EXPECT_EQ(demangle("_RINvC7mycrate3fooNtB2_3BarE"), "mycrate::foo::<mycrate::Bar>");
  EXPECT_EQ(demangle("_RINvC7mycrate3foohEC4main"), "mycrate::foo::<u8>");
  EXPECT_EQ(demangle("_RNvC7mycrate3foo.llvm.1234"), "mycrate::foo");
  EXPECT_EQ(demangle("_RNvC7mycrateu8gdel_5qa"), "mycrate::g\u00f6del");
}

TEST(Demangle, RustsTypes) {
  const auto type = [](const std::string& mangled) {
    return demangle("_RINvC1a1f" + mangled + "E");
  };
  EXPECT_EQ(type("RhQePbOc"), "a::f::<&u8, &mut str, *const bool, *mut char>");
  EXPECT_EQ(type("ShAhj3_TEThEThlE"), "a::f::<[u8], [u8; 3], (), (u8,), (u8, i32)>");
  EXPECT_EQ(type("FUKCjEu"), "a::f::<unsafe extern \"C\" fn(usize)>");
  EXPECT_EQ(type("FhEh"), "a::f::<fn(u8) -> u8>");
  EXPECT_EQ(type("FG_RL0_hEu"), "a::f::<for<'a> fn(&'a u8)>");
  EXPECT_EQ(type("DNtC1a1Tp4ItemhEL_"), "a::f::<dyn a::T<Item = u8>>");
  EXPECT_EQ(type("DINtC1a1ThEp4ItemhEL_"), "a::f::<dyn a::T<u8, Item = u8>>");
  EXPECT_EQ(type("INtC1a1VhE"), "a::f::<a::V<u8>>");
  EXPECT_EQ(type("Kj2a_Kin1_Kb1_Kc61_Kp"), "a::f::<42, -1, true, 'a', _>");
  EXPECT_EQ(type("Ko10000000000000000_"), "a::f::<0x10000000000000000>");
}

TEST(Demangle, RustThatIsWrong) {
  for (const auto* name :
       {"_RNvC", "_RNvC9foo", "_RNvC3foo", "_RNvC3foo3barx", "_R0NvC3foo3bar", "_RINvC1a1f",
        "_RINvC1a1fhB", "_RINvC1a1fBz_E", "_RB_", "_RBzzzzzzzzzzzzzzzzzzzzzz_", "_RINvC1a1fKb2_E",
        "_RINvC1a1fKc110000_E", "_RINvC1a1fKjxE", "_RINvC1a1fL5_E", "_RNvC1au3\xff\xff\xff",
        "_RNvC7mycrateu8gdel_999", "_RNvC99999999999999999999a", "_RINvC1a1fFGzzzzzzz_hEuE"})
    EXPECT_EQ(demangle_rust(name), std::nullopt) << name;
}

TEST(Demangle, EveryBeginningOfANameIsReadOrRefused) {
  for (const std::string name :
       {"_RINvNtC3std3mem3fooTDINtC1a1ThEp4ItemhEL_FG_RL0_hEuKj2a_EE",
        "_ZN42_$LT$$RF$T$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE",
        "_ZNSt6vectorIiSaIiEE9push_backERKi"})
    for (std::size_t length = 0; length < name.size(); ++length)
      EXPECT_FALSE(length > 0 && demangle(name.substr(0, length)).empty());
}

TEST(Demangle, NestingIsBounded) {
  const std::string deep = "_RINvC1a1f" + std::string(50'000, 'S') + "hE";
  EXPECT_EQ(demangle(deep), deep);
  const std::string closures = "_R" + std::string(30'000, 'N');
  EXPECT_EQ(demangle(closures), closures);
  for (const std::size_t depth : {4'000, 100'000}) {
    const std::string pointers = "_Z1f" + std::string(depth, 'P') + "i";
    EXPECT_EQ(demangle(pointers), pointers);
  }
}

/// `B…_` to a place.
std::string back_to(std::size_t place) {
  constexpr std::string_view digits =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (place == 0) return "B_";
  std::string text;
  for (--place; place > 0 || text.empty(); place /= 62) text.insert(0, 1, digits[place % 62]);
  return 'B' + text + '_';
}

TEST(Demangle, ReferencesThatDoubleANameAreBounded) {
  // Each tuple holds the one before it twice.
  std::string symbol = "INvC1a1f";
  std::size_t before = symbol.size();
  symbol += "ThhE";
  for (int i = 0; i < 60; ++i) {
    const auto start = symbol.size();
    symbol += 'T' + back_to(before) + back_to(before) + 'E';
    before = start;
  }
  EXPECT_EQ(demangle("_R" + symbol + 'E'), "_R" + symbol + 'E');
  // The same in C++, with templates.
  std::string name = "_Z1f1xIiE";
  for (int i = 0; i < 30; ++i) {
    const auto last = static_cast<char>(i < 10 ? '0' + i : 'A' + i - 10);
    name += std::string("S_IS") + last + "_S" + last + "_E";
  }
  EXPECT_EQ(demangle(name), name);
  EXPECT_EQ(demangle("_Z1f1xIiES_IS0_S0_E"), "f(x<int>, x<x<int>, x<int> >)");
}

}  // namespace
}  // namespace airlock::cli
