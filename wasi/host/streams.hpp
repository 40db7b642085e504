// Byte streams with the semantics of wasi:io/streams, for both versions of WASI.
//
// No operation blocks: reading yields nothing, and writing is permitted nothing, while the other
// end is not ready. Blocking forms are made of these and the event loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "wasi/host/error_code.hpp"
#include "wasi/host/event_loop.hpp"
#include "wasi/host/filesystem.hpp"

namespace airlock::wasi {

/// `stream-error`: closed, or the last operation failed because of `code`.
struct StreamError {
  bool closed = true;
  ErrorCode code = ErrorCode::io;
  friend bool operator==(const StreamError&, const StreamError&) = default;
};

template <typename T>
using StreamResult = std::expected<T, StreamError>;

[[nodiscard]] inline std::unexpected<StreamError> stream_closed() {
  return std::unexpected(StreamError{});
}
[[nodiscard]] inline std::unexpected<StreamError> stream_failed(ErrorCode code) {
  return std::unexpected(StreamError{.closed = false, .code = code});
}

/// The most that one operation of a stream moves.
inline constexpr std::size_t stream_chunk = std::size_t{64} * 1024;

class InputStream {
 public:
  virtual ~InputStream() = default;

  /// Reads what is there, up to the size of the buffer: 0 bytes if there is nothing yet, `closed`
  /// at the end. After a failure the stream is closed.
  [[nodiscard]] StreamResult<std::size_t> read(std::span<std::byte> buffer);

  /// Whether `read` would give bytes, an end or an error.
  [[nodiscard]] virtual bool ready() = 0;
  [[nodiscard]] virtual Interest interest() = 0;

 protected:
  /// As `read`, but 0 means the end and `would_block` nothing yet. The buffer is not empty.
  [[nodiscard]] virtual IoResult<std::size_t> receive(std::span<std::byte> buffer) = 0;
  [[nodiscard]] bool is_closed() const { return closed_; }
  /// Whether an end that was met stays one; that of a file may move.
  [[nodiscard]] virtual bool ends_for_good() const { return true; }

 private:
  bool closed_ = false;
};

class OutputStream {
 public:
  virtual ~OutputStream() = default;

  /// How many bytes the next `write` may have; 0 while earlier ones are still under way.
  [[nodiscard]] StreamResult<std::uint64_t> check_write();

  /// What the last `check_write` permitted and no `write` has used. Writing more breaks the
  /// contract: in 0.2 that is a trap.
  [[nodiscard]] std::uint64_t permit() const { return permit_; }

  /// Takes all the bytes, which are not more than permitted, and passes on what it can.
  [[nodiscard]] StreamResult<void> write(std::span<const std::byte> bytes);

  /// Nothing is kept back on purpose, so there is only an earlier error to report. The flush is
  /// complete when `check_write` permits something again.
  [[nodiscard]] StreamResult<void> flush();

  /// Writes as a file of 0.1 does: passes on what it can at once and keeps nothing back.
  /// @return how many bytes, 0 for none at the moment; a failure only if none were written. No
  ///   failure lasts: the next write is tried.
  [[nodiscard]] StreamResult<std::size_t> write_some(std::span<const std::byte> bytes);

  /// Whether bytes taken by `write` have not been passed on yet.
  [[nodiscard]] bool is_pending() const { return begin_ < pending_.size(); }

  /// Whether `check_write` would permit something or report an error.
  [[nodiscard]] bool ready();
  [[nodiscard]] virtual Interest interest() = 0;

 protected:
  /// Passes bytes on: how many, `would_block` for none at the moment.
  [[nodiscard]] virtual IoResult<std::size_t> send(std::span<const std::byte> bytes) = 0;

 private:
  /// Passes on what is pending, as far as possible, or reports the error.
  [[nodiscard]] StreamResult<void> drain();
  /// Passes bytes on as far as possible. A failure closes the stream.
  [[nodiscard]] StreamResult<std::size_t> pass_on(std::span<const std::byte> bytes);
  /// The same with one `send`; 0 for none at the moment.
  [[nodiscard]] StreamResult<std::size_t> send_once(std::span<const std::byte> bytes);

  std::string pending_;    ///< not more than one chunk
  std::size_t begin_ = 0;  ///< of what is left of it
  std::uint64_t permit_ = 0;
  std::optional<StreamError> error_;  ///< to be reported; then the stream is closed
};

/// Ready when a stream is. Keeps the stream alive.
class InputReadiness final : public Pollable {
 public:
  explicit InputReadiness(std::shared_ptr<InputStream> stream) : stream_(std::move(stream)) {}
  [[nodiscard]] bool ready() override { return stream_->ready(); }
  [[nodiscard]] Interest interest() override { return stream_->interest(); }

 private:
  std::shared_ptr<InputStream> stream_;
};

class OutputReadiness final : public Pollable {
 public:
  explicit OutputReadiness(std::shared_ptr<OutputStream> stream) : stream_(std::move(stream)) {}
  [[nodiscard]] bool ready() override { return stream_->ready(); }
  [[nodiscard]] Interest interest() override { return stream_->interest(); }

 private:
  std::shared_ptr<OutputStream> stream_;
};

/// Reads a descriptor of the host that is not ours alone, such as standard input: it may be in
/// blocking mode and stays so, since other processes share that mode.
[[nodiscard]] std::shared_ptr<InputStream> read_host_fd(int fd);
/// Writes such a descriptor.
[[nodiscard]] std::shared_ptr<OutputStream> write_host_fd(int fd);

/// Reads a file from an offset on, or a pipe.
[[nodiscard]] std::shared_ptr<InputStream> read_file(Descriptor::Pointer file,
                                                     std::uint64_t offset);
/// Writes a file from an offset on, or a pipe.
[[nodiscard]] std::shared_ptr<OutputStream> write_file(Descriptor::Pointer file,
                                                       std::uint64_t offset);
/// Writes at the end of a file, wherever that is at the time.
[[nodiscard]] std::shared_ptr<OutputStream> append_file(Descriptor::Pointer file);

/// Reads bytes that are there already, then ends. Empty: a closed stream.
[[nodiscard]] std::shared_ptr<InputStream> read_bytes(std::string bytes);
/// Appends to a string; fails with `insufficient_space` beyond the limit.
[[nodiscard]] std::shared_ptr<OutputStream> write_string(std::shared_ptr<std::string> target,
                                                         std::size_t limit);
/// Takes everything and keeps nothing.
[[nodiscard]] std::shared_ptr<OutputStream> discard();

}  // namespace airlock::wasi
