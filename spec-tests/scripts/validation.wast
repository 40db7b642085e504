;; Edge cases of validation that are not in the official suite.

;; Locals without default: set in one arm of an `if` is not set after it.
(assert_invalid
  (module (func (param i32) (local (ref func))
    (if (local.get 0)
      (then (local.set 1 (ref.func 0)))
      (else (local.set 1 (ref.func 0))))
    (drop (local.get 1)))
    (elem declare func 0))
  "uninitialized local")

;; ... and set before a block is set inside it.
(module (func (local (ref func))
    (local.set 0 (ref.func 0))
    (block (drop (local.get 0)))
    (loop (local.set 0 (ref.func 0)) (drop (local.get 0)))
    (drop (local.get 0)))
  (elem declare func 0))

;; ... and setting in dead code counts as well.
(module (func (local (ref func))
    (unreachable)
    (local.set 0)
    (drop (local.get 0))))

;; Unreachable code is typed, too.
(assert_invalid
  (module (func (unreachable) (drop (i32.add (i64.const 0)))))
  "type mismatch")
(assert_invalid
  (module (func (br 0) (block (result i32)) (drop (drop))))
  "type mismatch")
(module (func (result i32) (br 0 (i32.const 1)) (select) (i32.eqz)))

;; Branches keep the label's types, not those of the operands.
(assert_invalid
  (module (type $f (func))
    (func (param (ref $f) i32) (result (ref func))
      (drop (call_ref $f (br_if 0 (local.get 0) (local.get 1))))
      (local.get 0)))
  "type mismatch")

;; The length of a copy has the smaller address type.
(module (memory $a 1) (memory $b i64 1)
  (func (memory.copy $a $b (i32.const 0) (i64.const 0) (i32.const 0)))
  (func (memory.copy $b $a (i64.const 0) (i32.const 0) (i32.const 0)))
  (func (memory.copy $b $b (i64.const 0) (i64.const 0) (i64.const 0))))
(assert_invalid
  (module (memory $a 1) (memory $b i64 1)
    (func (memory.copy $a $b (i32.const 0) (i64.const 0) (i64.const 0))))
  "type mismatch")

;; Equal recursive groups are one type, in any place.
(module
  (rec (type $a (sub (struct (field (ref null $a))))) (type $b (sub $a (struct (field (ref null $a)) (field i32)))))
  (rec (type $c (sub (struct (field (ref null $c))))) (type $d (sub $c (struct (field (ref null $c)) (field i32)))))
  (func (param (ref $d)) (result (ref $a)) (local.get 0)))
(assert_invalid
  (module
    (rec (type $a (sub (struct (field (ref null $a))))))
    (rec (type $c (sub (struct (field (ref null $c))))) (type $d (sub $c (struct (field (ref null $c)))))) 
    (func (param (ref $c)) (result (ref $a)) (local.get 0)))
  "type mismatch")

;; A tag's parameters must fit the label of the clause that catches it.
(assert_invalid
  (module (tag $t (param i32))
    (func (block $l (result i64) (try_table (catch $t $l)) (i64.const 0)) (drop)))
  "type mismatch")
(module (tag $t (param i32))
  (func (block $l (result i32 exnref) (try_table (catch_ref $t $l)) (unreachable)) (drop) (drop)))
