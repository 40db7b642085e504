#include "wasi/host/streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "wasi/host/signals.hpp"

namespace airlock::wasi {

// The contracts ----------------------------------------------------------------------------------

StreamResult<std::size_t> InputStream::read(std::span<std::byte> buffer) {
  if (closed_) return stream_closed();
  if (buffer.empty()) return 0;
  const IoResult<std::size_t> count = receive(buffer);
  if (count && *count > 0) return *count;
  if (!count && (count.error() == ErrorCode::would_block)) return 0;
  if (count) {
    closed_ = ends_for_good();
    return stream_closed();
  }
  closed_ = true;
  return stream_failed(count.error());
}

StreamResult<std::uint64_t> OutputStream::check_write() {
  permit_ = 0;
  if (StreamResult<void> drained = drain(); !drained) return std::unexpected(drained.error());
  if (!is_pending()) permit_ = stream_chunk;
  return permit_;
}

StreamResult<void> OutputStream::write(std::span<const std::byte> bytes) {
  permit_ -= std::min<std::uint64_t>(permit_, bytes.size());
  // What can go at once is never copied.
  if (StreamResult<void> drained = drain(); !drained) return drained;
  if (!is_pending()) {
    const StreamResult<std::size_t> sent = pass_on(bytes);
    if (!sent) return std::unexpected(sent.error());
    bytes = bytes.subspan(*sent);
  }
  pending_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return {};
}

StreamResult<std::size_t> OutputStream::write_some(std::span<const std::byte> bytes) {
  error_.reset();
  StreamResult<std::size_t> count = 0;
  if (const StreamResult<void> drained = drain(); !drained)
    count = std::unexpected(drained.error());
  while (count && !is_pending() && *count < bytes.size()) {
    const StreamResult<std::size_t> sent = send_once(bytes.subspan(*count));
    if (sent && *sent == 0) break;
    if (sent) {
      *count += *sent;
    } else {
      if (*count == 0) count = sent;
      break;
    }
  }
  error_.reset();
  return count;
}

StreamResult<void> OutputStream::flush() {
  permit_ = 0;
  return drain();
}

bool OutputStream::ready() {
  if (error_) return true;
  if (StreamResult<void> drained = drain(); !drained) {
    error_ = drained.error();  // the next call reports it
    return true;
  }
  return !is_pending();
}

StreamResult<void> OutputStream::drain() {
  if (error_) return std::unexpected(std::exchange(*error_, StreamError{}));
  const StreamResult<std::size_t> sent =
      pass_on(std::as_bytes(std::span(pending_)).subspan(begin_));
  if (!sent) return std::unexpected(sent.error());
  begin_ += *sent;
  if (!is_pending()) {
    pending_.clear();
    begin_ = 0;
  }
  return {};
}

StreamResult<std::size_t> OutputStream::pass_on(std::span<const std::byte> bytes) {
  std::size_t count = 0;
  while (count < bytes.size()) {
    const StreamResult<std::size_t> sent = send_once(bytes.subspan(count));
    if (!sent) return sent;
    if (*sent == 0) break;
    count += *sent;
  }
  return count;
}

StreamResult<std::size_t> OutputStream::send_once(std::span<const std::byte> bytes) {
  const IoResult<std::size_t> sent = send(bytes);
  if (sent) return *sent;
  if (sent.error() == ErrorCode::would_block) return 0;
  pending_.clear();
  begin_ = 0;
  error_ = StreamError{};
  // A reader that has gone away closes the stream; that is not a failed operation.
  if (sent.error() == ErrorCode::pipe) return stream_closed();
  return stream_failed(sent.error());
}

// Descriptors of the host ------------------------------------------------------------------------

namespace {

bool never_blocks(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode));
}

class HostInput final : public InputStream {
 public:
  explicit HostInput(int fd) : fd_(fd), prompt_(never_blocks(fd)) {}
  bool ready() override { return is_closed() || prompt_ || is_ready(fd_, POLLIN); }
  Interest interest() override { return {.fd = fd_, .events = POLLIN}; }

 protected:
  IoResult<std::size_t> receive(std::span<std::byte> buffer) override {
    if (!prompt_ && !is_ready(fd_, POLLIN)) return io_error(ErrorCode::would_block);
    const ssize_t count = ::read(fd_, buffer.data(), buffer.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) return io_error(ErrorCode::would_block);
    return last_error();
  }

 private:
  int fd_;
  bool prompt_;
};

class HostOutput final : public OutputStream {
 public:
  explicit HostOutput(int fd) : fd_(fd), prompt_(never_blocks(fd)) {}
  Interest interest() override { return {.fd = fd_, .events = POLLOUT}; }

