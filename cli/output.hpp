// Writing what a command made: to a file or to standard output.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>

namespace airlock::cli {

enum class OutputForm : std::uint8_t { text, binary };

/// A file, or standard output if the path is empty or `-`, that is written in pieces. Nothing is
/// opened before the first. Messages are whole, with the name of the file in them.
class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  [[nodiscard]] std::expected<void, std::string> write(std::string_view bytes);
  /// Closes the file, which is there from then on even if it is empty.
  [[nodiscard]] std::expected<void, std::string> finish();

 private:
  [[nodiscard]] bool is_standard_output() const { return path_.empty() || path_ == "-"; }
  [[nodiscard]] std::unexpected<std::string> error() const;
  [[nodiscard]] bool open();

  std::string path_;
  int descriptor_ = -1;  ///< -1: not open
};

/// Writes to a file, or to standard output if `path` is empty or `-`. A binary is not written to a
/// terminal. On failure the message is whole, with the name of the file in it.
[[nodiscard]] std::expected<void, std::string> write_output(const std::string& path,
                                                            std::string_view bytes,
                                                            OutputForm form);

/// While an object of this class lives, `std::cout` remembers the first error of writing to
/// standard output, which the command reports at its end.
class StandardOutput final : public std::streambuf {
 public:
  StandardOutput();
  ~StandardOutput() override;
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

  /// Flushes, and reports it if not everything could be written.
  /// @param code the exit code so far
  /// @return the exit code of the process
  [[nodiscard]] int finish(int code);

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* bytes, std::streamsize count) override;
  int sync() override;

 private:
  void fail();

  std::streambuf* before_;
  std::atomic<int> error_ = 0;  ///< number of the system's error; the line of progress flushes too
};

}  // namespace airlock::cli
