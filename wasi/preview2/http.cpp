// wasi:http. There is no network yet: a guest can put a request together, with headers and a body,
// and gets the error that it is denied when it sends it. Nothing is received, so functions on
// incoming requests and responses cannot be reached.

#include "wasi/preview2/http.hpp"

#include <algorithm>

#include "wasi/preview2/wit/http.hpp"

namespace airlock::wasi::preview2 {

namespace {

// Parts of a request -----------------------------------------------------------------------------

/// `result`
Value success(bool is_ok) { return is_ok ? Value::ok() : Value::error(); }

/// Without spaces, control characters and what is not ASCII.
bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// `option<string>`: a path with its query, or an authority.
bool is_part_of_uri(const Value& value) {
  return !value.is_some() || is_printable(value.payload()->as_string());
}

/// The text of `other`, the last case of `method` and `scheme`; empty for the others.
std::string_view other_text(const Value& value) {
  return value.payload() ? value.payload()->as_string() : std::string_view();
}

bool is_method(const Value& value) {
  return !value.payload() || Fields::is_name(other_text(value));
}

/// `option<scheme>` (RFC 3986, Scheme)
bool is_scheme(const Value& value) {
  if (!value.is_some() || !value.payload()->payload()) return true;
  const std::string_view text = other_text(*value.payload());
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

/// The bytes of the one string that a value may hold.
std::size_t text_bytes(const Value& value) {
  if (value.is(canonical_abi::TypeKind::string)) return value.as_string().size();
  return value.payload() ? text_bytes(*value.payload()) : 0;
}

// Requests ---------------------------------------------------------------------------------------

using Request = std::shared_ptr<OutgoingRequest>;

/// The headers of a request or response belong to it and do not change any more.
std::shared_ptr<Fields> take_headers(Guest& guest, HostCall& call) {
  std::shared_ptr<Fields> headers = guest.fields.take(call.argument(0));
  if (headers) headers->is_immutable = true;
  return headers;
}

HostOutcome construct_request(Guest& guest, HostCall& call) {
  auto request = std::make_shared<OutgoingRequest>(guest.http_bytes);
  request->headers = take_headers(guest, call);
  if (!request->headers) return Guest::wrong_handle(call);
  return call.returned(guest.outgoing_requests.own(std::move(request)));
}

template <Value OutgoingRequest::* part>
HostOutcome get_part(Guest&, const Request& self, HostCall& call) {
  return call.returned((*self).*part);
}

template <Value OutgoingRequest::* part, bool (*is_valid)(const Value&)>
HostOutcome set_part(Guest&, const Request& self, HostCall& call) {
  Value value = call.argument(1);
  if (!is_valid(value)) return call.returned(success(false));
  Value& target = (*self).*part;
  if (!self->charge.set(self->charge.bytes() - text_bytes(target) + text_bytes(value))) {
    return call.trapped("the guest holds too many or too large HTTP requests");
  }
  target = std::move(value);
  return call.returned(success(true));
}

/// `headers` of a request or response.
template <typename Message>
HostOutcome headers(Guest& guest, const std::shared_ptr<Message>& self, HostCall& call) {
  return call.returned(guest.fields.own(self->headers));
}

/// `body` of a request or response, which is given once.
template <typename Message>
HostOutcome body(Guest& guest, const std::shared_ptr<Message>& self, HostCall& call) {
  if (std::exchange(self->has_given_body, true)) return call.returned(Value::error());
  return call.returned(Value::ok(guest.outgoing_bodies.own(std::make_shared<OutgoingBody>())));
}

/// The stream of a body discards what is written.
HostOutcome write(Guest& guest, const std::shared_ptr<OutgoingBody>& self, HostCall& call) {
  if (std::exchange(self->has_given_stream, true)) return call.returned(Value::error());
  return call.returned(Value::ok(guest.output_streams.own(discard())));
}

HostOutcome finish(Guest& guest, HostCall& call) {
  const Value& trailers = call.argument(1);
  if (!guest.outgoing_bodies.take(call.argument(0)) ||
      (trailers.is_some() && !guest.fields.take(*trailers.payload()))) {
    return Guest::wrong_handle(call);
  }
  return call.returned(Value::ok());
}

HostOutcome handle(Guest& guest, HostCall& call) {
  const Value& options = call.argument(1);
  if (!guest.outgoing_requests.take(call.argument(0)) ||
      (options.is_some() && !guest.request_options.take(*options.payload()))) {
    return Guest::wrong_handle(call);
  }
  return denied("HTTP", "HTTP-request-denied")(call);
}

/// No failure of a stream is one of HTTP.
HostOutcome http_error_code(Guest& /*guest*/, HostCall& call) {
  return call.returned(Value::none());
}

// Options ----------------------------------------------------------------------------------------

using Options = std::shared_ptr<RequestOptions>;

HostOutcome construct_options(Guest& guest, HostCall& call) {
  return call.returned(guest.request_options.own(std::make_shared<RequestOptions>()));
}

template <Value RequestOptions::* limit>
HostOutcome get_limit(Guest&, const Options& self, HostCall& call) {
  return call.returned((*self).*limit);
}

template <Value RequestOptions::* limit>
HostOutcome set_limit(Guest&, const Options& self, HostCall& call) {
  (*self).*limit = call.argument(1);
  return call.returned(Value::ok());
}

// Responses --------------------------------------------------------------------------------------

using Response = std::shared_ptr<OutgoingResponse>;

HostOutcome construct_response(Guest& guest, HostCall& call) {
  auto response = std::make_shared<OutgoingResponse>();
  response->headers = take_headers(guest, call);
  if (!response->headers) return Guest::wrong_handle(call);
  return call.returned(guest.outgoing_responses.own(std::move(response)));
}

HostOutcome status_code(Guest&, const Response& self, HostCall& call) {
  return call.returned(Value::u16(self->status));
}

HostOutcome set_status_code(Guest&, const Response& self, HostCall& call) {
  const std::uint16_t status = call.argument(1).as_u16();
  const bool is_valid = status >= 100 && status <= 999;  // RFC 9110, Status Codes: three digits
  if (is_valid) self->status = status;
  return call.returned(success(is_valid));
}

void define_requests(Guest& guest, HostInstance& types) {
  guest.outgoing_requests.define(types, "outgoing-request", guest.shared_from_this(),
                                 guest.live_resources);
  guest.function(types, "[constructor]outgoing-request", construct_request);
  const auto method = [&](std::string_view name, Guest::Method<OutgoingRequest> method) {
    guest.method(types, "outgoing-request", name, guest.outgoing_requests, method);
  };
  using Part = OutgoingRequest;
  method("body", body<OutgoingRequest>);
  method("headers", headers<OutgoingRequest>);
  method("method", get_part<&Part::method>);
  method("set-method", set_part<&Part::method, is_method>);
  method("path-with-query", get_part<&Part::path_with_query>);
  method("set-path-with-query", set_part<&Part::path_with_query, is_part_of_uri>);
  method("scheme", get_part<&Part::scheme>);
  method("set-scheme", set_part<&Part::scheme, is_scheme>);
  method("authority", get_part<&Part::authority>);
  method("set-authority", set_part<&Part::authority, is_part_of_uri>);
}

void define_options(Guest& guest, HostInstance& types) {
  guest.request_options.define(types, "request-options", guest.shared_from_this(),
                               guest.live_resources);
  guest.function(types, "[constructor]request-options", construct_options);
  const auto method = [&](std::string_view name, Guest::Method<RequestOptions> method) {
    guest.method(types, "request-options", name, guest.request_options, method);
  };
  using Limit = RequestOptions;
  method("connect-timeout", get_limit<&Limit::connect>);
  method("set-connect-timeout", set_limit<&Limit::connect>);
  method("first-byte-timeout", get_limit<&Limit::first_byte>);
  method("set-first-byte-timeout", set_limit<&Limit::first_byte>);
  method("between-bytes-timeout", get_limit<&Limit::between_bytes>);
  method("set-between-bytes-timeout", set_limit<&Limit::between_bytes>);
}

void define_responses(Guest& guest, HostInstance& types) {
  guest.outgoing_responses.define(types, "outgoing-response", guest.shared_from_this(),
                                  guest.live_resources);
  guest.function(types, "[constructor]outgoing-response", construct_response);
  const auto method = [&](std::string_view name, Guest::Method<OutgoingResponse> method) {
    guest.method(types, "outgoing-response", name, guest.outgoing_responses, method);
  };
  method("status-code", status_code);
  method("set-status-code", set_status_code);
  method("headers", headers<OutgoingResponse>);
  method("body", body<OutgoingResponse>);
}

}  // namespace

void define_http(Guest& guest, Linker& linker) {
  const auto offer = [&](std::string_view name, std::string_view wit) -> HostInstance& {
    return interface(linker, name, wit).otherwise(denied("HTTP", "HTTP-request-denied"));
  };
  HostInstance& types = offer("wasi:http/types", wit::http_types);
  define_fields(guest, types);
  define_requests(guest, types);
  define_options(guest, types);
  define_responses(guest, types);
  guest.outgoing_bodies.define(types, "outgoing-body", guest.shared_from_this(),
                               guest.live_resources);
  guest.method(types, "outgoing-body", "write", guest.outgoing_bodies, write);
  guest.function(types, "[static]outgoing-body.finish", finish);
  guest.function(types, "http-error-code", http_error_code);
  for (const char* type : {"incoming-request", "incoming-response", "incoming-body",
                           "response-outparam", "future-trailers", "future-incoming-response"}) {
    unobtainable(types, type);
  }

  offer("wasi:http/incoming-handler", wit::http_incoming_handler);
  guest.function(offer("wasi:http/outgoing-handler", wit::http_outgoing_handler), "handle", handle);
}

}  // namespace airlock::wasi::preview2
