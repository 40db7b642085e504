// What the tests of this layer share.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "airlock/wasi.hpp"
#include "wasi/host/filesystem.hpp"

namespace airlock::wasi::testing {

/// A directory that is removed, with its contents, when the object is destroyed.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "airlock-wasi-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] std::string operator/(std::string_view name) const {
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline void write_text(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// What most tests grant: a directory as `/data`, with a file and a folder in it, streams, clocks
/// and random numbers. Arguments and variables are for the test to add.
/// @param output gets what is written to standard output
inline Configuration usual_grants(const TemporaryDirectory& directory,
                                  std::shared_ptr<std::string> output) {
  write_text(directory / "file", "0123456789");
  std::filesystem::create_directory(directory / "sub");
  Configuration configuration;
  configuration.directories = {{directory.path(), "/data"}};
  configuration.standard_input = Input::bytes("input");
  configuration.standard_output = Output::capture(std::move(output));
  configuration.clocks = true;
  configuration.random = true;
  return configuration;
}

}  // namespace airlock::wasi::testing
