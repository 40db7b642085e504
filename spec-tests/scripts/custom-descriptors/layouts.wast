;; The place of a descriptor in its object is not observable: fields of all types and in any number
;; keep their values, in supertypes and subtypes, and with the collector at work.

(module
  (rec
    (type $base (sub (descriptor $base_class)
      (struct (field $byte (mut i8)) (field $word (mut i32)))))
    (type $base_class (sub (describes $base) (descriptor $base_class_class) (struct)))
    (type $base_class_class (sub (describes $base_class) (struct)))
    ;; Its fields lie on both sides of the descriptor.
    (type $middle (sub $base (descriptor $middle_class)
      (struct (field $byte (mut i8)) (field $word (mut i32)) (field $more (mut i8)))))
    (type $middle_class (sub $base_class (describes $middle) (descriptor $middle_class_class)
      (struct (field $number i64))))
    (type $middle_class_class (sub $base_class_class (describes $middle_class) (struct)))
    ;; And below that, where the descriptors are found in the same places.
    (type $wide (sub $middle (descriptor $wide_class)
      (struct (field $byte (mut i8)) (field $word (mut i32)) (field $more (mut i8))
              (field $vector (mut v128)) (field $link (mut anyref)) (field $half (mut i16))
              (field $single (mut f32)) (field $double (mut f64)) (field $long (mut i64)))))
    (type $wide_class (sub $middle_class (describes $wide) (descriptor $wide_class_class)
      (struct (field $number i64) (field $kept (mut anyref)))))
    (type $wide_class_class (sub $middle_class_class (describes $wide_class)
      (struct (field $level i32)))))

  ;; Single-linked, with a descriptor of its own for each node.
  (rec
    (type $node (descriptor $tag) (struct (field $next (ref null $node))))
    (type $tag (describes $node) (struct (field $value i32))))

  (global $class (ref (exact $wide_class))
    (struct.new_desc $wide_class (i64.const 77) (ref.null any)
      (struct.new $wide_class_class (i32.const 2))))
  (global $constant (ref (exact $wide))
    (struct.new_desc $wide
      (i32.const 0x1ff) (i32.const 2) (i32.const 3) (v128.const i64x2 4 5) (ref.null any)
      (i32.const 6) (f32.const 7) (f64.const 8) (i64.const 9) (global.get $class)))

  (func $make (param $seed i32) (result (ref (exact $wide)))
    (struct.new_desc $wide
      (local.get $seed)
      (i32.add (local.get $seed) (i32.const 1))
      (i32.const 3)
      (i32x4.splat (local.get $seed))
      (ref.i31 (local.get $seed))
      (i32.add (local.get $seed) (i32.const 2))
      (f32.convert_i32_s (local.get $seed))
      (f64.convert_i32_s (local.get $seed))
      (i64.extend_i32_s (local.get $seed))
      (global.get $class)))

  (func $sum (param $wide (ref $wide)) (result i64)
    (i64.extend_i32_u (struct.get_u $base $byte (local.get $wide)))
    (i64.extend_i32_u (struct.get $middle $word (local.get $wide)))
    (i64.add)
    (i64.extend_i32_u (struct.get_u $wide $more (local.get $wide)))
    (i64.add)
    (i64x2.extract_lane 0 (struct.get $wide $vector (local.get $wide)))
    (i64x2.extract_lane 1 (struct.get $wide $vector (local.get $wide)))
    (i64.add)
    (i64.add)
    (i64.extend_i32_u (struct.get_u $wide $half (local.get $wide)))
    (i64.add)
    (i64.trunc_f32_s (struct.get $wide $single (local.get $wide)))
    (i64.add)
    (i64.trunc_f64_s (struct.get $wide $double (local.get $wide)))
    (i64.add)
    (struct.get $wide $long (local.get $wide))
    (i64.add)
    (struct.get $middle_class $number (ref.get_desc $middle (local.get $wide)))
    (i64.add)
    (i64.extend_i32_u (struct.get $wide_class_class $level
      (ref.get_desc $wide_class (ref.get_desc $wide (local.get $wide)))))
    (i64.add))

  (func (export "constant") (result i64) (call $sum (global.get $constant)))
  (func (export "made") (param i32) (result i64) (call $sum (call $make (local.get 0))))
  (func (export "defaults") (result i64)
    (call $sum (struct.new_default_desc $wide (global.get $class))))
  (func (export "changed") (result i64)
    (local $wide (ref $wide))
    (local.set $wide (call $make (i32.const 1)))
    (struct.set $base $byte (local.get $wide) (i32.const 0))
    (struct.set $middle $more (local.get $wide) (i32.const 0))
    (struct.set $wide $vector (local.get $wide) (v128.const i64x2 0 0))
    (struct.set $wide $long (local.get $wide) (i64.const -1))
    (call $sum (local.get $wide)))

  ;; Three fields and four: the interpreter writes only a few one by one.
  (rec
    (type $three (descriptor $three_class) (struct (field i32) (field i64) (field i8)))
    (type $three_class (describes $three) (struct)))
  (rec
    (type $four (descriptor $four_class) (struct (field i32) (field v128) (field i8) (field i64)))
    (type $four_class (describes $four) (struct)))
  (func (export "three") (param i64) (result i64)
    (local $object (ref $three))
    (local.set $object
      (struct.new_desc $three
        (i32.const 1) (local.get 0) (i32.const 3) (struct.new $three_class)))
    (i64.add (struct.get $three 1 (local.get $object))
             (i64.extend_i32_u (struct.get_u $three 2 (local.get $object)))))
  (func (export "four") (param i64) (result i64)
    (local $object (ref $four))
    (local.set $object
      (struct.new_desc $four
        (i32.const 1) (i64x2.splat (local.get 0)) (i32.const 3) (local.get 0)
        (struct.new $four_class)))
    (i64.add (struct.get $four 3 (local.get $object))
             (i64x2.extract_lane 1 (struct.get $four 1 (local.get $object)))))

  ;; A list of nodes with a new descriptor each, and much garbage in between. Only the nodes refer
  ;; to the descriptors.
  (global $list (mut (ref null $node)) (ref.null none))
  (func (export "fill") (param $count i32)
    (loop $next
      (global.set $list
        (struct.new_desc $node (global.get $list) (struct.new $tag (local.get $count))))
      (drop (struct.new_desc $node (ref.null none) (struct.new $tag (i32.const -1))))
      (drop (struct.new_default_desc $node (struct.new $tag (i32.const -2))))
      (drop (call $make (local.get $count)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
  (func (export "total") (result i64)
    (local $node (ref null $node)) (local $total i64)
    (local.set $node (global.get $list))
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $node)))
        (local.set $total
          (i64.add (local.get $total)
                   (i64.extend_i32_s
                     (struct.get $tag $value (ref.get_desc $node (local.get $node))))))
        (local.set $node (struct.get $node $next (local.get $node)))
        (br $next)))
    (local.get $total))
  ;; A descriptor outlives its object while it is referred to, and can be used for new ones.
  (func (export "again") (result i32)
    (local $tag (ref null (exact $tag))) (local $node (ref null $node))
    (local.set $tag
      (ref.get_desc $node (struct.new_default_desc $node (struct.new $tag (i32.const 5)))))
    (drop (call $make (i32.const 1)))
    (local.set $node (struct.new_default_desc $node (local.get $tag)))
    (drop (ref.cast_desc_eq (ref (exact $node)) (local.get $node) (local.get $tag)))
    (struct.get $tag $value (local.get $tag)))
)

