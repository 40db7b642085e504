// wasi:random. Without the grant the functions of `random` trap, since they have no error, and the
// insecure interfaces give the same numbers every time.

#include "wasi/preview2/wit/random.hpp"
#include "canonical-abi/component.hpp"
#include "wasi/preview2/guest.hpp"

namespace airlock::wasi::preview2 {

namespace {

/// Room for so many bytes, paid for; or the trap that the call ends with.
std::expected<std::vector<std::byte>, HostOutcome> room(HostCall& call) {
  const std::uint64_t length = call.argument(0).as_u64();
  if (length > call.store().engine().limits().host_value_bytes)
    return std::unexpected(call.trapped("more random bytes asked for than one call can give"));
  if (!pay(call, length)) return std::unexpected(out_of_fuel(call));
  return std::vector<std::byte>(length);
}

HostOutcome get_random_bytes(Guest& /*guest*/, HostCall& call) {
  auto bytes = room(call);
  if (!bytes) return bytes.error();
  if (!fill_secure(*bytes)) return call.trapped("the kernel has no random numbers");
  return call.returned(Value::bytes(std::move(*bytes)));
}

HostOutcome get_random_u64(Guest& /*guest*/, HostCall& call) {
  std::array<std::byte, sizeof(std::uint64_t)> bytes{};
  if (!fill_secure(bytes)) return call.trapped("the kernel has no random numbers");
  return call.returned(Value::u64(std::bit_cast<std::uint64_t>(bytes)));
}

HostOutcome get_insecure_random_bytes(Guest& guest, HostCall& call) {
  auto bytes = room(call);
  if (!bytes) return bytes.error();
  guest.state().insecure.fill(*bytes);
  return call.returned(Value::bytes(std::move(*bytes)));
}

HostOutcome get_insecure_random_u64(Guest& guest, HostCall& call) {
  return call.returned(Value::u64(guest.state().insecure.next()));
}

HostOutcome insecure_seed(Guest& guest, HostCall& call) {
  const std::uint64_t first = guest.state().insecure.next();
  const std::uint64_t second = guest.state().insecure.next();
  return call.returned(Value::tuple({Value::u64(first), Value::u64(second)}));
}

}  // namespace

void define_random(Guest& guest, Linker& linker) {
  HostInstance& random = interface(linker, "wasi:random/random", wit::random_random);
  if (guest.state().configuration.random) {
    guest.function(random, "get-random-bytes", get_random_bytes);
    guest.function(random, "get-random-u64", get_random_u64);
  } else {
    random.otherwise(denied("the random number generator"));
  }
  HostInstance& insecure = interface(linker, "wasi:random/insecure", wit::random_insecure);
  guest.function(insecure, "get-insecure-random-bytes", get_insecure_random_bytes);
  guest.function(insecure, "get-insecure-random-u64", get_insecure_random_u64);
  HostInstance& seed = interface(linker, "wasi:random/insecure-seed", wit::random_insecure_seed);
  guest.function(seed, "insecure-seed", insecure_seed);
}

}  // namespace airlock::wasi::preview2
