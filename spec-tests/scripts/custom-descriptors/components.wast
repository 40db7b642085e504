;; Core types with descriptors in components, and core modules that pass such objects to each other.

(component definition
  (core rec
    (type $a (sub (descriptor $b) (struct (field i32))))
    (type $b (sub (describes $a) (struct))))
  (core type (func (param (ref (exact $a)))))
)
(component definition
  (core type $m (module
    (rec
      (type $a (descriptor $b) (struct))
      (type $b (describes $a) (struct (field (ref null (exact $a))))))
    (type $f (func (param (ref null (exact $a)))))
    (import "a" "b" (func (exact (type $f))))
    (export "c" (global (ref (exact $b))))))
)

(assert_invalid
  (component (core rec
    (type $a (descriptor $b) (struct))
    (type $b (struct))))
  "type is not described by its descriptor")
(assert_invalid
  (component
    (core rec
      (type $a (descriptor $b) (struct))
      (type $b (describes $a) (struct)))
    (core type (describes $a) (struct)))
  "described type is outside rec group")
(assert_invalid
  (component (core rec
    (type $a (sub (descriptor $b) (struct)))
    (type $b (sub (describes $a) (struct)))
    (type $c (sub $a (descriptor $d) (struct)))
    (type $d (sub (describes $c) (struct)))))
  "descriptor type 3 does not match 1")
(assert_invalid
  (component (core type (func (param (ref (exact 7))))))
  "type index out of bounds")
(assert_invalid
  (component (core rec (type (descriptor 9) (struct))))
  "type index out of bounds")

(component
  (core module $maker
    (rec
      (type $a (sub (descriptor $b) (struct (field i32))))
      (type $b (sub (describes $a) (struct (field i32)))))
    (global $class (export "class") (ref (exact $b)) (struct.new $b (i32.const 40)))
    (func (export "make") (param i32) (result (ref $a))
      (struct.new_desc $a (local.get 0) (global.get $class))))
  (core module $user
    (rec
      (type $a (sub (descriptor $b) (struct (field i32))))
      (type $b (sub (describes $a) (struct (field i32)))))
    (type $make (func (param i32) (result (ref $a))))
    (import "maker" "make" (func $make (exact (type $make))))
    (import "maker" "class" (global $class (ref (exact $b))))
    (func (export "sum") (param i32) (result i32)
      (local $object (ref (exact $a)))
      (local.set $object
        (ref.cast_desc_eq (ref (exact $a)) (call $make (local.get 0)) (global.get $class)))
      (i32.add (struct.get $a 0 (local.get $object))
               (struct.get $b 0 (ref.get_desc $a (local.get $object)))))
    (func (export "other") (param i32) (result i32)
      (drop (ref.cast_desc_eq (ref $a) (call $make (local.get 0)) (struct.new_default $b)))
      (i32.const 0)))
  (core instance $maker (instantiate $maker))
  (core instance $user (instantiate $user (with "maker" (instance $maker))))
  (func (export "sum") (param "n" u32) (result u32) (canon lift (core func $user "sum")))
  (func (export "other") (param "n" u32) (result u32) (canon lift (core func $user "other"))))
(assert_return (invoke "sum" (u32.const 2)) (u32.const 42))
(assert_trap (invoke "other" (u32.const 2)) "descriptor cast failure")
