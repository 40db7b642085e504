// Resources: of the host in the hands of guests, of guests in the hands of the host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "canonical-abi/testing/component_fixture.hpp"

namespace airlock::canonical_abi {
namespace {

using testing::ComponentTest;

class HostResources : public ComponentTest {
 protected:
  /// An interface with a resource `file`, and a guest that does to it what a test asks for.
  HostResources() {
    HostInstance& files = linker.instance("test:host/files@1.0.0");
    file_type =
        files.resource("file", [this](Store&, std::uint32_t rep) { dropped.push_back(rep); });
    other_type = other.resource("other", [](Store&, std::uint32_t) {});
    files.function("open", [this](HostCall& call) {
      return call.returned(Value::own(answers_other ? other_type : file_type, next++));
    });
    files.function("[method]file.read", [this](HostCall& call) {
      read.push_back(call.argument(0).rep());
      return call.returned(Value::u32(call.argument(0).rep() * 10));
    });
    files.function("close", [this](HostCall& call) {
      closed.push_back(call.argument(0).rep());
      EXPECT_EQ(call.argument(0).resource(), file_type);
      return call.returned();
    });
  }

  ComponentInstance* guest(std::string_view body) {
    std::string text = R"((component
      (import "test:host/files@1.2.3" (instance $files
        (export "file" (type $file (sub resource)))
        (export "open" (func (result (own $file))))
        (export "[method]file.read" (func (param "self" (borrow $file)) (result u32)))
        (export "close" (func (param "f" (own $file))))))
      (alias export $files "file" (type $file))
      (core func $open (canon lower (func $files "open")))
      (core func $read (canon lower (func $files "[method]file.read")))
      (core func $close (canon lower (func $files "close")))
      (core func $drop (canon resource.drop $file))
      (core module $M
        (import "" "open" (func $open (result i32)))
        (import "" "read" (func $read (param i32) (result i32)))
        (import "" "close" (func $close (param i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "f") (result i32) (local $h i32) )";
    text += body;
    text += R"())
      (core instance $m (instantiate $M (with "" (instance
        (export "open" (func $open)) (export "read" (func $read))
        (export "close" (func $close)) (export "drop" (func $drop))))))
      (func (export "f") (result u32) (canon lift (core func $m "f")))))";
    return instantiate(text);
  }

  HostInstance other;
  const ResourceType* file_type = nullptr;
  const ResourceType* other_type = nullptr;
  std::uint32_t next = 7;
  bool answers_other = false;
  std::vector<std::uint32_t> read, closed, dropped;
};

TEST_F(HostResources, AreNumbersToTheHostAndHandlesToTheGuest) {
  ComponentInstance* instance = guest(R"(
    (local.set $h (call $open))
    (drop (call $read (local.get $h)))
    (i32.add (i32.mul (local.get $h) (i32.const 1000)) (call $read (local.get $h))))");
  EXPECT_EQ(call_for_value(instance, "f"), Value::u32(1070));
  EXPECT_EQ(read, (std::vector<std::uint32_t>{7, 7}));
  EXPECT_TRUE(dropped.empty());
}

TEST_F(HostResources, DroppingRunsTheDestructorOnce) {
  ComponentInstance* instance = guest(R"(
    (local.set $h (call $open)) (call $drop (local.get $h)) (call $drop (local.get $h))
    (i32.const 0))");
  EXPECT_EQ(trap_of(instance, "f"), "unknown handle index 1");
  EXPECT_EQ(dropped, std::vector<std::uint32_t>{7});
}

TEST_F(HostResources, GivingAwayTakesTheHandle) {
  ComponentInstance* instance = guest(R"(
    (local.set $h (call $open)) (call $close (local.get $h)) (call $read (local.get $h)))");
  EXPECT_EQ(trap_of(instance, "f"), "unknown handle index 1");
  EXPECT_EQ(closed, std::vector<std::uint32_t>{7});
  EXPECT_TRUE(dropped.empty()) << "it is the host's again";
}

TEST_F(HostResources, BorrowsEndWithTheCall) {
  ComponentInstance* instance = guest(R"(
    (local.set $h (call $open)) (drop (call $read (local.get $h)))
    (call $close (local.get $h)) (i32.const 5))");
  EXPECT_EQ(call_for_value(instance, "f"), Value::u32(5));
}

TEST_F(HostResources, OfAnotherTypeAreRefused) {
  answers_other = true;
  EXPECT_THAT(trap_of(guest("(call $open)"), "f"),
              ::testing::HasSubstr("the host passed a resource of another type"));
}

TEST_F(HostResources, ManyHandlesReuseTheirNumbers) {
  ComponentInstance* instance = guest(R"(
    (local $i i32)
    (loop $again
      (local.set $h (call $open)) (call $drop (local.get $h))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                              (i32.const 1000))))
    (local.get $h))");
  EXPECT_EQ(call_for_value(instance, "f"), Value::u32(1));
  EXPECT_EQ(dropped.size(), 1000U);
}

