// The component assembler against the official tests of the Component Model: every component of
// every script assembles, the result can be read, and malformed components are refused with the
// suite's messages.
//
// The tests are looked for at AIRLOCK_COMPONENT_TESTS_DIR (environment or CMake), then in
// ../shared/component-model-tests beside the source folder; without them these tests are skipped.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

#include "decoder/component/reader.hpp"
#include "decoder/text/script.hpp"

namespace airlock::decoder {
namespace {

namespace fs = std::filesystem;

fs::path tests_directory() {
  std::vector<fs::path> candidates;
  if (const char* path = std::getenv("AIRLOCK_COMPONENT_TESTS_DIR")) candidates.emplace_back(path);
#ifdef AIRLOCK_COMPONENT_TESTS_DIR
  candidates.emplace_back(AIRLOCK_COMPONENT_TESTS_DIR);
#endif
#ifdef AIRLOCK_SOURCE_DIR
  for (fs::path up = AIRLOCK_SOURCE_DIR; up.has_relative_path(); up = up.parent_path()) {
    candidates.push_back(up.parent_path() / "shared" / "component-model-tests");
  }
#endif
  for (const auto& path : candidates) {
    if (!path.empty() && fs::exists(path / "validation")) return path;
  }
  return {};
}

std::vector<fs::path> scripts_in(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".wast") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string contents_of(const fs::path& path) {
  std::ostringstream stream;
  stream << std::ifstream(path, std::ios::binary).rdbuf();
  return stream.str();
}

void check_component(const text::Directive& directive, const std::string& where) {
  const auto assembled = directive.module->assemble();
  if (directive.kind == text::DirectiveKind::assert_malformed) {
    if (assembled) return;  // a binary: the reader's tests
    EXPECT_NE(assembled.error().message.find(directive.message), std::string::npos)
        << where << "got: " << assembled.error().message << "\nexpected: " << directive.message;
    return;
  }
  ASSERT_TRUE(assembled) << where << format_error(assembled.error(), "", "component");
  if (directive.module->form == text::ModuleForm::binary) return;
  EXPECT_TRUE(std::ranges::is_sorted(assembled->map.entries, {}, &text::SourceMap::Entry::offset))
      << where;
  const auto binary = std::make_shared<const std::vector<std::byte>>(assembled->binary);
  const auto component = component::read_component(binary);
  ASSERT_TRUE(component) << where << format_error(component.error(), "", "component");
}

class ComponentSuite : public testing::TestWithParam<const char*> {};

TEST_P(ComponentSuite, ComponentsAssemble) {
  const auto directory = tests_directory();
  if (directory.empty()) {
    GTEST_SKIP() << "*** the Component Model's tests are missing: nothing was tested ***";
  }
  std::size_t components = 0;
  for (const auto& file : scripts_in(directory / GetParam())) {
    const auto script = text::parse_script(contents_of(file));
    ASSERT_TRUE(script) << format_error(script.error(), file.string());
    for (const auto& directive : script->directives) {
      if (!directive.module || !directive.module->is_component) continue;
      check_component(directive, fs::relative(file, directory).string() + ':' +
                                     std::to_string(directive.position.line) + ' ');
      ++components;
    }
  }
  EXPECT_GT(components, 0u);
}

INSTANTIATE_TEST_SUITE_P(Official, ComponentSuite,
                         testing::Values("async", "binary", "linking", "resources", "validation",
                                         "values"));

}  // namespace
}  // namespace airlock::decoder
