// The assembler and the script parser against the official core test suite.
//
// The suite is looked for at AIRLOCK_TESTSUITE_DIR (environment or CMake), then in
// ../shared/testsuite beside the source folder; without it these tests are skipped.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "decoder/reader.hpp"
#include "decoder/text/printer.hpp"
#include "decoder/text/script.hpp"

namespace airlock::decoder::text {
namespace {

namespace fs = std::filesystem;

fs::path suite_directory() {
  std::vector<fs::path> candidates;
  if (const char* path = std::getenv("AIRLOCK_TESTSUITE_DIR")) candidates.emplace_back(path);
#ifdef AIRLOCK_TESTSUITE_DIR
  candidates.emplace_back(AIRLOCK_TESTSUITE_DIR);
#endif
#ifdef AIRLOCK_SOURCE_DIR
  for (fs::path up = AIRLOCK_SOURCE_DIR; up.has_relative_path(); up = up.parent_path())
    candidates.push_back(up.parent_path() / "shared" / "testsuite");
#endif
  for (const auto& path : candidates)
    if (!path.empty() && fs::exists(path / "const.wast")) return path;
  return {};
}

std::vector<fs::path> scripts_in(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().extension() == ".wast") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::string contents_of(const fs::path& path) {
  std::ostringstream stream;
  stream << std::ifstream(path, std::ios::binary).rdbuf();
  return stream.str();
}

/// The printed text of an assembled binary must assemble to the same binary.
void check_printing(const Module& module, const std::vector<std::byte>& binary,
                    const std::string& where) {
  for (const bool is_folded : {false, true}) {
    const auto text = print_module(module, {}, {.is_folded = is_folded});
    if (!text) return;  // its code cannot be read
    const auto again = assemble(*text);
    ASSERT_TRUE(again) << where << format_error(again.error(), "") << '\n' << *text;
    EXPECT_TRUE(again->binary == binary) << where << "prints as\n" << *text;
  }
}

/// Compares the results of parser and reader with the directive of a module.
void check_module(const Directive& directive, const std::string& where) {
  const auto assembled = directive.module->assemble();
  const bool is_text = directive.module->form != ModuleForm::binary;
  const bool expects_malformed = directive.kind == DirectiveKind::assert_malformed ||
                                 directive.kind == DirectiveKind::assert_malformed_custom;
  if (expects_malformed && is_text) {
    // In the threads proposal's version, the grammar already limits memories to 32 bits.
    if (where.find("threads") != std::string::npos && directive.message.starts_with("i32 constant"))
      return;
    ASSERT_FALSE(assembled) << where << "expected: " << directive.message;
    EXPECT_TRUE(assembled.error().message.starts_with(directive.message))
        << where << "got: " << assembled.error().message << "\nexpected: " << directive.message;
    return;
  }
  if (directive.kind == DirectiveKind::assert_invalid_custom) {
    ASSERT_FALSE(assembled) << where;
    EXPECT_EQ(assembled.error().kind, ErrorKind::invalid) << where;
    return;
  }
  ASSERT_TRUE(assembled) << where << format_error(assembled.error(), "");
  if (expects_malformed) return;  // the reader's tests
  const auto binary = std::make_shared<const std::vector<std::byte>>(assembled->binary);
  const auto module = read_module(binary);
  ASSERT_TRUE(module) << where << format_error(module.error(), "");
  if (is_text) check_printing(*module, assembled->binary, where);
}

void check_script(const fs::path& suite, const fs::path& file) {
  const auto script = parse_script(contents_of(file));
  ASSERT_TRUE(script) << format_error(script.error(), file.string());
  for (const auto& directive : script->directives)
    if (directive.module)
      check_module(directive, fs::relative(file, suite).string() + ':' +
                                  std::to_string(directive.position.line) + ' ');
}

class Suite : public testing::TestWithParam<const char*> {};

TEST_P(Suite, ScriptsParseAndModulesAssemble) {
  const auto suite = suite_directory();
  if (suite.empty())
    GTEST_SKIP() << "*** the official test suite is missing: nothing was tested ***";
  const auto files = scripts_in(suite / GetParam());
  EXPECT_FALSE(files.empty());
  for (const auto& file : files) check_script(suite, file);
}

INSTANTIATE_TEST_SUITE_P(Official, Suite,
                         testing::Values(".", "custom", "legacy", "proposals/threads",
                                         "proposals/wide-arithmetic",
                                         "proposals/custom-page-sizes"));

}  // namespace
}  // namespace airlock::decoder::text
