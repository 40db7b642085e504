// wasi:filesystem: types and preopens.

#include <algorithm>

#include "decoder/byte_reader.hpp"
#include "wasi/preview2/guest.hpp"
#include "wasi/preview2/wit/filesystem.hpp"

namespace airlock::wasi::preview2 {

namespace {

using Object = std::shared_ptr<Descriptor>;

/// The most that one `descriptor.read` gives.
constexpr std::uint64_t read_limit = std::uint64_t{1} << 20;

// Values -----------------------------------------------------------------------------------------

Value error_value(ErrorCode code) {
  return Value::enumeration(static_cast<std::uint32_t>(in_preview2(code)));
}

HostOutcome failed(HostCall& call, ErrorCode code) {
  return call.returned(Value::error(error_value(code)));
}

/// `result<_, error-code>`
HostOutcome done(HostCall& call, const IoResult<void>& result) {
  return result ? call.returned(Value::ok()) : failed(call, result.error());
}

/// `descriptor-flags`, first label first.
constexpr bool DescriptorFlags::* flag_order[] = {
    &DescriptorFlags::read,
    &DescriptorFlags::write,
    &DescriptorFlags::file_integrity_sync,
    &DescriptorFlags::data_integrity_sync,
    &DescriptorFlags::requested_write_sync,
    &DescriptorFlags::mutate_directory,
};

DescriptorFlags descriptor_flags(const Value& value) {
  DescriptorFlags flags;
  for (std::size_t i = 0; i < std::size(flag_order); ++i) {
    flags.*flag_order[i] = (value.bits() >> i & 1) != 0;
  }
  return flags;
}

Value flags_value(const DescriptorFlags& flags) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < std::size(flag_order); ++i) {
    if (flags.*flag_order[i]) bits |= 1U << i;
  }
  return Value::flags(bits);
}

/// `path-flags`: symlink-follow
bool follows(const Value& path_flags) { return (path_flags.bits() & 1) != 0; }

/// `open-flags`
OpenFlags open_flags(const Value& path_flags, const Value& value) {
  const std::uint64_t bits = value.bits();
  return {.follow = follows(path_flags),
          .create = (bits & 1) != 0,
          .directory = (bits & 2) != 0,
          .exclusive = (bits & 4) != 0,
          .truncate = (bits & 8) != 0};
}

/// `new-timestamp`
NewTimestamp new_timestamp(const Value& value) {
  if (value.case_index() == 1) return {NewTimestamp::Kind::now, 0, 0};
  if (value.case_index() != 2 || value.payload() == nullptr) return {};
  const Value& time = *value.payload();
  return {NewTimestamp::Kind::given, time[0].as_u64(), time[1].as_u32()};
}

/// `option<datetime>`; none for a time before the epoch, which `datetime` cannot express.
Value optional_datetime(const Timestamp& time) {
  if (time.seconds < 0) return Value::none();
  return Value::some(datetime(static_cast<std::uint64_t>(time.seconds), time.nanoseconds));
}

Value type_value(FileType type) { return Value::enumeration(static_cast<std::uint32_t>(type)); }

/// `result<descriptor-stat, error-code>`
HostOutcome status_result(HostCall& call, const IoResult<FileStatus>& status) {
  if (!status) return failed(call, status.error());
  return call.returned(Value::ok(
      Value::record({type_value(status->type), Value::u64(status->link_count),
                     Value::u64(status->size), optional_datetime(status->accessed),
                     optional_datetime(status->modified), optional_datetime(status->changed)})));
}

HostOutcome hash_result(HostCall& call, const IoResult<MetadataHash>& hash) {
  if (!hash) return failed(call, hash.error());
  return call.returned(
      Value::ok(Value::record({Value::u64(hash->lower), Value::u64(hash->upper)})));
}

// Files ------------------------------------------------------------------------------------------

HostOutcome read_via_stream(Guest& guest, const Object& self, HostCall& call) {
  if (self->is_directory()) return failed(call, ErrorCode::is_directory);
  if (!self->flags().read) return failed(call, ErrorCode::bad_descriptor);
  return call.returned(
      Value::ok(guest.input_streams.own(read_file(self, call.argument(1).as_u64()))));
}

HostOutcome write_via_stream(Guest& guest, const Object& self, HostCall& call) {
  if (!self->flags().write) return failed(call, ErrorCode::bad_descriptor);
  return call.returned(
      Value::ok(guest.output_streams.own(write_file(self, call.argument(1).as_u64()))));
}

HostOutcome append_via_stream(Guest& guest, const Object& self, HostCall& call) {
  if (!self->flags().write) return failed(call, ErrorCode::bad_descriptor);
  return call.returned(Value::ok(guest.output_streams.own(append_file(self))));
}

