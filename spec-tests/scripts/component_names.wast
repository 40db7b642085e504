;; Names of components beside the suite's: strong uniqueness in every scope, getters and setters.

;; All of these go together (Explainer.md, Name Uniqueness).
(component definition
  (import "foo" (type $foo (sub resource)))
  (import "foo-bar" (type (sub resource)))
  (import "[constructor]foo" (func (result (own $foo))))
  (import "[method]foo.bar" (func (param "self" (borrow $foo))))
  (import "[static]foo.baz" (func))
  (import "[get]prop" (func (result u32)))
  (import "[set]prop" (func (param "to" u32)))
  (import "[method][get]foo.prop" (func (param "self" (borrow $foo)) (result string)))
  (import "[method][set]foo.prop"
    (func (param "self" (borrow $foo)) (param "to" string) (result (result (error u8)))))
  (import "[static][get]foo.prop-2" (func (result (result u64 (error string)))))
  (import "[static][set]foo.prop-2" (func (param "to" u64)))
  (import "[method]foo.get-prop" (func (param "self" (borrow $foo))))
  (import "[method]foo.set-prop" (func (param "self" (borrow $foo)))))

;; In exports, instance types, component types, inline instances and labels alike.
(assert_invalid
  (component (import "f" (func $f)) (export "a-b" (func $f)) (export "ab" (func $f)))
  "export name `ab` conflicts with previous name `a-b`")
(assert_invalid
  (component (type (instance (export "a-b" (func)) (export "ab" (func)))))
  "export name `ab` conflicts with previous name `a-b`")
(assert_invalid
  (component (type (component (import "ab-c" (func)) (import "a-bc" (func)))))
  "import name `a-bc` conflicts with previous name `ab-c`")
(assert_invalid
  (component (import "f" (func $f)) (instance (export "A-B" (func $f)) (export "ab" (func $f))))
  "export name `ab` conflicts with previous name `A-B`")
(assert_invalid
  (component (type (record (field "a-b" u8) (field "ab" u8))))
  "record field name `ab` conflicts with previous field name `a-b`")
(assert_invalid
  (component (type (variant (case "a-b") (case "a-B"))))
  "variant case name `a-B` conflicts with previous case name `a-b`")
(assert_invalid
  (component (type (enum "ab" "a-b")))
  "enum tag name `a-b` conflicts with previous tag name `ab`")
(assert_invalid
  (component (type (flags "ab" "a-b")))
  "flag name `a-b` conflicts with previous flag name `ab`")
(assert_invalid
  (component (type (func (param "ab" u8) (param "a-b" u8))))
  "function parameter name `a-b` conflicts with previous parameter name `ab`")
(assert_invalid
  (component
    (import "foo" (type $foo (sub resource)))
    (import "[static][get]foo.FO-O" (func (result u8))))
  "import name `[static][get]foo.FO-O` conflicts with previous name `foo`")
(assert_invalid
  (component (import "prop" (func)) (import "[get]prop" (func (result u8))))
  "import name `[get]prop` conflicts with previous name `prop`")
(assert_invalid
  (component
    (import "foo" (type $foo (sub resource)))
    (import "[static]foo.prop" (func))
    (import "[method][get]foo.p-rop" (func (param "self" (borrow $foo)) (result u8))))
  "import name `[method][get]foo.p-rop` conflicts with previous name `[static]foo.prop`")

;; The types of getters.
(assert_invalid
  (component (import "[get]a" (type (sub resource))))
  "item `[get]a` is not a func")
(assert_invalid
  (component (import "[get]a" (func)))
  "a getter should return a value")
(assert_invalid
  (component (import "[get]a" (func (result (result)))))
  "a getter should return a value")
(assert_invalid
  (component (import "[get]a" (func (result (result (error string))))))
  "a getter should return a value")
(assert_invalid
  (component (import "[get]a" (func (param "b" u8) (result u8))))
  "a getter should have no arguments")