class GuestResources : public ComponentTest {
 protected:
  /// A component that makes counters, uses them, and counts destructors.
  static constexpr std::string_view counters = R"(
    (component
      (core module $Dtor
        (global $dead (export "dead") (mut i32) (i32.const 0))
        (func (export "dtor") (param i32)
          (if (i32.eq (local.get 0) (i32.const 99)) (then unreachable))
          (global.set $dead (i32.add (global.get $dead) (local.get 0)))))
      (core instance $d (instantiate $Dtor))
      (type $counter' (resource (rep i32) (dtor (core func $d "dtor"))))
      (export $counter "counter" (type $counter'))
      (core func $new (canon resource.new $counter'))
      (core func $drop (canon resource.drop $counter'))
      (core module $M
        (import "" "new" (func $new (param i32) (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (import "" "dead" (global $dead (mut i32)))
        (func (export "make") (param i32) (result i32) (call $new (local.get 0)))
        (func (export "read") (param i32) (result i32) (local.get 0))
        (func (export "take") (param i32) (call $drop (local.get 0)))
        (func (export "dead") (result i32) (global.get $dead)))
      (core instance $m (instantiate $M (with "" (instance
        (export "new" (func $new)) (export "drop" (func $drop))
        (export "dead" (global $d "dead"))))))
      (func (export "make") (param "n" u32) (result (own $counter))
        (canon lift (core func $m "make")))
      (func (export "read") (param "c" (borrow $counter)) (result u32)
        (canon lift (core func $m "read")))
      (func (export "take") (param "c" (own $counter)) (canon lift (core func $m "take")))
      (func (export "dead") (result u32) (canon lift (core func $m "dead")))))";
};

TEST_F(GuestResources, TheHostHoldsBorrowsAndDropsThem) {
  ComponentInstance* instance = instantiate(counters);
  const Value counter = call_for_value(instance, "make", {Value::u32(5)});
  ASSERT_TRUE(counter.is(TypeKind::own));
  ASSERT_NE(counter.resource(), nullptr);
  const Value borrow = Value::borrow(counter.resource(), counter.rep());
  EXPECT_EQ(call_for_value(instance, "read", {borrow}), Value::u32(5));
  EXPECT_EQ(call_for_value(instance, "dead"), Value::u32(0));
  EXPECT_TRUE(store.drop(counter));
  EXPECT_EQ(call_for_value(instance, "dead"), Value::u32(5));
  EXPECT_FALSE(store.drop(borrow)) << "only owners drop";
}

TEST_F(GuestResources, OwnershipGoesBackToTheGuest) {
  ComponentInstance* instance = instantiate(counters);
  const Value counter = call_for_value(instance, "make", {Value::u32(6)});
  EXPECT_TRUE(try_call(instance, "take", {counter}));
  EXPECT_EQ(call_for_value(instance, "dead"), Value::u32(6));
}

TEST_F(GuestResources, ATrapInADestructorPoisons) {
  ComponentInstance* instance = instantiate(counters);
  const Value counter = call_for_value(instance, "make", {Value::u32(99)});
  const auto dropped = store.drop(counter);
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().message, "unreachable");
  EXPECT_EQ(trap_of(instance, "dead"), "cannot enter component instance");
}

TEST_F(GuestResources, OfAnotherInstanceAreOfAnotherType) {
  ComponentInstance* first = instantiate(counters);
  ComponentInstance* second = instantiate(counters);
  const Value counter = call_for_value(first, "make", {Value::u32(1)});
  EXPECT_THAT(trap_of(second, "take", {counter}), ::testing::HasSubstr("resource of another type"));
}

/// A user of a counter component, in one store with it. `body` is what it does.
std::string with_user(std::string_view counters, std::string_view body, std::string_view keep) {
  std::string text = "(component (component $Counters ";
  text += counters.substr(counters.find("(component") + 10);
  text += R"(
    (component $User
      (import "c" (instance $c
        (export "counter" (type $counter (sub resource)))
        (export "make" (func (param "n" u32) (result (own $counter))))
        (export "read" (func (param "c" (borrow $counter)) (result u32)))
        (export "take" (func (param "c" (own $counter))))
        (export "dead" (func (result u32)))))
      (alias export $c "counter" (type $counter))
      (core func $make (canon lower (func $c "make")))
      (core func $read (canon lower (func $c "read")))
      (core func $take (canon lower (func $c "take")))
      (core func $drop (canon resource.drop $counter))
      (core module $M
        (import "" "make" (func $make (param i32) (result i32)))
        (import "" "read" (func $read (param i32) (result i32)))
        (import "" "take" (func $take (param i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "f") (result i32) (local $h i32) )";
  text += body;
  text += ") (func (export \"keep\") (param i32) ";
  text += keep;
  text += R"())
      (core instance $m (instantiate $M (with "" (instance (export "make" (func $make))
        (export "read" (func $read)) (export "take" (func $take)) (export "drop" (func $drop))))))
      (func (export "f") (result u32) (canon lift (core func $m "f")))
      (func (export "keep") (param "c" (borrow $counter)) (canon lift (core func $m "keep"))))
    (instance $counters (instantiate $Counters))
    (instance $user (instantiate $User (with "c" (instance $counters))))
    (alias export $counters "counter" (type $counter))
    (export $named "counter" (type $counter))
    (export "keep" (func $user "keep") (func (param "c" (borrow $named))))
    (func (export "f") (alias export $user "f"))
    (export "make" (func $counters "make") (func (param "n" u32) (result (own $named))))
    (func (export "dead") (alias export $counters "dead")))";
  text += ")";
  return text;
}

TEST_F(GuestResources, TravelBetweenComponents) {
  ComponentInstance* instance = instantiate(with_user(counters, R"(
      (local.set $h (call $make (i32.const 40)))
      (drop (call $make (i32.const 2)))
      (call $drop (i32.const 2))
      (i32.add (call $read (local.get $h)) (local.get $h)))",
                                                      ""));
  EXPECT_EQ(call_for_value(instance, "f"), Value::u32(41));
  EXPECT_EQ(call_for_value(instance, "dead"), Value::u32(2));
}

TEST_F(GuestResources, BorrowsMustBeDroppedBeforeTheCallEnds) {
  ComponentInstance* tidy = instantiate(with_user(counters, "(i32.const 0)",
                                                  "(drop (call $read (local.get 0)))"
                                                  "(call $drop (local.get 0))"));
  const Value counter = call_for_value(tidy, "make", {Value::u32(3)});
  const Value borrow = Value::borrow(counter.resource(), counter.rep());
  EXPECT_TRUE(try_call(tidy, "keep", {borrow}));
  EXPECT_TRUE(try_call(tidy, "keep", {borrow}));

  ComponentInstance* untidy = instantiate(with_user(counters, "(i32.const 0)", ""));
  const Value kept = call_for_value(untidy, "make", {Value::u32(3)});
  EXPECT_EQ(trap_of(untidy, "keep", {Value::borrow(kept.resource(), kept.rep())}),
            "borrow handles still remain at the end of the call");
}

TEST_F(GuestResources, BorrowsCannotBeGivenAway) {
  ComponentInstance* instance =
      instantiate(with_user(counters, "(i32.const 0)", "(call $take (local.get 0))"));
  const Value counter = call_for_value(instance, "make", {Value::u32(3)});
  EXPECT_EQ(trap_of(instance, "keep", {Value::borrow(counter.resource(), counter.rep())}),
            "cannot lift own resource from a borrow");
}

TEST_F(GuestResources, HandlesOfAnotherComponentMeanNothingHere) {
  // The maker's handle 1 was handed over, so the maker no longer has it; the user has only its own.
  EXPECT_EQ(trap_of(instantiate(with_user(counters, "(call $read (i32.const 1))", "")), "f"),
            "unknown handle index 1");
  EXPECT_EQ(trap_of(instantiate(with_user(counters, R"(
      (local.set $h (call $make (i32.const 1)))
      (call $take (local.get $h)) (call $read (local.get $h)))",
                                          "")),
                    "f"),
            "unknown handle index 1");
}

}  // namespace
}  // namespace airlock::canonical_abi
