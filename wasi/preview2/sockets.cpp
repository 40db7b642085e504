// wasi:sockets. There is no network yet: a guest gets no socket and no answer to a name, but the
// error that access is denied. So functions on sockets cannot be reached.

#include "wasi/preview2/wit/sockets.hpp"

#include "wasi/preview2/guest.hpp"

namespace airlock::wasi::preview2 {

namespace {

/// A handle to the network grants nothing by itself.
HostOutcome instance_network(Guest& guest, HostCall& call) {
  return call.returned(guest.networks.own(std::make_shared<Network>()));
}

/// No failure of a stream is one of the network.
HostOutcome network_error_code(Guest& /*guest*/, HostCall& call) {
  return call.returned(Value::none());
}

}  // namespace

void define_sockets(Guest& guest, Linker& linker) {
  const auto offer = [&](std::string_view name, std::string_view wit) -> HostInstance& {
    return interface(linker, name, wit).otherwise(denied("the network", "access-denied"));
  };
  HostInstance& network = offer("wasi:sockets/network", wit::sockets_network);
  guest.networks.define(network, "network", guest.shared_from_this(), guest.live_resources);
  guest.function(network, "network-error-code", network_error_code);
  HostInstance& instance = offer("wasi:sockets/instance-network", wit::sockets_instance_network);
  guest.function(instance, "instance-network", instance_network);

  unobtainable(offer("wasi:sockets/ip-name-lookup", wit::sockets_ip_name_lookup),
               "resolve-address-stream");
  unobtainable(offer("wasi:sockets/tcp", wit::sockets_tcp), "tcp-socket");
  offer("wasi:sockets/tcp-create-socket", wit::sockets_tcp_create_socket);
  HostInstance& udp = offer("wasi:sockets/udp", wit::sockets_udp);
  for (const char* type : {"udp-socket", "incoming-datagram-stream", "outgoing-datagram-stream"}) {
    unobtainable(udp, type);
  }
  offer("wasi:sockets/udp-create-socket", wit::sockets_udp_create_socket);
}

}  // namespace airlock::wasi::preview2
