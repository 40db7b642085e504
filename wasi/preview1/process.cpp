// Arguments, variables, clocks, random numbers, the end of the process; sockets, which there are
// none of.

#include <algorithm>

#include "wasi/preview1/call.hpp"

namespace airlock::wasi::preview1 {

namespace {

std::vector<std::string> environment_of(const Context::State& state) {
  std::vector<std::string> strings;
  for (const auto& [name, value] : state.configuration.environment) {
    strings.push_back(name + "=" + value);
  }
  return strings;
}

Errno write_sizes(Call& call, const std::vector<std::string>& strings, std::uint32_t count_out,
                  std::uint32_t size_out) {
  std::uint64_t bytes = 0;
  for (const std::string& text : strings) bytes += text.size() + 1;
  if (bytes > UINT32_MAX) return Errno::overflow;
  if (!call.memory.contains(count_out, 4) || !call.memory.contains(size_out, 4)) {
    return Errno::fault;
  }
  call.memory.store(count_out, static_cast<std::uint32_t>(strings.size()));
  call.memory.store(size_out, static_cast<std::uint32_t>(bytes));
  return Errno::success;
}

/// Strings that each end in a zero byte, and an array of pointers to them.
Errno write_strings(Call& call, const std::vector<std::string>& strings, std::uint32_t pointers,
                    std::uint32_t buffer) {
  if (!call.memory.contains(pointers, std::uint64_t{4} * strings.size())) return Errno::fault;
  std::uint64_t pointer = pointers;
  std::uint64_t address = buffer;
  for (const std::string& text : strings) {
    const std::uint64_t size = text.size() + 1;
    if (!call.memory.contains(address, size)) return Errno::fault;
    std::memcpy(call.memory.bytes(address, size).data(), text.c_str(), size);
    call.memory.store(pointer, static_cast<std::uint32_t>(address));
    address += size;
    pointer += 4;
  }
  return Errno::success;
}

constexpr std::uint32_t clock_count = 4;

}  // namespace

Errno args_get(Call& call, std::uint32_t pointers, std::uint32_t buffer) {
  return write_strings(call, call.state().configuration.arguments, pointers, buffer);
}

Errno args_sizes_get(Call& call, std::uint32_t count_out, std::uint32_t size_out) {
  return write_sizes(call, call.state().configuration.arguments, count_out, size_out);
}

Errno environ_get(Call& call, std::uint32_t pointers, std::uint32_t buffer) {
  return write_strings(call, environment_of(call.state()), pointers, buffer);
}

Errno environ_sizes_get(Call& call, std::uint32_t count_out, std::uint32_t size_out) {
  return write_sizes(call, environment_of(call.state()), count_out, size_out);
}

// The clocks of the interface are numbered like `ClockKind`.

Errno clock_res_get(Call& call, std::uint32_t clock, std::uint32_t out) {
  if (clock >= clock_count) return Errno::inval;
  if (!call.state().configuration.clocks) return Errno::notcapable;
  if (!call.memory.contains(out, 8)) return Errno::fault;
  call.memory.store(out, call.state().clocks.resolution(static_cast<ClockKind>(clock)));
  return Errno::success;
}

Errno clock_time_get(Call& call, std::uint32_t clock, std::uint64_t /*precision*/,
                     std::uint32_t out) {
  if (clock >= clock_count) return Errno::inval;
  if (!call.state().configuration.clocks) return Errno::notcapable;
  if (!call.memory.contains(out, 8)) return Errno::fault;
  call.memory.store(out, call.state().clocks.now(static_cast<ClockKind>(clock)));
  return Errno::success;
}

Errno random_get(Call& call, std::uint32_t buffer, std::uint32_t length) {
  if (!call.state().configuration.random) return Errno::notcapable;
  if (!call.memory.contains(buffer, length)) return Errno::fault;
  if (!call.pay(length)) return Errno::io;
  // Piece by piece: a gigabyte takes seconds.
  constexpr std::size_t piece = std::size_t{1} << 20;
  for (auto bytes = call.memory.bytes(buffer, length); !bytes.empty();) {
    const auto count = std::min(bytes.size(), piece);
    if (call.ends_now() || !fill_secure(bytes.first(count))) return Errno::io;
    bytes = bytes.subspan(count);
  }
  return Errno::success;
}

Errno proc_exit(Call& call, std::uint32_t code) {
  call.trap = runtime::Trap::exit(static_cast<int>(code));
  return Errno::success;
}

Errno proc_raise(Call& /*call*/, std::uint32_t /*signal*/) { return Errno::notsup; }

Errno sched_yield(Call& /*call*/) { return Errno::success; }

namespace {

/// No descriptor is a socket.
Errno no_socket(const Call& call, std::uint32_t fd) {
  return call.process.files.find(fd) != nullptr ? Errno::notsock : Errno::badf;
}

}  // namespace

Errno sock_accept(Call& call, std::uint32_t fd, std::uint32_t, std::uint32_t) {
  return no_socket(call, fd);
}

Errno sock_recv(Call& call, std::uint32_t fd, std::uint32_t, std::uint32_t, std::uint32_t,
                std::uint32_t, std::uint32_t) {
  return no_socket(call, fd);
}

Errno sock_send(Call& call, std::uint32_t fd, std::uint32_t, std::uint32_t, std::uint32_t,
                std::uint32_t) {
  return no_socket(call, fd);
}

Errno sock_shutdown(Call& call, std::uint32_t fd, std::uint32_t) { return no_socket(call, fd); }

}  // namespace airlock::wasi::preview1
