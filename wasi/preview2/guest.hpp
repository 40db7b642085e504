// What the functions of WASI 0.2 share for one guest: its host resources, and how they wait.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "canonical-abi/host.hpp"
#include "canonical-abi/linker.hpp"
#include "wasi/host/context.hpp"

namespace airlock::wasi::preview2 {

using canonical_abi::HostCall;
using canonical_abi::HostInstance;
using canonical_abi::Linker;
using canonical_abi::ResourceType;
using canonical_abi::Value;

/// Host objects of one resource type. Each handle owns a share of its object, so a parent may be
/// dropped before its children (a file before its streams, a stream before its pollables).
template <typename T>
class Resources {
 public:
  /// Defines the resource type in the interface it belongs to.
  void define(HostInstance& instance, std::string name, std::shared_ptr<void> keep_alive,
              std::size_t& live) {
    live_ = &live;
    type_ = instance.resource(std::move(name), [this, keep_alive = std::move(keep_alive)](
                                                   canonical_abi::Store&, std::uint32_t rep) {
      if (objects_.remove(rep)) --*live_;
    });
  }

  [[nodiscard]] Value own(std::shared_ptr<T> object) {
    ++*live_;
    return Value::own(type_, objects_.add(std::move(object)));
  }

  /// The object of a handle; null if the handle is not of this type.
  [[nodiscard]] std::shared_ptr<T> find(const Value& handle) {
    if (!handle.is_handle() || handle.resource() != type_) return nullptr;
    const std::shared_ptr<T>* found = objects_.find(handle.rep());
    return found != nullptr ? *found : nullptr;
  }

  /// Removes and returns the object of an own handle that the guest passed; null as with `find`.
  [[nodiscard]] std::shared_ptr<T> take(const Value& own) {
    std::shared_ptr<T> object = find(own);
    if (object && objects_.remove(own.rep())) --*live_;
    return object;
  }

 private:
  canonical_abi::HostTable<std::shared_ptr<T>> objects_;
  const ResourceType* type_ = nullptr;
  std::size_t* live_ = nullptr;
};

/// `wasi:io/error`
struct IoFailure {
  ErrorCode code = ErrorCode::io;
};

/// `wasi:cli/terminal-input` and `terminal-output`: they have no methods and no state.
struct Terminal {};

/// `wasi:sockets/network`
struct Network {};

// Of wasi:http; see http.hpp.
struct Fields;
struct OutgoingRequest;
struct OutgoingResponse;
struct OutgoingBody;
struct RequestOptions;

struct Guest : std::enable_shared_from_this<Guest> {
  explicit Guest(std::shared_ptr<Context> its_context) : context(std::move(its_context)) {}

  [[nodiscard]] Context::State& state() { return context->state(); }

  std::shared_ptr<Context> context;
  std::size_t live_resources = 0;
  std::size_t http_bytes = 0;  ///< of all fields and requests
  Resources<Pollable> pollables;
  Resources<InputStream> input_streams;
  Resources<OutputStream> output_streams;
  Resources<IoFailure> errors;
  Resources<Descriptor> descriptors;
  Resources<DirectoryStream> directory_streams;
  Resources<Terminal> terminal_inputs;
  Resources<Terminal> terminal_outputs;
  Resources<Network> networks;
  Resources<Fields> fields;
  Resources<OutgoingRequest> outgoing_requests;
  Resources<OutgoingResponse> outgoing_responses;
  Resources<OutgoingBody> outgoing_bodies;
  Resources<RequestOptions> request_options;

  /// Defines a function that is given this guest.
  using Function = HostOutcome (*)(Guest& guest, HostCall& call);
  void function(HostInstance& instance, std::string name, Function function);

  /// Defines a method of a resource, which is its first argument.
  template <typename T>
  using Method = HostOutcome (*)(Guest& guest, const std::shared_ptr<T>& self, HostCall& call);
  template <typename T>
  void method(HostInstance& instance, std::string_view resource, std::string_view name,
              Resources<T>& resources, Method<T> method) {
    std::string full = "[method]" + std::string(resource) + "." + std::string(name);
    instance.function(std::move(full),
                      [guest = shared_from_this(), &resources, method](HostCall& call) {
                        if (!guest->has_room()) return too_many_resources(call);
                        const std::shared_ptr<T> self = resources.find(call.argument(0));
                        return self ? method(*guest, self, call) : wrong_handle(call);
                      });
  }

  /// Tries a call. While the attempt answers `pending`, it is repeated whenever one of the
  /// pollables is ready. The attempt must have copied the arguments that it needs.
  using Attempt = std::function<HostOutcome(HostCall&)>;
  [[nodiscard]] HostOutcome run_or_wait(HostCall& call, Pollables pollables, Attempt attempt);

  [[nodiscard]] bool has_room() const {
    return live_resources < context->state().configuration.host_resources;
  }
  [[nodiscard]] static HostOutcome too_many_resources(HostCall& call);
  [[nodiscard]] static HostOutcome wrong_handle(HostCall& call);
};

// The interfaces, by package.
void define_io(Guest& guest, Linker& linker);
void define_cli(Guest& guest, Linker& linker);
void define_clocks(Guest& guest, Linker& linker);
void define_random(Guest& guest, Linker& linker);
void define_filesystem(Guest& guest, Linker& linker);
void define_sockets(Guest& guest, Linker& linker);
void define_http(Guest& guest, Linker& linker);

/// The version under which the interfaces are defined; it serves every compatible one.
inline constexpr std::string_view version = "@0.2.12";

/// An interface whose functions have the types that it declares in WIT.
/// @param name `wasi:cli/exit`
[[nodiscard]] inline HostInstance& interface(Linker& linker, std::string_view name,
                                             std::string_view wit) {
  return linker.instance(std::string(name) + std::string(version)).declare(std::string(wit));
}

/// A function that needs a grant which the guest does not have. It answers with the error of this
/// name, or traps if its result has no error case.
/// @param what is not granted: "the network"
[[nodiscard]] canonical_abi::HostFunction denied(std::string_view what,
                                                 std::string_view error = {});

/// Defines a resource type of which a guest can get no resource.
inline void unobtainable(HostInstance& instance, std::string name) {
  instance.resource(std::move(name), [](canonical_abi::Store&, std::uint32_t) {});
}

/// `datetime`
[[nodiscard]] inline Value datetime(std::uint64_t seconds, std::uint32_t nanoseconds) {
  return Value::record({Value::u64(seconds), Value::u32(nanoseconds)});
}

/// Takes fuel for bytes that a call makes or moves without passing them to the guest. If it returns
/// false, there is not enough, and the caller answers with `out_of_fuel`.
[[nodiscard]] bool pay(HostCall& call, std::uint64_t bytes);
[[nodiscard]] HostOutcome out_of_fuel(HostCall& call);

}  // namespace airlock::wasi::preview2
