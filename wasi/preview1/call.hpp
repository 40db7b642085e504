// One call of a guest into wasi_snapshot_preview1, and the functions that answer it.
//
// A function reads its arguments, acts, writes its results to the guest's memory and answers with
// an `Errno`. If it would have to wait it answers `call.wait(...)`, and is called again with the
// same arguments when the event loop says so. Until then it has changed nothing except what its
// progress word counts.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "runtime/memory.hpp"
#include "runtime/trap.hpp"
#include "wasi/host/context.hpp"
#include "wasi/preview1/file_table.hpp"
#include "wasi/preview1/types.hpp"

namespace airlock::wasi::preview1 {

/// A guest's memory. Every access is checked; what lies outside is `Errno::fault`.
class GuestMemory {
 public:
  explicit GuestMemory(runtime::Memory* memory) : memory_(memory) {}

  [[nodiscard]] bool contains(std::uint64_t address, std::uint64_t length) const {
    return memory_ != nullptr && memory_->contains(address, length);
  }
  /// The bytes themselves; what is asked for must be contained.
  [[nodiscard]] std::span<std::byte> bytes(std::uint64_t address, std::uint64_t length) const {
    return {memory_->base + address, static_cast<std::size_t>(length)};
  }

  template <typename T>
  [[nodiscard]] T load(std::uint64_t address) const {
    T value{};
    std::memcpy(&value, memory_->base + address, sizeof value);
    return value;
  }
  template <typename T>
  void store(std::uint64_t address, T value) const {
    if constexpr (std::is_enum_v<T>) {
      store(address, static_cast<std::underlying_type_t<T>>(value));
    } else {
      std::memcpy(memory_->base + address, &value, sizeof value);
    }
  }

 private:
  runtime::Memory* memory_;
};

/// What all calls of one guest work on.
struct Process {
  explicit Process(std::shared_ptr<Context> its_context)
      : context(std::move(its_context)), files(context->state()) {}

  [[nodiscard]] Context::State& state() { return context->state(); }

  std::shared_ptr<Context> context;
  FileTable files;
};

struct Call {
  Call(Process& its_process, GuestMemory its_memory, std::uint64_t its_start)
      : process(its_process), memory(its_memory), started(its_start) {}

  Process& process;
  GuestMemory memory;
  std::uint64_t started;              ///< in `monotonic_now`, when it was made
  std::uint64_t progress = 0;         ///< what earlier attempts have done, in the function's units
  Pollables waits_for;                ///< if it answered `pending`
  std::optional<runtime::Trap> trap;  ///< ends the guest, whatever the answer
  runtime::Store* store = nullptr;    ///< the guest's; in tests there may be none

  [[nodiscard]] Context::State& state() { return process.state(); }

  /// Takes fuel for bytes that the call moves or looks at. False if there is not enough: the guest
  /// then ends with a trap, whatever the call answers.
  [[nodiscard]] bool pay(std::uint64_t bytes);
  /// Whether the guest has to end because of an interrupt or a deadline; asked by calls that may
  /// take long.
  [[nodiscard]] bool ends_now();

  [[nodiscard]] Errno wait(std::shared_ptr<Pollable> pollable) {
    waits_for.push_back(std::move(pollable));
    return Errno::pending;
  }

  /// A path from memory: UTF-8, of bounded length.
  [[nodiscard]] std::expected<std::string, Errno> path(std::uint32_t address,
                                                       std::uint32_t length) const;

  /// The buffers of a scatter/gather list, not more than the host takes at once; empty ones are
  /// left out. All of the list itself must lie in memory, and all buffers taken.
  [[nodiscard]] std::expected<std::vector<iovec>, Errno> buffers(std::uint32_t list,
                                                                 std::uint32_t count) const;

