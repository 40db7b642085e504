#include "wasi/preview1/call.hpp"

#include <climits>

#include "decoder/byte_reader.hpp"
#include "runtime/fuel.hpp"
#include "runtime/store.hpp"

namespace airlock::wasi::preview1 {

bool Call::pay(std::uint64_t bytes) {
  if (store == nullptr || store->charge(runtime::fuel::for_bytes(bytes))) return true;
  trap = runtime::Trap(runtime::TrapCode::out_of_fuel);
  return false;
}

bool Call::ends_now() {
  if (store == nullptr || store->interruption() == nullptr) return false;
  const runtime::TrapCode due = store->interruption()->due();
  if (due != runtime::TrapCode::none) trap = runtime::Trap(due);
  return due != runtime::TrapCode::none;
}

std::expected<std::string, Errno> Call::path(std::uint32_t address, std::uint32_t length) const {
  if (!memory.contains(address, length)) return std::unexpected(Errno::fault);
  if (length >= PATH_MAX) return std::unexpected(Errno::nametoolong);
  const std::span<std::byte> bytes = memory.bytes(address, length);
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!decoder::is_utf8(std::string_view(text))) return std::unexpected(Errno::ilseq);
  return text;
}

std::expected<std::vector<iovec>, Errno> Call::buffers(std::uint32_t list,
                                                       std::uint32_t count) const {
  if (!memory.contains(list, std::uint64_t{count} * iovec_size)) {
    return std::unexpected(Errno::fault);
  }
  std::vector<iovec> buffers;
  for (std::uint32_t i = 0; i < count && buffers.size() < IOV_MAX; ++i) {
    const std::uint64_t entry = std::uint64_t{list} + std::uint64_t{i} * iovec_size;
    const auto address = memory.load<std::uint32_t>(entry);
    const auto length = memory.load<std::uint32_t>(entry + 4);
    if (length == 0) continue;  // wherever it points to
    if (!memory.contains(address, length)) return std::unexpected(Errno::fault);
    const std::span<std::byte> bytes = memory.bytes(address, length);
    buffers.push_back({.iov_base = bytes.data(), .iov_len = bytes.size()});
  }
  return buffers;
}

std::expected<OpenFile*, Errno> Call::open_file(std::uint32_t fd, std::uint64_t wanted) const {
  OpenFile* found = process.files.find(fd);
  if (found == nullptr) return std::unexpected(Errno::badf);
  if (!found->has_rights(wanted)) return std::unexpected(Errno::notcapable);
  return found;
}

std::expected<OpenFile*, Errno> Call::file(std::uint32_t fd, std::uint64_t wanted) const {
  OpenFile* found = process.files.find(fd);
  if (found == nullptr || found->is_directory()) return std::unexpected(Errno::badf);
  if (found->is_stream()) return std::unexpected(Errno::spipe);
  if (!found->has_rights(wanted)) return std::unexpected(Errno::notcapable);
  return found;
}

std::expected<OpenFile*, Errno> Call::directory(std::uint32_t fd, std::uint64_t wanted) const {
  OpenFile* found = process.files.find(fd);
  if (found == nullptr) return std::unexpected(Errno::badf);
  if (!found->is_directory()) return std::unexpected(Errno::notdir);
  // What a read-only grant forbids is a read-only file system to the guest.
  const std::uint64_t frozen = found->object->is_mutable() ? 0 : rights::changing;
  if ((wanted & frozen) != 0) return std::unexpected(Errno::rofs);
  if (!found->has_rights(wanted)) return std::unexpected(Errno::notcapable);
  return found;
}

}  // namespace airlock::wasi::preview1
