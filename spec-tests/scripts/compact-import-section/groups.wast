;; Groups of imports beside the suite's: what may not be mixed, where they may stand, names.

(assert_malformed
  (module quote "(import \"m\" (item \"a\") (item \"b\" (func)))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"a\" (func)) (item \"b\"))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"a\" (func)) (func))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"a\"))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"a\") (func) (func))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"a\" \"b\" (func)))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"a\") (import \"n\" \"b\" (func)))")
  "unexpected token")
(assert_malformed
  (module quote "(import \"m\" (item \"\\ff\" (func)))")
  "malformed UTF-8 encoding")
(assert_malformed
  (module quote "(func) (import \"m\")")
  "import after function")
(assert_malformed
  (module quote "(import \"m\" (item \"a\" (func $f)) (item \"b\" (func $f)))")
  "duplicate func")
(assert_invalid
  (module (import "m" (item "a") (func (type 1))))
  "unknown type")
;; ... of which a group without items makes none.
(module (import "m" (func (type 1))))

(module
  (func (export "get") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func (export "set") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (table (export "table") 2 funcref))
(register "m")

;; Names of parameters, and of what the items import.
(module
  (import "m"
    (item "get" (func $get (param $x i32) (result i32)))
    (item "table" (table $t 1 funcref))
    (item "set" (func $set (param $x i32) (result i32))))
  (func (export "run") (result i32)
    (i32.add (call $get (call $set (i32.const 5))) (table.size $t))))
(assert_return (invoke "run") (i32.const 13))

;; One type, whose parameter may have a name as well.
(module
  (import "m" (item "get") (item "set") (func (param $x i32) (result i32)))
  (func (export "run") (result i32) (call 1 (call 0 (i32.const 5)))))
(assert_return (invoke "run") (i32.const 12))

;; A binary whose name section names an import of a group with one type.
(module binary
  "\00asm" "\01\00\00\00"
  "\01\06\01\60\01\7f\01\7f"
  "\02\10\01" "\01m" "\00\7e" "\00\00" "\02" "\03get" "\03set"
  "\03\02\01\00"
  "\07\07\01" "\03run" "\00\02"
  "\0a\0a\01" "\08\00" "\20\00\10\00\10\01\0b"
  "\00\0e" "\04name" "\01\07\02" "\00\01g" "\01\01s")
(assert_return (invoke "run" (i32.const 5)) (i32.const 12))

(assert_unlinkable
  (module (import "m" (item "get") (item "table") (func (param i32) (result i32))))
  "incompatible import type")
