// The interfaces of WASI 0.2 as this host declares them: complete, and as published.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "airlock/wasi.hpp"
#include "canonical-abi/linker.hpp"
#include "canonical-abi/linking/declared_types.hpp"
#include "decoder/component/wit/reader.hpp"

namespace airlock::wasi {
namespace {

namespace fs = std::filesystem;
namespace wit = decoder::component::wit;
using canonical_abi::HostInstance;
using canonical_abi::Linker;

/// What a guest gets to see that is granted nothing, or everything.
Linker linker(bool granted) {
  Configuration configuration;
  configuration.clocks = granted;
  configuration.random = granted;
  const auto context = Context::create(std::move(configuration));
  EXPECT_TRUE(context);
  Linker linker;
  define_preview2(linker, *context);
  return linker;
}

wit::Interface declared(const HostInstance& instance) {
  auto interface = wit::read_interface(instance.declaration()->text);
  EXPECT_TRUE(interface) << instance.name() << ": " << interface.error().message;
  return interface ? *std::move(interface) : wit::Interface();
}

TEST(Interfaces, EveryFunctionHasATypeAndEveryTypeAFunction) {
  for (const bool granted : {false, true}) {
    const Linker all = linker(granted);
    EXPECT_EQ(all.host_instances().size(), 31U);
    for (const auto& instance : all.host_instances()) {
      ASSERT_TRUE(instance->declaration()) << instance->name();
      const wit::Interface interface = declared(*instance);
      std::set<std::string> names;
      for (const wit::Function& function : interface.functions) {
        names.insert(function.name);
        const auto type = all.function_type(*instance, function.name);
        ASSERT_TRUE(type) << type.error().message;
        EXPECT_TRUE(*type);
        EXPECT_TRUE(instance->find_function(function.name) || instance->other_functions())
            << instance->name() << "#" << function.name;
      }
      for (const auto& [name, function] : instance->functions()) {
        EXPECT_TRUE(names.contains(name)) << instance->name() << "#" << name << " is not declared";
      }
      for (const wit::TypeDefinition& type : interface.types) {
        const auto made = all.named_type(*instance, type.name);
        ASSERT_TRUE(made) << made.error().message;
        EXPECT_FALSE(std::holds_alternative<std::monostate>(*made));
      }
    }
  }
}

/// The published interfaces: at AIRLOCK_WIT_DIR (environment), else in ../shared/wit.
fs::path published() {
  if (const char* path = std::getenv("AIRLOCK_WIT_DIR")) return path;
  return fs::path(AIRLOCK_SOURCE_DIR) / "../shared/wit";
}

/// Compares parts of an interface by their names.
template <typename Part>
void compare(const std::vector<Part>& ours, const std::vector<Part>& theirs, const auto& name_of,
             const std::string& interface) {
  std::map<std::string, const Part*> by_name;
  for (const Part& part : ours) by_name[std::string(name_of(part))] = &part;
  for (const Part& part : theirs) {
    const std::string name(name_of(part));
    const auto found = by_name.find(name);
    if (found == by_name.end()) {
      ADD_FAILURE() << interface << " lacks " << name;
    } else {
      EXPECT_TRUE(*found->second == part) << interface << ": " << name << " differs";
    }
  }
  EXPECT_EQ(ours.size(), theirs.size()) << interface;
}

TEST(Interfaces, AreThosePublished) {
  const fs::path folder = published() / "wasi-0.2.12";
  if (!fs::is_directory(folder)) {
    GTEST_SKIP() << "no interfaces in " << folder << "; set AIRLOCK_WIT_DIR";
  }
  const Linker all = linker(true);
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto package = wit::read_package(text);
    ASSERT_TRUE(package) << entry.path() << ": " << package.error().message;
    EXPECT_EQ(package->version, "0.2.12");
    for (const wit::Interface& interface : package->interfaces) {
      const std::string name = std::string(package->name) + "/" + std::string(interface.name) +
                               "@" + std::string(package->version);
      if (name == "wasi:cli/run@0.2.12") continue;  // what guests export
      const auto instance = all.find_instance(name);
      ASSERT_TRUE(instance) << name;
      const wit::Interface ours = declared(*instance);
      const auto its_name = [](const auto& part) { return part.name; };
      compare(ours.uses, interface.uses, [](const auto& use) { return use.local_name; }, name);
      compare(ours.types, interface.types, its_name, name);
      compare(ours.functions, interface.functions, its_name, name);
      ++count;
    }
  }
  EXPECT_EQ(count, all.host_instances().size());
}

}  // namespace
}  // namespace airlock::wasi