(assert_return (invoke "constant") (i64.const 378))
(assert_return (invoke "made" (i32.const 0)) (i64.const 85))
(assert_return (invoke "made" (i32.const 1)) (i64.const 0x2_0000_005d))
(assert_return (invoke "defaults") (i64.const 79))
(assert_return (invoke "changed") (i64.const 85))
(assert_return (invoke "three" (i64.const 40)) (i64.const 43))
(assert_return (invoke "four" (i64.const 40)) (i64.const 80))
(invoke "fill" (i32.const 1000))
(assert_return (invoke "total") (i64.const 500500))
(assert_return (invoke "again") (i32.const 5))

;; Types that differ only in exactness or in their descriptors are different types.
(module $M
  (rec (type $a (sub (descriptor $b) (struct))) (type $b (sub (describes $a) (struct))))
  (type $exact (func (param (ref null (exact $a)))))
  (func (export "exact") (type $exact))
  (global (export "b") (ref (exact $b)) (struct.new $b))
  (table (export "table") 1 (ref null (exact $a)))
)
(register "M" $M)
(module
  (rec (type $a (sub (descriptor $b) (struct))) (type $b (sub (describes $a) (struct))))
  (import "M" "exact" (func (param (ref null (exact $a)))))
  (import "M" "b" (global (ref $b)))
  (import "M" "b" (global (ref null (exact $b))))
  (import "M" "table" (table 1 (ref null (exact $a))))
)
(assert_unlinkable
  (module
    (rec (type $a (sub (descriptor $b) (struct))) (type $b (sub (describes $a) (struct))))
    (import "M" "exact" (func (param (ref null $a)))))
  "incompatible import type")
(assert_unlinkable
  (module
    (rec (type $a (sub (struct))) (type $b (sub (struct))))
    (import "M" "b" (global (ref $b))))
  "incompatible import type")
(assert_unlinkable
  (module
    (rec (type $a (sub (descriptor $b) (struct))) (type $b (sub (describes $a) (struct))))
    (import "M" "table" (table 1 (ref null $a))))
  "incompatible import type")
