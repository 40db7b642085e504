#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "canonical-abi/component.hpp"
#include "interpreter/executor.hpp"
#include "wasi/host/testing.hpp"
#include "wasi/preview2/guest.hpp"

namespace airlock::wasi::preview2 {
namespace {

using canonical_abi::TypeKind;
using ::testing::HasSubstr;
using testing::read_text;
using testing::TemporaryDirectory;
using testing::write_text;

/// Calls the host functions as a component's lowered imports do, without a component.
class Preview2 : public ::testing::Test {
 protected:
  Preview2() : engine_(interpreter::make_executor(), {}), core_(engine_), store_(core_) {}

  void SetUp() override {
    Configuration configuration = testing::usual_grants(directory_, output_);
    configuration.arguments = {"app", "one"};
    configuration.environment = {{"A", "1"}};
    configuration.initial_directory = "/data";
    start(std::move(configuration));
  }

  void start(Configuration configuration) {
    auto context = Context::create(std::move(configuration));
    ASSERT_TRUE(context) << context.error().message;
    context_ = *context;
    linker_ = canonical_abi::Linker();
    define_preview2(linker_, context_);
  }

  /// Calls `interface#function`; a trap gives the string "trap: …".
  Value call(const std::string& interface, const std::string& function,
             std::vector<Value> arguments = {}) {
    const auto instance = linker_.find_instance("wasi:" + interface + "@0.2.3");
    if (!instance) return Value::string("no interface");
    const HostInstance::Function* found = instance->find_function(function);
    if (!found) found = instance->other_functions();
    const auto type = linker_.function_type(*instance, function);
    if (!found || !type || !*type) return Value::string("no function");
    HostCall host_call(store_, nullptr, **type);
    host_call.arguments = std::move(arguments);
    std::ignore = found->call(host_call);
    std::unique_ptr<canonical_abi::PendingCall> pending = std::move(host_call.continuation);
    while (host_call.end == HostEnd::pending) {
      ++suspensions_;
      const Result<void> turned = context_->state().loop.turn();
      if (!turned) return Value::string(turned.error().message);
      host_call.arguments.clear();
      std::ignore = pending->poll(host_call);
    }
    if (host_call.end == HostEnd::trapped) {
      exit_code_ = host_call.trap.code == runtime::TrapCode::exit ? host_call.trap.exit_code : -1;
      return Value::string("trap: " + host_call.trap.message);
    }
    Value result = host_call.result.value_or(Value());
    EXPECT_TRUE(!(*type)->result || matches(result, (*type)->result))
        << interface << "#" << function << " does not return " << to_string(**type);
    return result;
  }

  Value method(const std::string& interface, const std::string& name, const Value& self,
               std::vector<Value> arguments = {}) {
    arguments.insert(arguments.begin(), borrow(self));
    return call(interface, "[method]" + name, std::move(arguments));
  }
  Value input(const std::string& name, const Value& self, std::vector<Value> arguments = {}) {
    return method("io/streams", "input-stream." + name, self, std::move(arguments));
  }
  Value output(const std::string& name, const Value& self, std::vector<Value> arguments = {}) {
    return method("io/streams", "output-stream." + name, self, std::move(arguments));
  }
  Value object(const std::string& name, const Value& self, std::vector<Value> arguments = {}) {
    return method("filesystem/types", "descriptor." + name, self, std::move(arguments));
  }
  static Value borrow(const Value& own) { return Value::borrow(own.resource(), own.rep()); }
  static void drop(canonical_abi::Store& store, const Value& own) {
    own.resource()->host_destructor(store, own.rep());
  }

