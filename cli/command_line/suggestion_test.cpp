#include "cli/command_line/suggestion.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace airlock::cli {
namespace {

const std::vector<std::string> commands{"run", "wast", "validate", "parse", "print", "inspect"};

TEST(Suggestion, ASlipOfTheFinger) {
  EXPECT_EQ(nearest("rnu", commands), "run");       // swapped
  EXPECT_EQ(nearest("ran", commands), "run");       // exchanged
  EXPECT_EQ(nearest("prin", commands), "print");    // left out
  EXPECT_EQ(nearest("parrse", commands), "parse");  // added
  EXPECT_EQ(nearest("valdiate", commands), "validate");
}

TEST(Suggestion, TheBeginningOfAWord) { EXPECT_EQ(nearest("val", commands), "validate"); }

TEST(Suggestion, NothingAlike) {
  EXPECT_EQ(nearest("fly", commands), "");
  EXPECT_EQ(nearest("compile", commands), "");
  EXPECT_EQ(nearest("", commands), "");
  EXPECT_EQ(nearest("-W", std::vector<std::string>{"-h", "-o"}), "");
  EXPECT_EQ(nearest("run", {}), "");
  EXPECT_EQ(did_you_mean("fly", commands), "");
}

TEST(Suggestion, LongWordsAreNotCompared) {
  const std::string word(1'000'000, 'a');
  const std::vector<std::string> long_words(10, std::string(1'000'000, 'b'));
  EXPECT_EQ(nearest(word, commands), "");
  EXPECT_EQ(nearest("a", long_words), "");
}

TEST(Suggestion, NamesThatOthersUse) {
  EXPECT_EQ(did_you_mean("wat2wasm", commands), "; did you mean `parse`?");
  EXPECT_EQ(did_you_mean("--mapdir", std::vector<std::string>{"--dir"}), "; did you mean `--dir`?");
  EXPECT_EQ(did_you_mean("--mapdir", commands), "");
}

TEST(Suggestion, OrWhatThereIs) {
  EXPECT_EQ(did_you_mean_or_list("rum", commands), "; did you mean `run`?");
  EXPECT_EQ(did_you_mean_or_list("fly", std::vector<std::string>{"a", "b"}),
            "; there are `a`, `b`");
  EXPECT_EQ(list_of(std::vector<std::string>{"a"}), "; there is `a`");
  EXPECT_EQ(list_of({}), "; there is none");
  EXPECT_TRUE(list_of(std::vector<std::string>(1'000, "x")).ends_with(", `x` and 980 more"));
  EXPECT_LT(list_of(std::vector<std::string>{std::string(1'000'000, 'x')}).size(), 200U);
}

TEST(Suggestion, AsASentence) { EXPECT_EQ(did_you_mean("rum", commands), "; did you mean `run`?"); }

}  // namespace
}  // namespace airlock::cli
