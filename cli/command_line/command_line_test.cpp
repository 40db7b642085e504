#include "cli/command_line/command_line.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace airlock::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Words = std::vector<std::string>;

struct Answer {
  std::expected<Request, int> request;
  std::string out, err;
};

Answer parse_words(Words words) {
  std::ostringstream out;
  std::ostringstream err;
  auto request = parse_command_line(std::move(words), out, err);
  return {std::move(request), out.str(), err.str()};
}

/// The options of `run`; the words must be good.
RunOptions run_options(Words words) {
  auto answer = parse_words(std::move(words));
  if (!answer.request) {
    ADD_FAILURE() << answer.err;
    return {};
  }
  return std::get<RunOptions>(*std::move(answer.request));
}

/// What is said of words that are wrong.
std::string complaint(Words words) {
  const auto answer = parse_words(std::move(words));
  EXPECT_FALSE(answer.request);
  if (!answer.request) {
    EXPECT_EQ(answer.request.error(), 1);
  }
  EXPECT_THAT(answer.out, IsEmpty());
  return answer.err;
}

TEST(CommandLine, WhatFollowsTheFileIsTheGuests) {
  const auto options = run_options({"run", "--argv0", "x", "app.wasm", "--dir", "a", "--", "-h"});
  EXPECT_EQ(options.file, "app.wasm");
  EXPECT_EQ(options.argv0, "x");
  EXPECT_THAT(options.directories, IsEmpty());
  EXPECT_THAT(options.arguments, ElementsAre("--dir", "a", "--", "-h"));
  EXPECT_EQ(options.option_after_file, "--dir");
}

TEST(CommandLine, AFileAloneIsRun) {
  const auto options = run_options({"app.wasm", "run", "--help"});
  EXPECT_EQ(options.option_after_file, "--help");
  EXPECT_EQ(options.file, "app.wasm");
  EXPECT_THAT(options.arguments, ElementsAre("run", "--help"));
  EXPECT_EQ(run_options({"./run"}).file, "./run");
  EXPECT_EQ(run_options({"-", "one"}).file, "-");
  EXPECT_EQ(run_options({"--", "--odd"}).file, "--odd");
}

TEST(CommandLine, AnOptionOfRunAfterTheFileIsNoticed) {
  EXPECT_EQ(run_options({"run", "a", "x", "--fuel=3", "--dir"}).option_after_file, "--fuel");
  EXPECT_EQ(run_options({"run", "a", "--fuels", "-d", "dir", "--"}).option_after_file, "");
}

TEST(CommandLine, OptionsOfRunMayComeFirst) {
  const auto options = run_options({"--invoke", "run", "wast", "1"});
  EXPECT_EQ(options.invoke, "run");
  EXPECT_EQ(options.file, "wast");
  EXPECT_THAT(options.arguments, ElementsAre("1"));
}

TEST(CommandLine, DirectoriesKeepTheOrderOfTheCommandLine) {
  const auto options = run_options({"run", "--dir-readonly", "a", "--dir=b::/c", "--dir-readonly=d",
                                    "--dir", "e::", "app.wasm"});
  ASSERT_EQ(options.directories.size(), 4U);
  EXPECT_EQ(options.directories[0].host, "a");
  EXPECT_TRUE(options.directories[0].read_only);
  EXPECT_EQ(options.directories[1].host, "b");
  EXPECT_EQ(options.directories[1].guest, "/c");
  EXPECT_FALSE(options.directories[1].read_only);
  EXPECT_EQ(options.directories[2].host, "d");
  EXPECT_TRUE(options.directories[2].read_only);
  EXPECT_EQ(options.directories[3].host, "e");
  EXPECT_EQ(options.directories[3].guest, "");
}

TEST(CommandLine, Preloads) {
  const auto options =
      run_options({"run", "--preload", "env=lib.wasm", "--preload==x", "--preload", "a=b=c", "m"});
  ASSERT_EQ(options.preloads.size(), 3U);
  EXPECT_EQ(options.preloads[0].name, "env");
  EXPECT_EQ(options.preloads[0].file, "lib.wasm");
  EXPECT_EQ(options.preloads[1].name, "");
  EXPECT_EQ(options.preloads[1].file, "x");
  EXPECT_EQ(options.preloads[2].name, "a=b");
  for (const auto* text : {"lib.wasm", "env=", "="})
    EXPECT_THAT(complaint({"run", "--preload", text, "m"}), HasSubstr("is not NAME=FILE"));
}

TEST(CommandLine, UnknownImports) {
  EXPECT_EQ(run_options({"run", "m"}).unknown_imports, UnknownImports::refuse);
  EXPECT_EQ(run_options({"run", "--unknown-imports", "trap", "m"}).unknown_imports,
            UnknownImports::trap);
  EXPECT_EQ(run_options({"run", "--unknown-imports=zero", "m"}).unknown_imports,
            UnknownImports::zero);
  for (const auto* word : {"", "one", "2", "zeros", "refuse"})
    EXPECT_THAT(complaint({"run", "--unknown-imports", word, "m"}), HasSubstr("--unknown-imports"));
}