HostOutcome advise(Guest&, const Object& self, HostCall& call) {
  const auto advice = static_cast<Advice>(
      std::min(call.argument(3).case_index(), static_cast<std::uint32_t>(Advice::no_reuse)));
  return done(call, self->advise(call.argument(1).as_u64(), call.argument(2).as_u64(), advice));
}

HostOutcome sync_data(Guest&, const Object& self, HostCall& call) {
  return done(call, self->sync_data());
}

HostOutcome sync(Guest&, const Object& self, HostCall& call) { return done(call, self->sync()); }

HostOutcome get_flags(Guest&, const Object& self, HostCall& call) {
  return call.returned(Value::ok(flags_value(self->flags())));
}

HostOutcome get_type(Guest&, const Object& self, HostCall& call) {
  return call.returned(Value::ok(type_value(self->type())));
}

HostOutcome set_size(Guest&, const Object& self, HostCall& call) {
  return done(call, self->set_size(call.argument(1).as_u64()));
}

HostOutcome set_times(Guest&, const Object& self, HostCall& call) {
  return done(call,
              self->set_times(new_timestamp(call.argument(1)), new_timestamp(call.argument(2))));
}

HostOutcome read(Guest&, const Object& self, HostCall& call) {
  const std::uint64_t length = std::min(call.argument(1).as_u64(), read_limit);
  std::vector<std::byte> bytes(length);
  const IoResult<std::size_t> count = self->read(bytes, call.argument(2).as_u64());
  if (!count) return failed(call, count.error());
  bytes.resize(*count);
  const bool is_end = *count < length;
  return call.returned(
      Value::ok(Value::tuple({Value::bytes(std::move(bytes)), Value::boolean(is_end)})));
}

HostOutcome write(Guest&, const Object& self, HostCall& call) {
  const IoResult<std::size_t> count =
      self->write(call.argument(1).as_bytes(), call.argument(2).as_u64());
  if (!count) return failed(call, count.error());
  return call.returned(Value::ok(Value::u64(*count)));
}

HostOutcome status(Guest&, const Object& self, HostCall& call) {
  return status_result(call, self->status());
}

HostOutcome is_same_object(Guest& guest, const Object& self, HostCall& call) {
  const Object other = guest.descriptors.find(call.argument(1));
  if (!other) return Guest::wrong_handle(call);
  return call.returned(Value::boolean(self->is_same_object(*other)));
}

HostOutcome metadata_hash(Guest&, const Object& self, HostCall& call) {
  return hash_result(call, self->metadata_hash());
}

// Directories ------------------------------------------------------------------------------------

HostOutcome read_directory(Guest& guest, const Object& self, HostCall& call) {
  IoResult<std::unique_ptr<DirectoryStream>> stream = self->read_directory();
  if (!stream) return failed(call, stream.error());
  return call.returned(Value::ok(guest.directory_streams.own(std::move(*stream))));
}

HostOutcome read_directory_entry(Guest&, const std::shared_ptr<DirectoryStream>& self,
                                 HostCall& call) {
  IoResult<std::optional<DirectoryStream::Entry>> entry = self->next_child();
  if (!entry) return failed(call, entry.error());
  if (!*entry) return call.returned(Value::ok(Value::none()));
  if (!decoder::is_utf8(std::string_view((*entry)->name))) {
    return failed(call, ErrorCode::illegal_byte_sequence);
  }
  return call.returned(Value::ok(Value::some(
      Value::record({type_value((*entry)->type), Value::string(std::move((*entry)->name))}))));
}

HostOutcome create_directory_at(Guest&, const Object& self, HostCall& call) {
  return done(call, self->create_directory_at(call.argument(1).as_string()));
}

HostOutcome remove_directory_at(Guest&, const Object& self, HostCall& call) {
  return done(call, self->remove_directory_at(call.argument(1).as_string()));
}

HostOutcome unlink_file_at(Guest&, const Object& self, HostCall& call) {
  return done(call, self->unlink_file_at(call.argument(1).as_string()));
}

HostOutcome status_at(Guest&, const Object& self, HostCall& call) {
  return status_result(call,
                       self->status_at(call.argument(2).as_string(), follows(call.argument(1))));
}

HostOutcome set_times_at(Guest&, const Object& self, HostCall& call) {
  return done(call,
              self->set_times_at(call.argument(2).as_string(), follows(call.argument(1)),
                                 new_timestamp(call.argument(3)), new_timestamp(call.argument(4))));
}