  /// An open file of any kind, with rights: `badf`, `notcapable`.
  [[nodiscard]] std::expected<OpenFile*, Errno> open_file(std::uint32_t fd,
                                                          std::uint64_t wanted) const;
  /// A file that is no directory and no standard stream.
  [[nodiscard]] std::expected<OpenFile*, Errno> file(std::uint32_t fd, std::uint64_t wanted) const;
  /// A directory: `notdir` for something else.
  [[nodiscard]] std::expected<OpenFile*, Errno> directory(std::uint32_t fd,
                                                          std::uint64_t wanted) const;
};

// The functions, in the order of the specification ------------------------------------------------

Errno args_get(Call& call, std::uint32_t pointers, std::uint32_t buffer);
Errno args_sizes_get(Call& call, std::uint32_t count_out, std::uint32_t size_out);
Errno environ_get(Call& call, std::uint32_t pointers, std::uint32_t buffer);
Errno environ_sizes_get(Call& call, std::uint32_t count_out, std::uint32_t size_out);
Errno clock_res_get(Call& call, std::uint32_t clock, std::uint32_t out);
Errno clock_time_get(Call& call, std::uint32_t clock, std::uint64_t precision, std::uint32_t out);

Errno fd_advise(Call& call, std::uint32_t fd, std::uint64_t offset, std::uint64_t length,
                std::uint32_t advice);
Errno fd_allocate(Call& call, std::uint32_t fd, std::uint64_t offset, std::uint64_t length);
Errno fd_close(Call& call, std::uint32_t fd);
Errno fd_datasync(Call& call, std::uint32_t fd);
Errno fd_fdstat_get(Call& call, std::uint32_t fd, std::uint32_t out);
Errno fd_fdstat_set_flags(Call& call, std::uint32_t fd, std::uint32_t flags);
Errno fd_fdstat_set_rights(Call& call, std::uint32_t fd, std::uint64_t base,
                           std::uint64_t inheriting);
Errno fd_filestat_get(Call& call, std::uint32_t fd, std::uint32_t out);
Errno fd_filestat_set_size(Call& call, std::uint32_t fd, std::uint64_t size);
Errno fd_filestat_set_times(Call& call, std::uint32_t fd, std::uint64_t accessed,
                            std::uint64_t modified, std::uint32_t flags);
Errno fd_pread(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
               std::uint64_t offset, std::uint32_t out);
Errno fd_prestat_get(Call& call, std::uint32_t fd, std::uint32_t out);
Errno fd_prestat_dir_name(Call& call, std::uint32_t fd, std::uint32_t path, std::uint32_t length);
Errno fd_pwrite(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
                std::uint64_t offset, std::uint32_t out);
Errno fd_read(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
              std::uint32_t out);
Errno fd_readdir(Call& call, std::uint32_t fd, std::uint32_t buffer, std::uint32_t length,
                 std::uint64_t cookie, std::uint32_t out);
Errno fd_renumber(Call& call, std::uint32_t fd, std::uint32_t to);
Errno fd_seek(Call& call, std::uint32_t fd, std::uint64_t delta, std::uint32_t whence,
              std::uint32_t out);
Errno fd_sync(Call& call, std::uint32_t fd);
Errno fd_tell(Call& call, std::uint32_t fd, std::uint32_t out);
Errno fd_write(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
               std::uint32_t out);

Errno path_create_directory(Call& call, std::uint32_t fd, std::uint32_t path, std::uint32_t length);
Errno path_filestat_get(Call& call, std::uint32_t fd, std::uint32_t flags, std::uint32_t path,
                        std::uint32_t length, std::uint32_t out);
Errno path_filestat_set_times(Call& call, std::uint32_t fd, std::uint32_t flags, std::uint32_t path,
                              std::uint32_t length, std::uint64_t accessed, std::uint64_t modified,
                              std::uint32_t time_flags);
Errno path_link(Call& call, std::uint32_t old_fd, std::uint32_t old_flags, std::uint32_t old_path,
                std::uint32_t old_length, std::uint32_t new_fd, std::uint32_t new_path,
                std::uint32_t new_length);
Errno path_open(Call& call, std::uint32_t fd, std::uint32_t lookup_flags, std::uint32_t path,
                std::uint32_t length, std::uint32_t open_flags, std::uint64_t base,
                std::uint64_t inheriting, std::uint32_t flags, std::uint32_t out);
Errno path_readlink(Call& call, std::uint32_t fd, std::uint32_t path, std::uint32_t length,
                    std::uint32_t buffer, std::uint32_t buffer_length, std::uint32_t out);
Errno path_remove_directory(Call& call, std::uint32_t fd, std::uint32_t path, std::uint32_t length);
Errno path_rename(Call& call, std::uint32_t old_fd, std::uint32_t old_path,
                  std::uint32_t old_length, std::uint32_t new_fd, std::uint32_t new_path,
                  std::uint32_t new_length);
Errno path_symlink(Call& call, std::uint32_t target, std::uint32_t target_length, std::uint32_t fd,
                   std::uint32_t path, std::uint32_t length);
Errno path_unlink_file(Call& call, std::uint32_t fd, std::uint32_t path, std::uint32_t length);

Errno poll_oneoff(Call& call, std::uint32_t subscriptions, std::uint32_t events,
                  std::uint32_t count, std::uint32_t out);
Errno proc_exit(Call& call, std::uint32_t code);
Errno proc_raise(Call& call, std::uint32_t signal);
Errno sched_yield(Call& call);
Errno random_get(Call& call, std::uint32_t buffer, std::uint32_t length);
Errno sock_accept(Call& call, std::uint32_t fd, std::uint32_t flags, std::uint32_t out);
Errno sock_recv(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
                std::uint32_t flags, std::uint32_t size_out, std::uint32_t flags_out);
Errno sock_send(Call& call, std::uint32_t fd, std::uint32_t list, std::uint32_t count,
                std::uint32_t flags, std::uint32_t out);
Errno sock_shutdown(Call& call, std::uint32_t fd, std::uint32_t how);

}  // namespace airlock::wasi::preview1