 protected:
  IoResult<std::size_t> send(std::span<const std::byte> bytes) override {
    if (!prompt_) {
      if (!is_ready(fd_, POLLOUT)) return io_error(ErrorCode::would_block);
      // A pipe that polls as writable has room for this much at least.
      bytes = bytes.first(std::min<std::size_t>(bytes.size(), 4096));
    }
    const SignalGuard guard;
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EINTR) return io_error(ErrorCode::would_block);
    return last_error();
  }

 private:
  int fd_;
  bool prompt_;
};

// Files ------------------------------------------------------------------------------------------

class FileInput final : public InputStream {
 public:
  FileInput(Descriptor::Pointer file, std::uint64_t offset)
      : file_(std::move(file)), offset_(offset) {}
  bool ready() override {
    return is_closed() || file_->is_seekable() || is_ready(file_->fd(), POLLIN);
  }
  Interest interest() override { return {.fd = file_->fd(), .events = POLLIN}; }

 protected:
  IoResult<std::size_t> receive(std::span<std::byte> buffer) override {
    const IoResult<std::size_t> count = file_->read(buffer, offset_);
    if (count) offset_ += *count;
    return count;
  }
  [[nodiscard]] bool ends_for_good() const override { return !file_->is_seekable(); }

 private:
  Descriptor::Pointer file_;
  std::uint64_t offset_;
};

class FileOutput final : public OutputStream {
 public:
  FileOutput(Descriptor::Pointer file, std::optional<std::uint64_t> offset)
      : file_(std::move(file)), offset_(offset) {}
  Interest interest() override { return {.fd = file_->fd(), .events = POLLOUT}; }

 protected:
  IoResult<std::size_t> send(std::span<const std::byte> bytes) override {
    const iovec buffer{const_cast<std::byte*>(bytes.data()), bytes.size()};
    const IoResult<std::size_t> count = offset_ ? file_->write(std::span(&buffer, 1), *offset_)
                                                : file_->append(std::span(&buffer, 1));
    if (count && offset_) *offset_ += *count;
    return count;
  }

 private:
  Descriptor::Pointer file_;
  std::optional<std::uint64_t> offset_;  ///< none: at the end
};

// Memory -----------------------------------------------------------------------------------------

class BytesInput final : public InputStream {
 public:
  explicit BytesInput(std::string bytes) : bytes_(std::move(bytes)) {}
  bool ready() override { return true; }
  Interest interest() override { return {}; }

 protected:
  IoResult<std::size_t> receive(std::span<std::byte> buffer) override {
    const std::size_t count = std::min(buffer.size(), bytes_.size() - position_);
    std::memcpy(buffer.data(), bytes_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t position_ = 0;
};

class StringOutput final : public OutputStream {
 public:
  StringOutput(std::shared_ptr<std::string> target, std::size_t limit)
      : target_(std::move(target)), limit_(limit) {}
  Interest interest() override { return {}; }

 protected:
  IoResult<std::size_t> send(std::span<const std::byte> bytes) override {
    const std::size_t room = limit_ - std::min(limit_, target_->size());
    if (room == 0) return io_error(ErrorCode::insufficient_space);
    const std::size_t count = std::min(room, bytes.size());
    target_->append(reinterpret_cast<const char*>(bytes.data()), count);
    return count;
  }

 private:
  std::shared_ptr<std::string> target_;
  std::size_t limit_;
};

class Discard final : public OutputStream {
 public:
  Interest interest() override { return {}; }

 protected:
  IoResult<std::size_t> send(std::span<const std::byte> bytes) override { return bytes.size(); }
};

}  // namespace

std::shared_ptr<InputStream> read_host_fd(int fd) { return std::make_shared<HostInput>(fd); }
std::shared_ptr<OutputStream> write_host_fd(int fd) { return std::make_shared<HostOutput>(fd); }

std::shared_ptr<InputStream> read_file(Descriptor::Pointer file, std::uint64_t offset) {
  return std::make_shared<FileInput>(std::move(file), offset);
}
std::shared_ptr<OutputStream> write_file(Descriptor::Pointer file, std::uint64_t offset) {
  return std::make_shared<FileOutput>(std::move(file), offset);
}
std::shared_ptr<OutputStream> append_file(Descriptor::Pointer file) {
  return std::make_shared<FileOutput>(std::move(file), std::nullopt);
}

std::shared_ptr<InputStream> read_bytes(std::string bytes) {
  return std::make_shared<BytesInput>(std::move(bytes));
}
std::shared_ptr<OutputStream> write_string(std::shared_ptr<std::string> target, std::size_t limit) {
  return std::make_shared<StringOutput>(std::move(target), limit);
}
std::shared_ptr<OutputStream> discard() { return std::make_shared<Discard>(); }

}  // namespace airlock::wasi
