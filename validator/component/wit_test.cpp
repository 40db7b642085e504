#include "validator/component/wit.hpp"

#include <gtest/gtest.h>

#include "decoder/component/reader.hpp"
#include "decoder/text/parser.hpp"

namespace airlock::validator::component {
namespace {

std::string wit_of(std::string_view source) {
  auto assembled = decoder::text::assemble(source);
  if (!assembled) return assembled.error().message;
  auto tree = syntax::read_component(
      std::make_shared<const std::vector<std::byte>>(std::move(assembled->binary)));
  if (!tree) return tree.error().message;
  auto valid = validate_component(std::make_shared<const syntax::ComponentTree>(std::move(*tree)));
  return valid ? render_wit(*valid) : valid.error().message;
}

TEST(Wit, EmptyWorld) {
  EXPECT_EQ(wit_of("(component)"), "package root:component;\n\nworld root {\n}\n");
}

TEST(Wit, FunctionsAndTypesOfAWorld) {
  EXPECT_EQ(wit_of(R"((component
    (type $p (record (field "x" u32) (field "list" (list string))))
    (import "p" (type $q (eq $p)))
    (import "f" (func $f async (param "p" $q) (param "r" (result (error u8))) (result (option $q))))
    (export "type" (func $f))))"),
            R"(package root:component;

world root {
  record p {
    x: u32,
    %list: list<string>,
  }
  import f: async func(p: p, r: result<_, u8>) -> option<p>;

  export %type: async func(p: p, r: result<_, u8>) -> option<p>;
}
)");
}

TEST(Wit, KeywordsAreEscapedInEveryPlace) {
  EXPECT_EQ(wit_of(R"((component
    (import "async:use/world@0.1.0" (instance $i (export "type" (type (sub resource)))))
    (alias export $i "type" (type $t))
    (import "a:b/c" (instance
      (alias outer 1 $t (type $t)) (export "enum" (type (eq $t)))
      (type $b u8) (export "record" (type $u (eq $b))) (export "flags" (type (eq $u)))))
    (import "interface" (implements "a:map/list") (instance))))"),
            R"(package root:component;

world root {
  import %async:%use/%world@0.1.0;
  import a:b/c;
  import %interface: a:%map/%list;
}

package %async:%use@0.1.0 {
  interface %world {
    resource %type;
  }
}

package a:b {
  interface c {
    use %async:%use/%world@0.1.0.{%type as %enum};
    type %record = u8;
    type %flags = %record;
  }
}

package a:%map {
  interface %list {
  }
}
)");
}

TEST(Wit, GettersAndSetters) {
  EXPECT_EQ(wit_of(R"((component
    (import "[get]size" (func (result u64)))
    (import "[set]size" (func (param "to" u64) (result (result (error string)))))
    (import "a:b/c" (instance
      (export "blob" (type $blob (sub resource)))
      (export "[method][get]blob.at" (func (param "self" (borrow $blob)) (result u64)))
      (export "[method][set]blob.at" (func (param "self" (borrow $blob)) (param "to" u64)))
      (export "[static][get]blob.most" (func (result (result u64))))
      (export "[get]all" (func (result string)))))))"),
            R"(package root:component;

world root {
  import a:b/c;
  import size: get() -> u64;
  import size: set(to: u64) -> result<_, string>;
}

package a:b {
  interface c {
    resource blob {
      at: get() -> u64;
      at: set(to: u64);
      most: static get() -> result<u64>;
    }
    all: get() -> string;
  }
}
)");
}

TEST(Wit, InstancesWithOwnNamesImplementInterfaces) {
  EXPECT_EQ(wit_of(R"((component
    (import "one" (implements "a:b/c") (external-id "say \"1\"") (instance (export "f" (func))))
    (import "two" (implements "a:b/c") (instance (export "f" (func))))
    (import "part" (implements "a:b/c") (instance))
    (import "g" (external-id "G") (func))))"),
            R"(package root:component;

world root {
  @external-id("say \"1\"")
  import one: a:b/c;
  import two: a:b/c;
  // implements a:b/c
  import part: interface {
  }
  @external-id("G")
  import g: func();
}

package a:b {
  interface c {
    f: func();
  }
}
)");
}

TEST(Wit, InterfacesUseEachOthersTypes) {
  EXPECT_EQ(wit_of(R"((component
    (import "a:b/first@1.0.0" (instance $first
      (export "thing" (type $thing (sub resource)))
      (export "[constructor]thing" (func (param "kind" u8) (result (own $thing))))
      (export "[method]thing.get" (func (param "self" (borrow $thing)) (result string)))
      (export "[static]thing.any" (func (result (own $thing))))
      (export "drop-all" (func))))
    (alias export $first "thing" (type $thing))
    (import "a:b/second@1.0.0" (instance
      (alias outer 1 $thing (type $outer))
      (export "item" (type $item (eq $outer)))
      (type $kind' (enum "small" "large"))
      (export "kind" (type $kind (eq $kind')))
      (export "make" (func (param "kind" $kind) (result (own $item))))))))"),
            R"(package root:component;

world root {
  import a:b/first@1.0.0;
  import a:b/second@1.0.0;
}

package a:b@1.0.0 {
  interface first {
    resource thing {
      constructor(kind: u8);
      get: func() -> string;
      any: static func() -> thing;
    }
    drop-all: func();
  }

  interface second {
    use first.{thing as item};
    enum kind {
      small,
      large,
    }
    make: func(kind: kind) -> item;
  }
}
)");
}

TEST(Wit, PlainInstancesAndWhatWitCannotSay) {
  EXPECT_EQ(wit_of(R"((component
    (import "store" (implements "a:b/kv") (instance (export "get" (func (result u8)))))
    (import "m" (core module))))"),
            R"(package root:component;

world root {
  import store: a:b/kv;
  // import m: core module
}

package a:b {
  interface kv {
    get: func() -> u8;
  }
}
)");
}

}  // namespace
}  // namespace airlock::validator::component