TEST(CommandLine, DemanglingCanBeTurnedOff) {
  EXPECT_TRUE(run_options({"run", "m"}).demangle);
  EXPECT_FALSE(run_options({"run", "--no-demangle", "m"}).demangle);
}

TEST(CommandLine, SizesHaveUnits) {
  const auto options = run_options(
      {"run", "--max-memory", "64M", "--max-stack=8KiB", "--max-heap", "1000", "app.wasm"});
  EXPECT_EQ(options.max_memory_bytes, std::uint64_t{64} << 20);
  EXPECT_EQ(options.max_stack_bytes, 8192U);
  EXPECT_EQ(options.max_heap_bytes, 1000U);
}

TEST(CommandLine, ASizeThatIsNoneNamesTheOption) {
  EXPECT_THAT(complaint({"run", "--max-memory", "64X", "app.wasm"}),
              HasSubstr("--max-memory: `64X` is not a size"));
  EXPECT_THAT(complaint({"run", "--max-stack=-1", "app.wasm"}), HasSubstr("--max-stack: `-1`"));
  EXPECT_THAT(complaint({"run", "--max-heap", "99999999999999999999", "app.wasm"}),
              HasSubstr("--max-heap: the size is 2^64 bytes or more"));
}

TEST(CommandLine, UnknownCommandsSuggestTheNearest) {
  EXPECT_THAT(complaint({"valdiate", "x"}), HasSubstr("did you mean `validate`?"));
  const auto answer = complaint({"no such command"});
  EXPECT_THAT(answer, HasSubstr("there is no command `no such command`"));
  EXPECT_THAT(answer, testing::Not(HasSubstr("did you mean")));
}

TEST(CommandLine, UnknownOptionsSuggestTheNearest) {
  EXPECT_THAT(complaint({"run", "--max-mem=1", "app.wasm"}),
              HasSubstr("unknown option --max-mem; did you mean `--max-memory`?"));
  EXPECT_THAT(complaint({"--invok", "f", "app.wasm"}), HasSubstr("did you mean `--invoke`?"));
  EXPECT_THAT(complaint({"print", "--fold", "app.wasm"}), HasSubstr("Did you mean `--folded`?"));
}

TEST(CommandLine, NothingAtAll) {
  EXPECT_THAT(complaint({}), HasSubstr("subcommand"));
  EXPECT_THAT(complaint({""}), HasSubstr("no command ``"));
  EXPECT_THAT(complaint({"run"}), HasSubstr("which FILE?"));
  EXPECT_THAT(complaint({"--"}), HasSubstr("which FILE?"));
  EXPECT_THAT(complaint({"run", "--max-memory"}), HasSubstr("--max-memory"));
}

TEST(CommandLine, HelpIsAnAnswer) {
  for (const Words& words : {Words{"--help"}, Words{"-h"}, Words{"help"}, Words{"help", "run"},
                             Words{"run", "--help"}, Words{"help", "wast"}}) {
    const auto answer = parse_words(words);
    ASSERT_FALSE(answer.request);
    EXPECT_EQ(answer.request.error(), 0);
    EXPECT_THAT(answer.out, HasSubstr("--help"));
    EXPECT_THAT(answer.err, IsEmpty());
  }
  EXPECT_THAT(parse_words({"help", "run"}).out, HasSubstr("--invoke"));
}

TEST(CommandLine, FuelIsADecimalNumber) {
  EXPECT_EQ(run_options({"run", "--fuel", "010", "app.wasm"}).fuel, 10U);
  EXPECT_EQ(run_options({"run", "--fuel", "0", "app.wasm"}).fuel, 0U);
  for (const auto* text : {"", " ", "-1", "+1", "0x10", "1e6", "1k", "18446744073709551616"})
    EXPECT_THAT(complaint({"run", "--fuel", text, "app.wasm"}), HasSubstr("a decimal number"))
        << text;
}

TEST(CommandLine, TheVersion) {
  for (const auto* word : {"--version", "-V", "version"})
    EXPECT_THAT(parse_words({word}).out, testing::StartsWith("airlock ")) << word;
}

TEST(CommandLine, ManyWords) {
  Words words{"run"};
  for (int i = 0; i < 10'000; ++i) words.emplace_back(i % 2 == 0 ? "--env" : "A=1");
  words.emplace_back("app.wasm");
  for (int i = 0; i < 10'000; ++i) words.emplace_back("--dir");
  const auto options = run_options(words);
  EXPECT_EQ(options.environment.size(), 5'000U);
  EXPECT_EQ(options.arguments.size(), 10'000U);
}

TEST(CommandLine, OtherCommands) {
  const auto print = parse_words({"print", "--folded", "a.wasm", "-o", "b.wat"});
  ASSERT_TRUE(print.request);
  EXPECT_TRUE(std::get<PrintOptions>(*print.request).is_folded);
  EXPECT_EQ(std::get<PrintOptions>(*print.request).output, "b.wat");
  const auto validate = parse_words({"validate", "a", "b"});
  ASSERT_TRUE(validate.request);
  EXPECT_THAT(std::get<FilesOptions>(*validate.request).files, ElementsAre("a", "b"));
  EXPECT_THAT(complaint({"validate", "a", "--", "b"}), testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace airlock::cli
