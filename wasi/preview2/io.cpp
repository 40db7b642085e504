// wasi:io: errors, pollables and streams.

#include <algorithm>
#include <array>
#include <cstring>

#include "wasi/preview2/guest.hpp"
#include "wasi/preview2/wit/io.hpp"

namespace airlock::wasi::preview2 {

namespace {

/// The most that the forms of writing that block take at once (wasi:io/streams).
constexpr std::uint64_t blocking_write_limit = 4096;

/// `stream-error`
Value stream_error(Guest& guest, const StreamError& error) {
  if (error.closed) return Value::variant(1);
  return Value::variant(0, guest.errors.own(std::make_shared<IoFailure>(IoFailure{error.code})));
}

HostOutcome failed(Guest& guest, HostCall& call, const StreamError& error) {
  return call.returned(Value::error(stream_error(guest, error)));
}

/// `result<_, stream-error>`
HostOutcome done(Guest& guest, HostCall& call, const StreamResult<void>& result) {
  return result ? call.returned(Value::ok()) : failed(guest, call, result.error());
}

// Errors and pollables ---------------------------------------------------------------------------

HostOutcome to_debug_string(Guest&, const std::shared_ptr<IoFailure>& self, HostCall& call) {
  return call.returned(Value::string(std::string(error_name(self->code))));
}

HostOutcome ready(Guest&, const std::shared_ptr<Pollable>& self, HostCall& call) {
  return call.returned(Value::boolean(self->ready()));
}

HostOutcome block(Guest& guest, const std::shared_ptr<Pollable>& self, HostCall& call) {
  return guest.run_or_wait(call, {self}, [self](HostCall& again) {
    return self->ready() ? again.returned() : again.still_pending();
  });
}

/// `list<u32>`: the indices of what is ready.
Value indices_of_ready(const Pollables& pollables) {
  std::vector<std::byte> indices;
  for (std::uint32_t i = 0; i < pollables.size(); ++i) {
    if (!pollables[i]->ready()) continue;
    std::array<std::byte, sizeof i> index{};
    std::memcpy(index.data(), &i, sizeof i);
    indices.insert(indices.end(), index.begin(), index.end());
  }
  return Value::packed(canonical_abi::TypeKind::u32, std::move(indices));
}

HostOutcome poll(Guest& guest, HostCall& call) {
  Pollables pollables;
  for (const Value& handle : call.argument(0).elements()) {
    pollables.push_back(guest.pollables.find(handle));
    if (!pollables.back()) return Guest::wrong_handle(call);
  }
  if (pollables.empty()) return call.trapped("poll: the list of pollables is empty");
  return guest.run_or_wait(call, pollables, [pollables](HostCall& again) {
    Value ready = indices_of_ready(pollables);
    return ready.size() == 0 ? again.still_pending() : again.returned(std::move(ready));
  });
}

// Input streams ----------------------------------------------------------------------------------

using Input = std::shared_ptr<InputStream>;
using Output = std::shared_ptr<OutputStream>;

/// Reads and answers with the bytes or, when skipping, with their number.
HostOutcome read_now(Guest& guest, InputStream& stream, std::uint64_t length, bool skips,
                     bool waits, HostCall& call) {
  std::vector<std::byte> bytes(std::min<std::uint64_t>(length, stream_chunk));
  const StreamResult<std::size_t> count = stream.read(bytes);
  if (!count) return failed(guest, call, count.error());
  if (*count == 0 && waits && length > 0) return call.still_pending();
  if (skips) {
    if (!pay(call, *count)) return out_of_fuel(call);
    return call.returned(Value::ok(Value::u64(*count)));
  }
  bytes.resize(*count);
  return call.returned(Value::ok(Value::bytes(std::move(bytes))));
}

template <bool skips>
HostOutcome read(Guest& guest, const Input& self, HostCall& call) {
  return read_now(guest, *self, call.argument(1).as_u64(), skips, false, call);
}

template <bool skips>
HostOutcome blocking_read(Guest& guest, const Input& self, HostCall& call) {
  const std::uint64_t length = call.argument(1).as_u64();
  return guest.run_or_wait(call, {std::make_shared<InputReadiness>(self)},
                           [&guest, self, length](HostCall& again) {
                             return read_now(guest, *self, length, skips, true, again);
                           });
}

HostOutcome subscribe_input(Guest& guest, const Input& self, HostCall& call) {
  return call.returned(guest.pollables.own(std::make_shared<InputReadiness>(self)));
}

// Output streams ---------------------------------------------------------------------------------

HostOutcome check_write(Guest& guest, const Output& self, HostCall& call) {
  const StreamResult<std::uint64_t> permit = self->check_write();
  if (!permit) return failed(guest, call, permit.error());
  return call.returned(Value::ok(Value::u64(*permit)));
}

/// The bytes of a `list<u8>` argument, or so many zeros for a `u64`.
std::vector<std::byte> contents(HostCall& call, bool zeros) {
  if (zeros) return std::vector<std::byte>(call.argument(1).as_u64());
  const std::span<const std::byte> bytes = call.argument(1).as_bytes();
  return {bytes.begin(), bytes.end()};
}

std::uint64_t length_of(HostCall& call, bool zeros) {
  return zeros ? call.argument(1).as_u64() : call.argument(1).as_bytes().size();
}

template <bool zeros>
HostOutcome write(Guest& guest, const Output& self, HostCall& call) {
  if (length_of(call, zeros) > self->permit()) {
    return call.trapped("write: more bytes than check-write permitted");
  }
  if constexpr (zeros) {
    if (!pay(call, length_of(call, zeros))) return out_of_fuel(call);
    return done(guest, call, self->write(contents(call, zeros)));
  }
  return done(guest, call, self->write(call.argument(1).as_bytes()));
}

/// Waits until everything taken has been passed on.
HostOutcome flush_and_wait(Guest& guest, const Output& self, HostCall& call) {
  return guest.run_or_wait(call, {std::make_shared<OutputReadiness>(self)},
                           [&guest, self](HostCall& again) {
                             const StreamResult<void> flushed = self->flush();
                             if (flushed && self->is_pending()) return again.still_pending();
                             return done(guest, again, flushed);
                           });
}

/// Writes when the stream takes something again, then waits until it has been passed on.
template <bool zeros>
HostOutcome blocking_write_and_flush(Guest& guest, const Output& self, HostCall& call) {
  if (length_of(call, zeros) > blocking_write_limit) {
    return call.trapped("blocking-write-and-flush: more than 4096 bytes");
  }
  return guest.run_or_wait(
      call, {std::make_shared<OutputReadiness>(self)},
      [&guest, self, bytes = contents(call, zeros), is_written = false](HostCall& again) mutable {
        if (!is_written) {
          const StreamResult<std::uint64_t> permit = self->check_write();
          if (!permit) return failed(guest, again, permit.error());
          if (*permit == 0) return again.still_pending();
          const StreamResult<void> written = self->write(bytes);
          if (!written) return failed(guest, again, written.error());
          is_written = true;
        }
        const StreamResult<void> flushed = self->flush();
        if (flushed && self->is_pending()) return again.still_pending();
        return done(guest, again, flushed);
      });
}

HostOutcome flush(Guest& guest, const Output& self, HostCall& call) {
  return done(guest, call, self->flush());
}

HostOutcome subscribe_output(Guest& guest, const Output& self, HostCall& call) {
  return call.returned(guest.pollables.own(std::make_shared<OutputReadiness>(self)));
}

/// Moves what both ends are ready for: check-write, read, write.
HostOutcome splice_now(Guest& guest, OutputStream& to, InputStream& from, std::uint64_t length,
                       bool waits, HostCall& call) {
  const StreamResult<std::uint64_t> permit = to.check_write();
  if (!permit) return failed(guest, call, permit.error());
  std::vector<std::byte> bytes(std::min({*permit, length, std::uint64_t{stream_chunk}}));
  if (bytes.empty() && length > 0) {
    return waits ? call.still_pending() : call.returned(Value::ok(Value::u64(0)));
  }
  const StreamResult<std::size_t> count = from.read(bytes);
  if (!count) return failed(guest, call, count.error());
  if (*count == 0 && length > 0 && waits) return call.still_pending();
  const StreamResult<void> written = to.write(std::span(bytes).first(*count));
  if (!written) return failed(guest, call, written.error());
  if (!pay(call, *count)) return out_of_fuel(call);
  return call.returned(Value::ok(Value::u64(*count)));
}

HostOutcome splice(Guest& guest, const Output& self, HostCall& call) {
  const Input source = guest.input_streams.find(call.argument(1));
  if (!source) return Guest::wrong_handle(call);
  return splice_now(guest, *self, *source, call.argument(2).as_u64(), false, call);
}

/// Ready when both streams are; until then it waits for the one that is not.
class BothReady final : public Pollable {
 public:
  BothReady(Input input, Output output) : input_(std::move(input)), output_(std::move(output)) {}
  bool ready() override { return output_->ready() && input_->ready(); }
  Interest interest() override {
    return output_->ready() ? input_->interest() : output_->interest();
  }

