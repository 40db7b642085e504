// What a guest makes to send a request, or to answer one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/value.hpp"
#include "wasi/preview2/guest.hpp"

namespace airlock::wasi::preview2 {

/// Memory of the host that a guest has asked for, counted in one sum for all its objects.
class Charge {
 public:
  explicit Charge(std::size_t& sum) : sum_(sum) {}
  ~Charge() { sum_ -= bytes_; }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

  /// The most that fields and requests of one guest take at a time.
  static constexpr std::size_t limit = std::size_t{16} << 20;

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Changes what this object takes, unless the sum would be over the limit.
  [[nodiscard]] bool set(std::size_t bytes) {
    if (sum_ - bytes_ > limit || bytes > limit - (sum_ - bytes_)) return false;
    sum_ = sum_ - bytes_ + bytes;
    bytes_ = bytes;
    return true;
  }

 private:
  std::size_t& sum_;
  std::size_t bytes_ = 0;
};

/// `fields`: names, which are compared without regard to case, and their values.
struct Fields {
  explicit Fields(std::size_t& sum) : charge(sum) {}

  struct Entry {
    std::string name;
    std::vector<std::byte> value;
  };
  std::vector<Entry> entries;
  bool is_immutable = false;
  Charge charge;

  /// Appends, unless there is no room.
  [[nodiscard]] bool append(std::string_view name, std::span<const std::byte> value);
  void remove(std::string_view name);

  [[nodiscard]] static bool is_name(std::string_view name);
  [[nodiscard]] static bool is_value(std::span<const std::byte> value);
  [[nodiscard]] static bool is_same_name(std::string_view left, std::string_view right);
};

struct OutgoingRequest {
  explicit OutgoingRequest(std::size_t& sum) : charge(sum) {}

  std::shared_ptr<Fields> headers;
  Value method = Value::variant(0);  ///< get
  Value path_with_query = Value::none();
  Value scheme = Value::none();
  Value authority = Value::none();
  bool has_given_body = false;
  Charge charge;
};

struct OutgoingResponse {
  std::shared_ptr<Fields> headers;
  std::uint16_t status = 200;
  bool has_given_body = false;
};

struct OutgoingBody {
  bool has_given_stream = false;
};

/// Time limits: `option<duration>` each.
struct RequestOptions {
  Value connect = Value::none();
  Value first_byte = Value::none();
  Value between_bytes = Value::none();
};

/// Defines `fields` and its functions: http_fields.cpp.
void define_fields(Guest& guest, HostInstance& types);

}  // namespace airlock::wasi::preview2