(assert_invalid
  (component (import "[get]a" (func async (result u8))))
  "getters and setters cannot be `async`")
(assert_invalid
  (component
    (import "r" (type $r (sub resource)))
    (import "[method][get]r.a" (func (result u8))))
  "function should have at least one argument")
(assert_invalid
  (component
    (import "r" (type $r (sub resource)))
    (import "[method][get]r.a" (func (param "self" (borrow $r)) (param "b" u8) (result u8))))
  "a getter should have no arguments")
(assert_invalid
  (component (import "[static][get]r.a" (func (result u8))))
  "static resource name is not known in this context")

;; Those of setters, which come after their getters.
(assert_invalid
  (component (import "[set]a" (func (param "b" u8))))
  "setter `[set]a` comes without its getter before it")
(assert_invalid
  (component
    (import "[get]a" (func (result u8)))
    (import "[set]A" (func (param "b" u8))))
  "setter `[set]A` comes without its getter before it")
(assert_invalid
  (component
    (import "r" (type $r (sub resource)))
    (import "[static][get]r.a" (func (result u8)))
    (import "[method][set]r.a" (func (param "self" (borrow $r)) (param "b" u8))))
  "setter `[method][set]r.a` comes without its getter before it")
(assert_invalid
  (component
    (import "f" (func $f (param "b" u8)))
    (import "[get]a" (func (result u8)))
    (export "[set]a" (func $f)))
  "setter `[set]a` comes without its getter before it")
(assert_invalid
  (component
    (import "[get]a" (func (result u8)))
    (import "[set]a" (func)))
  "a setter should have one argument")
(assert_invalid
  (component
    (import "[get]a" (func (result u8)))
    (import "[set]a" (func (param "b" u16))))
  "the argument of setter `[set]a` does not have the type that its getter returns")
(assert_invalid
  (component
    (import "[get]a" (func (result (result (list u8) (error string)))))
    (import "[set]a" (func (param "b" (result (list u8) (error string))))))
  "the argument of setter `[set]a` does not have the type that its getter returns")
(assert_invalid
  (component
    (import "[get]a" (func (result u8)))
    (import "[set]a" (func (param "b" u8) (result u8))))
  "a setter should return nothing or a `result` without a value")
(assert_invalid
  (component
    (import "[get]a" (func (result u8)))
    (import "[set]a" (func (param "b" u8) (result (result u8)))))
  "a setter should return nothing or a `result` without a value")
(component definition
  (import "[get]a" (func (result (result (list u8) (error string)))))
  (import "[set]a" (func (param "b" (list u8)) (result (result)))))

;; Getters and setters are called like any other function.
(component
  (core module $M
    (global $value (mut i32) (i32.const 1))
    (func (export "get") (result i32) (global.get $value))
    (func (export "set") (param i32) (global.set $value (local.get 0))))
  (core instance $m (instantiate $M))
  (func $get (result u32) (canon lift (core func $m "get")))
  (func $set (param "to" u32) (canon lift (core func $m "set")))
  (export "[get]value" (func $get))
  (export "[set]value" (func $set)))
(assert_return (invoke "[get]value") (u32.const 1))
(assert_return (invoke "[set]value" (u32.const 7)))
(assert_return (invoke "[get]value") (u32.const 7))

;; Built-ins that forward streams and futures are for a type of their own sort.
(component
  (type $s (stream u8))
  (type $f (future))
  (core func (canon stream.forward $s))
  (core func $ff (canon future.forward $f))
  (core module $M (import "" "forward" (func (param i32 i32))))
  (core instance (instantiate $M (with "" (instance (export "forward" (func $ff)))))))
(assert_invalid
  (component (type $f (future)) (core func (canon stream.forward $f)))
  "`stream.forward` requires a stream type")
(assert_invalid
  (component (type $s (stream)) (core func (canon future.forward $s)))
  "`future.forward` requires a future type")
(assert_malformed
  (component quote "(canon thread.yield cancellable (core func))")
  "unexpected token")
