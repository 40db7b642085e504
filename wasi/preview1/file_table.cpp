#include "wasi/preview1/file_table.hpp"

#include <algorithm>

namespace airlock::wasi::preview1 {

namespace {

constexpr std::uint64_t stream_rights =
    rights::fd_fdstat_set_flags | rights::fd_filestat_get | rights::poll_fd_readwrite;

OpenFile input_file(const std::shared_ptr<InputStream>& stream, bool is_terminal) {
  OpenFile file;
  file.input = stream;
  file.is_terminal = is_terminal;
  file.base_rights = stream_rights | rights::fd_read;
  return file;
}

OpenFile output_file(const std::shared_ptr<OutputStream>& stream, bool is_terminal) {
  OpenFile file;
  file.output = stream;
  file.is_terminal = is_terminal;
  file.base_rights = stream_rights | rights::fd_write;
  return file;
}

}  // namespace

FileTable::FileTable(const Context::State& state) {
  (void)add(input_file(state.standard_input, state.input_is_terminal));
  (void)add(output_file(state.standard_output, state.output_is_terminal));
  (void)add(output_file(state.standard_error, state.error_is_terminal));
  for (const Preopen& preopen : state.preopens) {
    OpenFile file;
    file.object = preopen.directory;
    file.preopened = preopen.guest_path;
    const std::uint64_t withheld = preopen.directory->is_mutable() ? 0 : rights::changing;
    file.base_rights = rights::directory & ~withheld;
    file.inheriting_rights = (rights::directory | rights::file) & ~withheld;
    (void)add(std::move(file));
  }
}

OpenFile* FileTable::find(std::uint32_t fd) {
  return fd < files_.size() ? files_[fd].get() : nullptr;
}

std::uint32_t FileTable::add(OpenFile file) {
  auto place = std::ranges::find_if(files_, [](const auto& file) { return file == nullptr; });
  if (place == files_.end()) place = files_.insert(files_.end(), nullptr);
  *place = std::make_unique<OpenFile>(std::move(file));
  return static_cast<std::uint32_t>(place - files_.begin());
}

bool FileTable::close(std::uint32_t fd) {
  if (find(fd) == nullptr) return false;
  files_[fd].reset();
  return true;
}

bool FileTable::renumber(std::uint32_t from, std::uint32_t to) {
  if (find(from) == nullptr || find(to) == nullptr) return false;
  if (from != to) files_[to] = std::move(files_[from]);
  return true;
}

}  // namespace airlock::wasi::preview1