  /// The payload of an ok result.
  static Value ok(const Value& result) {
    EXPECT_TRUE(result.is(TypeKind::result) && !result.is_error()) << result.as_string();
    return result.payload() ? *result.payload() : Value();
  }
  /// The name of the error-code of a failed result.
  static std::string error(const Value& result) {
    if (!result.is_error()) return "no error " + std::string(result.as_string());
    return std::string(error_name(static_cast<ErrorCode>(result.payload()->case_index())));
  }
  /// What a read gives: the bytes, or "(closed)", or the debug string of the error.
  std::string text(const Value& result) {
    if (result.is(TypeKind::string)) return std::string(result.as_string());
    if (result.is_error()) return stream_error(result);
    const auto bytes = result.payload()->as_bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string stream_error(const Value& result) {
    if (!result.is_error()) return "no error";
    if (result.payload()->case_index() == 1) return "(closed)";
    last_failure_ = *result.payload()->payload();
    return std::string(method("io/error", "error.to-debug-string", last_failure_).as_string());
  }

  Value root() { return call("filesystem/preopens", "get-directories")[0][0]; }
  Value open(const std::string& path, std::uint32_t flags, std::uint32_t open_flags = 0) {
    return object(
        "open-at", root(),
        {Value::flags(1), Value::string(path), Value::flags(open_flags), Value::flags(flags)});
  }
  static constexpr std::uint32_t reading = 1;
  static constexpr std::uint32_t writing = 2;
  static constexpr std::uint32_t create = 1;

  runtime::Engine engine_;
  runtime::Store core_;
  canonical_abi::Store store_;
  TemporaryDirectory directory_;
  std::shared_ptr<std::string> output_ = std::make_shared<std::string>();
  std::shared_ptr<Context> context_;
  canonical_abi::Linker linker_;
  Value last_failure_;
  int suspensions_ = 0;
  int exit_code_ = 0;
};

TEST_F(Preview2, every_0_2_version_links_to_the_one_implementation) {
  for (const char* version : {"0.2.0", "0.2.3", "0.2.12", "0.2.99"}) {
    const auto instance = linker_.find_instance(std::string("wasi:io/streams@") + version);
    ASSERT_TRUE(instance) << version;
    EXPECT_TRUE(instance->find_function("[method]input-stream.read"));
    EXPECT_TRUE(instance->find_resource("output-stream"));
  }
  EXPECT_FALSE(linker_.find_instance("wasi:io/streams@0.3.0"));
  EXPECT_THAT(linker_.missing_instance("wasi:clocks/system-clock@0.3.0").message,
              HasSubstr("is not offered: there is `wasi:clocks` in version 0.2.12"));
  // One resource type, wherever it is used.
  const auto output_stream = [&](const char* interface) {
    const auto type = linker_.named_type(*linker_.find_instance(interface), "output-stream");
    return type ? *type : canonical_abi::NamedType();
  };
  EXPECT_EQ(std::get<const ResourceType*>(output_stream("wasi:cli/stdout@0.2.0")),
            linker_.find_instance("wasi:io/streams@0.2.0")->find_resource("output-stream"));
  EXPECT_EQ(output_stream("wasi:filesystem/types@0.2.6"), output_stream("wasi:cli/stderr@0.2.9"));
}

TEST_F(Preview2, what_is_not_granted_is_denied_when_it_is_called) {
  start({});
  for (const char* function : {"now", "resolution"}) {
    EXPECT_EQ(text(call("clocks/wall-clock", function)), "trap: the wall clock is not granted");
    EXPECT_EQ(text(call("clocks/monotonic-clock", function)),
              "trap: the monotonic clock is not granted");
  }
  for (const char* function : {"subscribe-instant", "subscribe-duration"}) {
    EXPECT_EQ(text(call("clocks/monotonic-clock", function, {Value::u64(0)})),
              "trap: the monotonic clock is not granted");
  }
  EXPECT_EQ(text(call("random/random", "get-random-bytes", {Value::u64(1)})),
            "trap: the random number generator is not granted");
  EXPECT_EQ(text(call("random/random", "get-random-u64")),
            "trap: the random number generator is not granted");
  EXPECT_EQ(call("cli/environment", "get-arguments").size(), 0U);
  EXPECT_EQ(call("cli/environment", "get-environment").size(), 0U);
  EXPECT_FALSE(call("cli/environment", "initial-cwd").is_some());
  EXPECT_EQ(call("filesystem/preopens", "get-directories").size(), 0U);
  const Value closed = call("cli/stdin", "get-stdin");
  EXPECT_EQ(text(input("blocking-read", closed, {Value::u64(1)})), "(closed)");
  const Value nowhere = call("cli/stdout", "get-stdout");
  EXPECT_FALSE(output("blocking-write-and-flush", nowhere, {Value::bytes("x")}).is_error());
  // Numbers that are no secret are the same every time.
  const Value seed = call("random/insecure-seed", "insecure-seed");
  start({});
  EXPECT_EQ(call("random/insecure-seed", "insecure-seed"), seed);
}

TEST_F(Preview2, environment_and_exit) {
  EXPECT_EQ(call("cli/environment", "get-arguments")[1].as_string(), "one");
  EXPECT_EQ(call("cli/environment", "get-environment")[0][1].as_string(), "1");
  EXPECT_EQ(call("cli/environment", "initial-cwd").payload()->as_string(), "/data");
  call("cli/exit", "exit", {Value::ok()});
  EXPECT_EQ(exit_code_, 0);
  call("cli/exit", "exit", {Value::error()});
  EXPECT_EQ(exit_code_, 1);
  call("cli/exit", "exit-with-code", {Value::u8(3)});
  EXPECT_EQ(exit_code_, 3);
  for (const char* name : {"stdin", "stdout", "stderr"}) {
    const std::string terminal = std::string("terminal-") + name;
    EXPECT_FALSE(call("cli/" + terminal, "get-" + terminal).is_some());
  }
}

// Streams ----------------------------------------------------------------------------------------

TEST_F(Preview2, standard_input) {
  const Value in = call("cli/stdin", "get-stdin");
  EXPECT_EQ(text(input("read", in, {Value::u64(0)})), "");
  EXPECT_EQ(text(input("read", in, {Value::u64(2)})), "in");
  EXPECT_EQ(ok(input("skip", in, {Value::u64(1)})).as_u64(), 1U);
  EXPECT_EQ(text(input("blocking-read", in, {Value::u64(UINT64_MAX)})), "ut");
  EXPECT_EQ(text(input("read", in, {Value::u64(1)})), "(closed)");
  EXPECT_EQ(stream_error(input("blocking-skip", in, {Value::u64(1)})), "(closed)");
  EXPECT_EQ(suspensions_, 0);
}

TEST_F(Preview2, writing_needs_a_permit) {
  const Value out = call("cli/stdout", "get-stdout");
  EXPECT_THAT(text(output("write", out, {Value::bytes("x")})), HasSubstr("trap: write: more"));
  const std::uint64_t permit = ok(output("check-write", out)).as_u64();
  EXPECT_GE(permit, 4096U);
  ok(output("write", out, {Value::bytes("one ")}));
  ok(output("write", out, {Value::bytes("two ")}));
  ok(output("flush", out));
  EXPECT_THAT(text(output("write", out, {Value::bytes("x")})), HasSubstr("trap"));
  ok(output("check-write", out));
  EXPECT_THAT(text(output("write-zeroes", out, {Value::u64(UINT64_MAX)})), HasSubstr("trap"));
  ok(output("write-zeroes", out, {Value::u64(2)}));
  ok(output("blocking-flush", out));
  ok(output("blocking-write-and-flush", out, {Value::bytes("three")}));
  ok(output("blocking-write-zeroes-and-flush", out, {Value::u64(1)}));
  EXPECT_EQ(*output_, std::string("one two \0\0three\0", 16));
  const std::string large(4097, 'x');
  EXPECT_THAT(text(output("blocking-write-and-flush", out, {Value::bytes(large)})),
              HasSubstr("4096"));
  EXPECT_THAT(text(output("blocking-write-zeroes-and-flush", out, {Value::u64(UINT64_MAX)})),
              HasSubstr("4096"));
}

TEST_F(Preview2, failures_carry_an_error_that_filesystem_understands) {
  Configuration configuration;
  configuration.standard_output = Output::capture(output_, 2);
  start(std::move(configuration));
  const Value out = call("cli/stdout", "get-stdout");
  EXPECT_EQ(stream_error(output("blocking-write-and-flush", out, {Value::bytes("abc")})),
            "insufficient-space");
  const Value code = call("filesystem/types", "filesystem-error-code", {borrow(last_failure_)});
  EXPECT_EQ(code.payload()->case_index(),
            static_cast<std::uint32_t>(ErrorCode::insufficient_space));
  EXPECT_EQ(stream_error(output("check-write", out)), "(closed)");
}

class Preview2Pipe : public Preview2 {
 protected:
  void SetUp() override {
    Preview2::SetUp();
    ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);
    const Value reader = ok(open("pipe", reading));
    const Value writer = ok(open("pipe", writing));
    in_ = ok(object("read-via-stream", reader, {Value::u64(0)}));
    out_ = ok(object("write-via-stream", writer, {Value::u64(0)}));
    far_end_ = UniqueFd(::open((directory_ / "pipe").c_str(), O_RDWR | O_CLOEXEC));
  }
  void later(std::function<void()> action) {
    helper_ = std::thread([action = std::move(action)] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      action();
    });
  }
  void TearDown() override {
    if (helper_.joinable()) helper_.join();
  }
  Value in_;
  Value out_;
  UniqueFd far_end_;
  std::thread helper_;
};

TEST_F(Preview2Pipe, reading_nothing_gives_nothing) {
  EXPECT_EQ(text(input("read", in_, {Value::u64(10)})), "");
  EXPECT_EQ(ok(input("skip", in_, {Value::u64(10)})).as_u64(), 0U);
  EXPECT_EQ(suspensions_, 0);
}

TEST_F(Preview2Pipe, a_blocking_read_suspends_until_there_is_something) {
  later([this] { EXPECT_EQ(::write(far_end_.get(), "ping", 4), 4); });
  EXPECT_EQ(text(input("blocking-read", in_, {Value::u64(10)})), "ping");
  EXPECT_GT(suspensions_, 0);
}

TEST_F(Preview2Pipe, pollables_of_streams_and_clocks) {
  const Value readable = input("subscribe", in_);
  const Value writable = output("subscribe", out_);
  const Value soon = call("clocks/monotonic-clock", "subscribe-duration", {Value::u64(20'000'000)});
  const Value never = call("clocks/monotonic-clock", "subscribe-instant", {Value::u64(UINT64_MAX)});
  const auto ready = [&](const Value& pollable) {
    return method("io/poll", "pollable.ready", pollable).as_bool();
  };
  const auto poll = [&](std::vector<Value> pollables) {
    for (Value& pollable : pollables) pollable = borrow(pollable);
    const Value result = call("io/poll", "poll", {Value::list(std::move(pollables))});
    std::vector<std::uint32_t> indices;
    for (std::size_t i = 0; i < result.size(); ++i) indices.push_back(result.at(i).as_u32());
    return indices;
  };
  EXPECT_FALSE(ready(readable));
  EXPECT_TRUE(ready(writable));
  EXPECT_FALSE(ready(never));
  EXPECT_EQ(poll({never, writable, readable}), std::vector<std::uint32_t>{1});
  EXPECT_EQ(suspensions_, 0);
  EXPECT_EQ(poll({never, readable, soon}), std::vector<std::uint32_t>{2});
  EXPECT_GT(suspensions_, 0);
  later([this] { EXPECT_EQ(::write(far_end_.get(), "x", 1), 1); });
  EXPECT_EQ(poll({readable, never}), std::vector<std::uint32_t>{0});
  method("io/poll", "pollable.block", readable);
  EXPECT_THAT(text(call("io/poll", "poll", {Value::list({})})), HasSubstr("trap: poll"));
  // Children may outlive their parents.
  drop(store_, in_);
  EXPECT_TRUE(ready(readable));
}

TEST_F(Preview2Pipe, a_full_pipe_permits_nothing_until_it_drains) {
  const std::string chunk(4096, 'x');
  std::uint64_t written = 0;
  for (;;) {
    const std::uint64_t permit = ok(output("check-write", out_)).as_u64();
    if (permit == 0) break;
    ok(output("write", out_, {Value::bytes(chunk)}));
    written += chunk.size();
  }
  const Value writable = output("subscribe", out_);
  EXPECT_FALSE(method("io/poll", "pollable.ready", writable).as_bool());
  later([this, written] {
    std::string sink(written + 4096, '\0');
    std::size_t seen = 0;
    while (seen < written + 4) {
      const ssize_t count = ::read(far_end_.get(), sink.data(), sink.size());
      if (count <= 0) break;
      seen += static_cast<std::size_t>(count);
    }
    EXPECT_EQ(seen, written + 4);
  });
  ok(output("blocking-write-and-flush", out_, {Value::bytes("last")}));
  EXPECT_GT(suspensions_, 0);
}

TEST_F(Preview2Pipe, splicing) {
  const Value file = ok(open("file", reading));
  const Value from = ok(object("read-via-stream", file, {Value::u64(3)}));
  EXPECT_EQ(ok(output("splice", out_, {borrow(from), Value::u64(4)})).as_u64(), 4U);
  EXPECT_EQ(text(input("read", in_, {Value::u64(10)})), "3456");
  const Value out = call("cli/stdout", "get-stdout");
  EXPECT_EQ(ok(output("splice", out, {borrow(in_), Value::u64(10)})).as_u64(), 0U);
  later([this] { EXPECT_EQ(::write(far_end_.get(), "late", 4), 4); });
  EXPECT_EQ(ok(output("blocking-splice", out, {borrow(in_), Value::u64(10)})).as_u64(), 4U);
  EXPECT_EQ(*output_, "late");
  EXPECT_EQ(ok(output("splice", out, {borrow(from), Value::u64(99)})).as_u64(), 3U);
  EXPECT_EQ(stream_error(output("splice", out, {borrow(from), Value::u64(9)})), "(closed)");
}

// Files ------------------------------------------------------------------------------------------

TEST_F(Preview2, files_are_read_and_written) {
  const Value file = ok(open("file", reading | writing));
  const Value tuple = ok(object("read", file, {Value::u64(4), Value::u64(8)}));
  EXPECT_EQ(tuple[0].size(), 2U);
  EXPECT_TRUE(tuple[1].as_bool());
  EXPECT_FALSE(ok(object("read", file, {Value::u64(4), Value::u64(0)}))[1].as_bool());
  EXPECT_EQ(ok(object("read", file, {Value::u64(UINT64_MAX), Value::u64(0)}))[0].size(), 10U);
  EXPECT_EQ(ok(object("write", file, {Value::bytes("AB"), Value::u64(1)})).as_u64(), 2U);
  const Value appender = ok(object("append-via-stream", file));
  ok(output("blocking-write-and-flush", appender, {Value::bytes("end")}));
  EXPECT_EQ(read_text(directory_ / "file"), "0AB3456789end");
  ok(object("set-size", file, {Value::u64(2)}));
  ok(object("sync", file));
  ok(object("sync-data", file));
  ok(object("advise", file, {Value::u64(0), Value::u64(0), Value::enumeration(2)}));
  const Value status = ok(object("stat", file));
  EXPECT_EQ(status[0].case_index(), 6U);  // regular-file
  EXPECT_EQ(status[1].as_u64(), 1U);
  EXPECT_EQ(status[2].as_u64(), 2U);
  EXPECT_TRUE(status[4].is_some());
  EXPECT_EQ(ok(object("get-flags", file)).bits(), reading | writing);
  EXPECT_EQ(ok(object("get-type", file)).case_index(), 6U);
  EXPECT_EQ(error(object("read", file, {Value::u64(1), Value::u64(UINT64_MAX)})), "invalid");
}

TEST_F(Preview2, descriptors_do_what_they_were_opened_for) {
  const Value reader = ok(open("file", reading));
  const Value writer = ok(open("file", writing));
  EXPECT_EQ(error(object("write-via-stream", reader, {Value::u64(0)})), "bad-descriptor");
  EXPECT_EQ(error(object("append-via-stream", reader)), "bad-descriptor");
  EXPECT_EQ(error(object("read-via-stream", writer, {Value::u64(0)})), "bad-descriptor");
  EXPECT_EQ(error(object("read-via-stream", root(), {Value::u64(0)})), "is-directory");
  EXPECT_EQ(error(object("read-directory", reader)), "not-directory");
  EXPECT_EQ(error(object("unlink-file-at", reader, {Value::string("x")})), "not-directory");
}

TEST_F(Preview2, directories) {
  const Value directory = root();
  const auto path = [](const char* name) { return Value::string(name); };
  ok(object("create-directory-at", directory, {path("made")}));
  EXPECT_EQ(error(object("create-directory-at", directory, {path("made")})), "exist");
  ok(object("rename-at", directory, {path("file"), borrow(directory), path("made/moved")}));
  ok(object("link-at", directory,
            {Value::flags(0), path("made/moved"), borrow(directory), path("second")}));
  ok(object("symlink-at", directory, {path("second"), path("soft")}));
  EXPECT_EQ(ok(object("readlink-at", directory, {path("soft")})).as_string(), "second");
  EXPECT_EQ(ok(object("stat-at", directory, {Value::flags(0), path("soft")}))[0].case_index(), 5U);
  EXPECT_EQ(ok(object("stat-at", directory, {Value::flags(1), path("soft")}))[0].case_index(), 6U);
  const Value given = Value::variant(2, datetime(1000, 5));
  ok(object("set-times-at", directory, {Value::flags(1), path("soft"), Value::variant(0), given}));
  const Value modified =
      *ok(object("stat-at", directory, {Value::flags(1), path("second")}))[4].payload();
  EXPECT_EQ(modified, datetime(1000, 5));
  const Value file = ok(open("second", reading));
  ok(object("set-times", file, {Value::variant(1), Value::variant(0)}));
  EXPECT_TRUE(object("is-same-object", file, {borrow(ok(open("made/moved", reading)))}).as_bool());
  EXPECT_EQ(ok(object("metadata-hash", file)),
            ok(object("metadata-hash-at", directory, {Value::flags(1), path("soft")})));
  EXPECT_EQ(error(object("unlink-file-at", directory, {path("made")})), "is-directory");
  EXPECT_EQ(error(object("remove-directory-at", directory, {path("made")})), "not-empty");
  EXPECT_EQ(error(open("../x", reading)), "not-permitted");
  EXPECT_EQ(error(open("/etc/passwd", reading)), "not-permitted");
  EXPECT_EQ(error(object("symlink-at", directory, {path("/etc"), path("x")})), "not-permitted");
}

TEST_F(Preview2, listing_leaves_the_dots_out) {
  const Value stream = ok(object("read-directory", root()));
  std::map<std::string, std::uint32_t> seen;
  for (;;) {
    const Value entry =
        ok(method("filesystem/types", "directory-entry-stream.read-directory-entry", stream));
    if (!entry.is_some()) break;
    const Value& record = *entry.payload();
    seen[std::string(record[1].as_string())] = record[0].case_index();
  }
  EXPECT_EQ(seen, (std::map<std::string, std::uint32_t>{{"file", 6}, {"sub", 3}}));
}

TEST_F(Preview2, read_only_grants) {
  Configuration configuration;
  configuration.directories = {{directory_.path(), "/", true}};
  start(std::move(configuration));
  EXPECT_EQ(error(open("file", reading | writing)), "read-only");
  EXPECT_EQ(error(open("new", reading, create)), "read-only");
  EXPECT_EQ(error(object("create-directory-at", root(), {Value::string("x")})), "read-only");
  EXPECT_EQ(ok(object("get-flags", root())).bits(), 1U);
}

// Clocks, random numbers --------------------------------------------------------------------------

TEST_F(Preview2, clocks) {
  const std::uint64_t first = call("clocks/monotonic-clock", "now").as_u64();
  EXPECT_LE(first, call("clocks/monotonic-clock", "now").as_u64());
  EXPECT_GT(call("clocks/monotonic-clock", "resolution").as_u64(), 0U);
  EXPECT_GT(call("clocks/wall-clock", "now")[0].as_u64(), 1'700'000'000U);
  EXPECT_LT(call("clocks/wall-clock", "resolution")[1].as_u32(), 1'000'000'000U);
  EXPECT_EQ(call("clocks/timezone", "display", {datetime(0, 0)})[1].as_string(), "UTC");
}

TEST_F(Preview2, random_numbers) {
  const Value bytes = call("random/random", "get-random-bytes", {Value::u64(32)});
  EXPECT_EQ(bytes.size(), 32U);
  EXPECT_NE(bytes, call("random/random", "get-random-bytes", {Value::u64(32)}));
  EXPECT_NE(call("random/random", "get-random-u64"), call("random/random", "get-random-u64"));
  EXPECT_EQ(call("random/insecure", "get-insecure-random-bytes", {Value::u64(33)}).size(), 33U);
  for (const char* interface : {"random/random", "random/insecure"}) {
    const std::string name = interface == std::string("random/random")
                                 ? "get-random-bytes"
                                 : "get-insecure-random-bytes";
    EXPECT_THAT(text(call(interface, name, {Value::u64(UINT64_MAX)})), HasSubstr("trap"));
  }
}

// The network ------------------------------------------------------------------------------------

/// The label of the error that a function answers with.
class Preview2Network : public Preview2 {
 protected:
  std::string denial(const std::string& interface, const std::string& function,
                     std::vector<Value> arguments) {
    const Value result = call(interface, function, std::move(arguments));
    if (!result.is_error()) return "no error";
    const auto instance = linker_.find_instance("wasi:" + interface + "@0.2.3");
    const canonical_abi::Type type = (*linker_.function_type(*instance, function))->result;
    return type->cases[1].type->cases[result.payload()->case_index()].label;
  }
  Value http(const std::string& function, std::vector<Value> arguments = {}) {
    return call("http/types", function, std::move(arguments));
  }
  Value http_method(const std::string& name, const Value& self, std::vector<Value> arguments = {}) {
    return method("http/types", name, self, std::move(arguments));
  }
  /// The label of a `header-error`, or "ok".
  static std::string header_error(const Value& result) {
    constexpr const char* labels[] = {"invalid-syntax", "forbidden", "immutable"};
    return result.is_error() ? labels[result.payload()->case_index()] : "ok";
  }
};

TEST_F(Preview2Network, sockets_and_names_are_denied) {
  for (const std::uint32_t family : {0U, 1U}) {
    EXPECT_EQ(
        denial("sockets/tcp-create-socket", "create-tcp-socket", {Value::enumeration(family)}),
        "access-denied");
    EXPECT_EQ(
        denial("sockets/udp-create-socket", "create-udp-socket", {Value::enumeration(family)}),
        "access-denied");
  }
  const Value network = call("sockets/instance-network", "instance-network");
  EXPECT_EQ(denial("sockets/ip-name-lookup", "resolve-addresses",
                   {borrow(network), Value::string("localhost")}),
            "access-denied");
}

TEST_F(Preview2Network, a_request_is_put_together_and_denied) {
  const Value fields = http("[constructor]fields");
  EXPECT_EQ(header_error(http_method("fields.append", fields,
                                     {Value::string("Accept"), Value::bytes("*/*")})),
            "ok");
  const Value request = http("[constructor]outgoing-request", {fields});
  ok(http_method("outgoing-request.set-method", request, {Value::variant(2)}));
  ok(http_method("outgoing-request.set-scheme", request, {Value::some(Value::variant(1))}));
  ok(http_method("outgoing-request.set-authority", request,
                 {Value::some(Value::string("example.com:443"))}));
  ok(http_method("outgoing-request.set-path-with-query", request,
                 {Value::some(Value::string("/a?b=c"))}));
  EXPECT_EQ(http_method("outgoing-request.method", request), Value::variant(2));
  EXPECT_EQ(http_method("outgoing-request.scheme", request), Value::some(Value::variant(1)));
  EXPECT_EQ(http_method("outgoing-request.authority", request),
            Value::some(Value::string("example.com:443")));
  EXPECT_EQ(http_method("outgoing-request.path-with-query", request),
            Value::some(Value::string("/a?b=c")));

  const Value body = ok(http_method("outgoing-request.body", request));
  EXPECT_TRUE(http_method("outgoing-request.body", request).is_error());
  const Value stream = ok(http_method("outgoing-body.write", body));
  EXPECT_TRUE(http_method("outgoing-body.write", body).is_error());
  ok(output("blocking-write-and-flush", stream, {Value::bytes("hello")}));
  drop(store_, stream);
  ok(http("[static]outgoing-body.finish", {body, Value::none()}));

  const Value options = http("[constructor]request-options");
  ok(http_method("request-options.set-connect-timeout", options, {Value::some(Value::u64(5))}));
  EXPECT_EQ(http_method("request-options.connect-timeout", options), Value::some(Value::u64(5)));
  EXPECT_EQ(http_method("request-options.first-byte-timeout", options), Value::none());
  EXPECT_EQ(denial("http/outgoing-handler", "handle", {request, Value::some(options)}),
            "HTTP-request-denied");
  // It has been given away.
  EXPECT_THAT(text(http_method("outgoing-request.method", request)), HasSubstr("trap"));
  EXPECT_THAT(text(call("http/outgoing-handler", "handle", {request, Value::none()})),
              HasSubstr("trap"));
}

TEST_F(Preview2Network, requests_refuse_what_is_no_part_of_one) {
  const Value request = http("[constructor]outgoing-request", {http("[constructor]fields")});
  const auto is_refused = [&](const std::string& part, Value value) {
    return http_method("outgoing-request.set-" + part, request, {std::move(value)}).is_error();
  };
  const auto other = [](std::uint32_t index, const char* text) {
    return Value::variant(index, Value::string(text));
  };
  EXPECT_FALSE(is_refused("method", other(9, "PURGE")));
  EXPECT_TRUE(is_refused("method", other(9, "")));
  EXPECT_TRUE(is_refused("method", other(9, "GET /")));
  EXPECT_FALSE(is_refused("scheme", Value::some(other(2, "svn+ssh"))));
  EXPECT_TRUE(is_refused("scheme", Value::some(other(2, "1st"))));
  EXPECT_TRUE(is_refused("scheme", Value::some(other(2, ""))));
  EXPECT_TRUE(is_refused("authority", Value::some(Value::string("a b"))));
  EXPECT_TRUE(is_refused("path-with-query", Value::some(Value::string("/a\r\nHost: b"))));
  EXPECT_FALSE(is_refused("path-with-query", Value::none()));
}

TEST_F(Preview2Network, fields) {
  const auto field = [](const char* name, const char* value) {
    return Value::tuple({Value::string(name), Value::bytes(value)});
  };
  const Value fields = ok(http("[static]fields.from-list",
                               {Value::list({field("A", "1"), field("b", "2"), field("a", "3")})}));
  const auto name = [](const char* name) { return Value::string(name); };
  EXPECT_EQ(http_method("fields.get", fields, {name("a")}),
            Value::list({Value::bytes("1"), Value::bytes("3")}));
  EXPECT_TRUE(http_method("fields.has", fields, {name("B")}).as_bool());
  EXPECT_FALSE(http_method("fields.has", fields, {name("c")}).as_bool());
  const Value copy = http_method("fields.clone", fields);
  EXPECT_EQ(header_error(
                http_method("fields.set", fields, {name("a"), Value::list({Value::bytes("4")})})),
            "ok");
  EXPECT_EQ(header_error(http_method("fields.delete", fields, {name("B")})), "ok");
  // The original casing stays.
  EXPECT_EQ(http_method("fields.entries", fields), Value::list({field("a", "4")}));
  EXPECT_EQ(http_method("fields.entries", copy),
            Value::list({field("A", "1"), field("b", "2"), field("a", "3")}));

  for (const char* wrong : {"", "a b", "a:", "\xc3\xa4"}) {
    EXPECT_EQ(header_error(http_method("fields.append", fields, {name(wrong), Value::bytes("")})),
              "invalid-syntax");
    EXPECT_EQ(header_error(http_method("fields.delete", fields, {name(wrong)})), "invalid-syntax");
    EXPECT_FALSE(http_method("fields.has", fields, {name(wrong)}).as_bool());
  }
  for (const char* wrong : {"a\r\nb: c", "\n"}) {
    EXPECT_EQ(header_error(http_method("fields.append", fields, {name("a"), Value::bytes(wrong)})),
              "invalid-syntax");
    EXPECT_EQ(header_error(http("[static]fields.from-list", {Value::list({field("a", wrong)})})),
              "invalid-syntax");
  }
  const Value response = http("[constructor]outgoing-response", {copy});
  const Value headers = http_method("outgoing-response.headers", response);
  EXPECT_EQ(header_error(http_method("fields.append", headers, {name("a"), Value::bytes("")})),
            "immutable");
  EXPECT_EQ(header_error(http_method("fields.delete", headers, {name("a")})), "immutable");
  ok(http_method("outgoing-response.set-status-code", response, {Value::u16(404)}));
  EXPECT_TRUE(
      http_method("outgoing-response.set-status-code", response, {Value::u16(99)}).is_error());
  EXPECT_EQ(http_method("outgoing-response.status-code", response).as_u16(), 404);
}

TEST_F(Preview2Network, fields_and_requests_are_bounded_together) {
  const std::string megabyte(std::size_t{1} << 20, 'x');
  std::vector<Value> all;
  std::string refusal;
  for (int i = 0; i < 20 && refusal.empty(); ++i) {
    all.push_back(http("[constructor]fields"));
    const Value result =
        http_method("fields.append", all.back(), {Value::string("a"), Value::bytes(megabyte)});
    if (result.is(TypeKind::string)) refusal = result.as_string();
  }
  EXPECT_THAT(refusal, HasSubstr("too large"));
  EXPECT_GT(all.size(), 10U);
  const Value request = http("[constructor]outgoing-request", {http("[constructor]fields")});
  EXPECT_THAT(text(http_method("outgoing-request.set-authority", request,
                               {Value::some(Value::string(megabyte))})),
              HasSubstr("too large"));
  // Dropping gives the room back.
  drop(store_, all.front());
  ok(http_method("outgoing-request.set-authority", request,
                 {Value::some(Value::string(std::string(1000, 'x')))}));
}

// Guests that mean harm ---------------------------------------------------------------------------

TEST_F(Preview2, handles_of_other_types_and_dropped_ones_trap) {
  const Value in = call("cli/stdin", "get-stdin");
  const Value out = call("cli/stdout", "get-stdout");
  EXPECT_THAT(text(input("read", out, {Value::u64(1)})), HasSubstr("trap: a handle"));
  EXPECT_THAT(text(output("splice", out, {borrow(out), Value::u64(1)})), HasSubstr("trap"));
  EXPECT_THAT(text(call("io/poll", "poll", {Value::list({borrow(in)})})), HasSubstr("trap"));
  EXPECT_THAT(text(call("io/streams", "[method]input-stream.read")), HasSubstr("trap"));
  EXPECT_THAT(text(call("filesystem/types", "filesystem-error-code", {borrow(in)})),
              HasSubstr("trap"));
  drop(store_, in);
  EXPECT_THAT(text(input("read", in, {Value::u64(1)})), HasSubstr("trap"));
  drop(store_, in);  // twice is harmless
}

TEST_F(Preview2, host_resources_are_bounded) {
  Configuration configuration;
  configuration.clocks = true;
  configuration.host_resources = 10;
  start(std::move(configuration));
  const auto subscribe = [&] {
    return call("clocks/monotonic-clock", "subscribe-duration", {Value::u64(1)});
  };
  Value last;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE((last = subscribe()).is(TypeKind::own));
  EXPECT_THAT(text(subscribe()), HasSubstr("too many"));
  drop(store_, last);
  EXPECT_TRUE(subscribe().is(TypeKind::own));
}

TEST_F(Preview2, strange_paths_are_errors) {
  using namespace std::string_literals;
  EXPECT_EQ(error(open("a\0b"s, reading)), "invalid");
  EXPECT_EQ(error(open("", reading)), "no-entry");
  EXPECT_EQ(error(open(std::string(5000, 'a'), reading)), "name-too-long");
}

TEST_F(Preview2, strings_that_wasi_cannot_carry_are_refused_before_the_guest_runs) {
  Configuration configuration;
  configuration.arguments = {"\xff"};
  EXPECT_FALSE(Context::create(configuration));
  configuration.arguments = {std::string("a\0b", 3)};
  EXPECT_FALSE(Context::create(configuration));
  configuration.arguments = {};
  configuration.environment = {{"A=B", "x"}};
  EXPECT_FALSE(Context::create(configuration));
}

}  // namespace
}  // namespace airlock::wasi::preview2
