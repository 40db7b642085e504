;; A callee that is given a handle, calls back and then throws. While it ran, its caller has made a handle
;; under the number that the given one had: nothing is put back under it.
(component definition $C
  (component $Service
    (import "back" (func $back))
    (import "r" (type $r (sub resource)))
    (core func $back' (canon lower (func $back)))
    (core module $M
      (import "" "back" (func $back))
      (tag $t)
      (func (export "go") (param i32)
        (call $back) (throw $t)))
    (core instance $m (instantiate $M (with "" (instance (export "back" (func $back'))))))
    (func (export "go") (param "a" (own $r)) (canon lift (core func $m "go"))))
  (type $r' (resource (rep i32)))
  (core func $new (canon resource.new $r'))
  (core module $A (import "" "new" (func $new (param i32) (result i32)))
    (func (export "back") (drop (call $new (i32.const 0x7fffff)))))
  (core instance $a (instantiate $A (with "" (instance (export "new" (func $new))))))
  (func $back (canon lift (core func $a "back")))
  (instance $s (instantiate $Service (with "back" (func $back)) (with "r" (type $r'))))
  (core func $go (canon lower (func $s "go")))
  (core module $B
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "go" (func $go (param i32)))
    (func (export "run") (call $go (call $new (i32.const 1)))))
  (core instance $b (instantiate $B (with "" (instance (export "new" (func $new)) (export "go" (func $go))))))
  (func (export "run") (canon lift (core func $b "run"))))
(component instance $i $C)
(assert_trap (invoke "run") "uncaught exception")
(assert_trap (invoke "run") "cannot enter component instance")