 private:
  Input input_;
  Output output_;
};

HostOutcome blocking_splice(Guest& guest, const Output& self, HostCall& call) {
  const Input source = guest.input_streams.find(call.argument(1));
  if (!source) return Guest::wrong_handle(call);
  const std::uint64_t length = call.argument(2).as_u64();
  return guest.run_or_wait(call, {std::make_shared<BothReady>(source, self)},
                           [&guest, self, source, length](HostCall& again) {
                             return splice_now(guest, *self, *source, length, true, again);
                           });
}

}  // namespace

void define_io(Guest& guest, Linker& linker) {
  const std::shared_ptr<Guest> alive = guest.shared_from_this();
  HostInstance& error = interface(linker, "wasi:io/error", wit::io_error);
  guest.errors.define(error, "error", alive, guest.live_resources);
  guest.method(error, "error", "to-debug-string", guest.errors, to_debug_string);

  HostInstance& polling = interface(linker, "wasi:io/poll", wit::io_poll);
  guest.pollables.define(polling, "pollable", alive, guest.live_resources);
  guest.method(polling, "pollable", "ready", guest.pollables, ready);
  guest.method(polling, "pollable", "block", guest.pollables, block);
  guest.function(polling, "poll", poll);

  HostInstance& streams = interface(linker, "wasi:io/streams", wit::io_streams);
  guest.input_streams.define(streams, "input-stream", alive, guest.live_resources);
  guest.output_streams.define(streams, "output-stream", alive, guest.live_resources);
  const auto input = [&](std::string_view name, Guest::Method<InputStream> method) {
    guest.method(streams, "input-stream", name, guest.input_streams, method);
  };
  input("read", read<false>);
  input("blocking-read", blocking_read<false>);
  input("skip", read<true>);
  input("blocking-skip", blocking_read<true>);
  input("subscribe", subscribe_input);
  const auto output = [&](std::string_view name, Guest::Method<OutputStream> method) {
    guest.method(streams, "output-stream", name, guest.output_streams, method);
  };
  output("check-write", check_write);
  output("write", write<false>);
  output("blocking-write-and-flush", blocking_write_and_flush<false>);
  output("flush", flush);
  output("blocking-flush", flush_and_wait);
  output("subscribe", subscribe_output);
  output("write-zeroes", write<true>);
  output("blocking-write-zeroes-and-flush", blocking_write_and_flush<true>);
  output("splice", splice);
  output("blocking-splice", blocking_splice);
}

}  // namespace airlock::wasi::preview2