HostOutcome link_at(Guest& guest, const Object& self, HostCall& call) {
  const Object new_directory = guest.descriptors.find(call.argument(3));
  if (!new_directory) return Guest::wrong_handle(call);
  return done(call, self->link_at(follows(call.argument(1)), call.argument(2).as_string(),
                                  *new_directory, call.argument(4).as_string()));
}

HostOutcome open_at(Guest& guest, const Object& self, HostCall& call) {
  const auto attempt = [&guest, self, path = std::string(call.argument(2).as_string()),
                        open = open_flags(call.argument(1), call.argument(3)),
                        access = descriptor_flags(call.argument(4))](HostCall& again) {
    IoResult<Object> opened = self->open_at(path, open, access);
    if (opened) return again.returned(Value::ok(guest.descriptors.own(std::move(*opened))));
    if (self->lacks_reader(path, open, opened.error())) return again.still_pending();
    return failed(again, opened.error());
  };
  return guest.run_or_wait(call, {std::make_shared<Retry>()}, attempt);
}

HostOutcome readlink_at(Guest&, const Object& self, HostCall& call) {
  IoResult<std::string> target = self->readlink_at(call.argument(1).as_string());
  if (!target) return failed(call, target.error());
  return call.returned(Value::ok(Value::string(std::move(*target))));
}

HostOutcome rename_at(Guest& guest, const Object& self, HostCall& call) {
  const Object new_directory = guest.descriptors.find(call.argument(2));
  if (!new_directory) return Guest::wrong_handle(call);
  return done(call, self->rename_at(call.argument(1).as_string(), *new_directory,
                                    call.argument(3).as_string()));
}

HostOutcome symlink_at(Guest&, const Object& self, HostCall& call) {
  return done(call, self->symlink_at(call.argument(1).as_string(), call.argument(2).as_string()));
}

HostOutcome metadata_hash_at(Guest&, const Object& self, HostCall& call) {
  return hash_result(
      call, self->metadata_hash_at(call.argument(2).as_string(), follows(call.argument(1))));
}

// Functions --------------------------------------------------------------------------------------

HostOutcome filesystem_error_code(Guest& guest, HostCall& call) {
  const std::shared_ptr<IoFailure> failure = guest.errors.find(call.argument(0));
  if (!failure) return Guest::wrong_handle(call);
  return call.returned(Value::some(error_value(failure->code)));
}

HostOutcome get_directories(Guest& guest, HostCall& call) {
  std::vector<Value> directories;
  for (const Preopen& preopen : guest.state().preopens) {
    directories.push_back(Value::tuple(
        {guest.descriptors.own(preopen.directory), Value::string(preopen.guest_path)}));
  }
  return call.returned(Value::list(std::move(directories)));
}

}  // namespace

void define_filesystem(Guest& guest, Linker& linker) {
  const std::shared_ptr<Guest> alive = guest.shared_from_this();
  HostInstance& types = interface(linker, "wasi:filesystem/types", wit::filesystem_types);
  guest.descriptors.define(types, "descriptor", alive, guest.live_resources);
  guest.directory_streams.define(types, "directory-entry-stream", alive, guest.live_resources);
  const auto method = [&](std::string_view name, Guest::Method<Descriptor> method) {
    guest.method(types, "descriptor", name, guest.descriptors, method);
  };
  method("read-via-stream", read_via_stream);
  method("write-via-stream", write_via_stream);
  method("append-via-stream", append_via_stream);
  method("advise", advise);
  method("sync-data", sync_data);
  method("get-flags", get_flags);
  method("get-type", get_type);
  method("set-size", set_size);
  method("set-times", set_times);
  method("read", read);
  method("write", write);
  method("read-directory", read_directory);
  method("sync", sync);
  method("create-directory-at", create_directory_at);
  method("stat", status);
  method("stat-at", status_at);
  method("set-times-at", set_times_at);
  method("link-at", link_at);
  method("open-at", open_at);
  method("readlink-at", readlink_at);
  method("remove-directory-at", remove_directory_at);
  method("rename-at", rename_at);
  method("symlink-at", symlink_at);
  method("unlink-file-at", unlink_file_at);
  method("is-same-object", is_same_object);
  method("metadata-hash", metadata_hash);
  method("metadata-hash-at", metadata_hash_at);
  guest.method(types, "directory-entry-stream", "read-directory-entry", guest.directory_streams,
               read_directory_entry);
  guest.function(types, "filesystem-error-code", filesystem_error_code);

  HostInstance& preopens = interface(linker, "wasi:filesystem/preopens", wit::filesystem_preopens);
  guest.function(preopens, "get-directories", get_directories);
}

}  // namespace airlock::wasi::preview2
