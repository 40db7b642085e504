// `fields` of wasi:http/types.

#include <algorithm>

#include "wasi/preview2/guest.hpp"
#include "wasi/preview2/http.hpp"

namespace airlock::wasi::preview2 {

namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// A character of a token (RFC 9110, Tokens).
constexpr bool is_token_character(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

/// What an entry takes beside its name and value.
constexpr std::size_t entry_bytes = sizeof(Fields::Entry);

}  // namespace

bool Fields::is_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, is_token_character);
}

bool Fields::is_value(std::span<const std::byte> value) {
  return std::ranges::none_of(value, [](std::byte byte) {
    return byte == std::byte{0} || byte == std::byte{'\r'} || byte == std::byte{'\n'};
  });
}

bool Fields::is_same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, lower, lower);
}

bool Fields::append(std::string_view name, std::span<const std::byte> value) {
  if (!charge.set(charge.bytes() + entry_bytes + name.size() + value.size())) return false;
  entries.push_back({std::string(name), {value.begin(), value.end()}});
  return true;
}

void Fields::remove(std::string_view name) {
  std::size_t freed = 0;
  std::erase_if(entries, [&](const Entry& entry) {
    if (!is_same_name(entry.name, name)) return false;
    freed += entry_bytes + entry.name.size() + entry.value.size();
    return true;
  });
  static_cast<void>(charge.set(charge.bytes() - freed));
}

namespace {

using Self = std::shared_ptr<Fields>;

/// `header-error`
enum class HeaderError : std::uint32_t { invalid_syntax, forbidden, immutable };

HostOutcome failed(HostCall& call, HeaderError error) {
  return call.returned(Value::error(Value::variant(static_cast<std::uint32_t>(error))));
}

HostOutcome too_large(HostCall& call) {
  return call.trapped("the guest holds too many or too large HTTP fields");
}

Value bytes_value(const std::vector<std::byte>& bytes) {
  return Value::bytes(std::span<const std::byte>(bytes));
}

HostOutcome construct(Guest& guest, HostCall& call) {
  return call.returned(guest.fields.own(std::make_shared<Fields>(guest.http_bytes)));
}

HostOutcome from_list(Guest& guest, HostCall& call) {
  auto fields = std::make_shared<Fields>(guest.http_bytes);
  for (const Value& entry : call.argument(0).elements()) {
    const std::string_view name = entry[0].as_string();
    const auto value = entry[1].as_bytes();
    if (!Fields::is_name(name) || !Fields::is_value(value)) {
      return failed(call, HeaderError::invalid_syntax);
    }
    if (!fields->append(name, value)) return too_large(call);
  }
  return call.returned(Value::ok(guest.fields.own(std::move(fields))));
}

HostOutcome get(Guest&, const Self& self, HostCall& call) {
  std::vector<Value> values;
  for (const Fields::Entry& entry : self->entries) {
    if (!Fields::is_same_name(entry.name, call.argument(1).as_string())) continue;
    values.push_back(bytes_value(entry.value));
  }
  return call.returned(Value::list(std::move(values)));
}

HostOutcome has(Guest&, const Self& self, HostCall& call) {
  return call.returned(Value::boolean(std::ranges::any_of(self->entries, [&](const auto& entry) {
    return Fields::is_same_name(entry.name, call.argument(1).as_string());
  })));
}

HostOutcome set(Guest&, const Self& self, HostCall& call) {
  if (self->is_immutable) return failed(call, HeaderError::immutable);
  const std::string_view name = call.argument(1).as_string();
  const auto values = call.argument(2).elements();
  const bool is_valid =
      Fields::is_name(name) && std::ranges::all_of(values, [](const Value& value) {
        return Fields::is_value(value.as_bytes());
      });
  if (!is_valid) return failed(call, HeaderError::invalid_syntax);
  self->remove(name);
  for (const Value& value : values) {
    if (!self->append(name, value.as_bytes())) return too_large(call);
  }
  return call.returned(Value::ok());
}

HostOutcome remove(Guest&, const Self& self, HostCall& call) {
  if (self->is_immutable) return failed(call, HeaderError::immutable);
  const std::string_view name = call.argument(1).as_string();
  if (!Fields::is_name(name)) return failed(call, HeaderError::invalid_syntax);
  self->remove(name);
  return call.returned(Value::ok());
}

HostOutcome append(Guest&, const Self& self, HostCall& call) {
  if (self->is_immutable) return failed(call, HeaderError::immutable);
  const std::string_view name = call.argument(1).as_string();
  const auto value = call.argument(2).as_bytes();
  if (!Fields::is_name(name) || !Fields::is_value(value)) {
    return failed(call, HeaderError::invalid_syntax);
  }
  return self->append(name, value) ? call.returned(Value::ok()) : too_large(call);
}

HostOutcome entries(Guest&, const Self& self, HostCall& call) {
  std::vector<Value> entries;
  for (const Fields::Entry& entry : self->entries) {
    entries.push_back(Value::tuple({Value::string(entry.name), bytes_value(entry.value)}));
  }
  return call.returned(Value::list(std::move(entries)));
}

HostOutcome clone(Guest& guest, const Self& self, HostCall& call) {
  auto copy = std::make_shared<Fields>(guest.http_bytes);
  if (!copy->charge.set(self->charge.bytes())) return too_large(call);
  copy->entries = self->entries;
  return call.returned(guest.fields.own(std::move(copy)));
}

}  // namespace

void define_fields(Guest& guest, HostInstance& types) {
  guest.fields.define(types, "fields", guest.shared_from_this(), guest.live_resources);
  guest.function(types, "[constructor]fields", construct);
  guest.function(types, "[static]fields.from-list", from_list);
  const auto method = [&](std::string_view name, Guest::Method<Fields> method) {
    guest.method(types, "fields", name, guest.fields, method);
  };
  method("get", get);
  method("has", has);
  method("set", set);
  method("delete", remove);
  method("append", append);
  method("entries", entries);
  method("clone", clone);
}

}  // namespace airlock::wasi::preview2
