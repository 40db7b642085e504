;; A small dynamic language in WebAssembly with garbage collection, as a compiler might generate it:
;; numbers are i31 or boxed, texts are arrays of bytes, there are pairs, vectors, closures and
;; classes with methods. It uses every instruction of the garbage collection proposal.

(module $language
  ;; --- Types

  ;; Values are anyref: i31 for small integers, and these.
  (type $text (array (mut i8)))
  (type $wide_text (array (mut i16)))
  (type $vector (array (mut anyref)))
  (type $doubles (array (mut f64)))
  (type $floats (array f32))
  (type $masks (array (mut i64)))
  (rec
    (type $pair (sub final (struct (field $first (mut anyref)) (field $rest (mut anyref))))))
  (type $real (sub final (struct (field $value f64))))
  (type $big (sub final (struct (field $value i64) (field $negative i8))))
  (type $flags (sub final
    (struct (field $small (mut i8)) (field $middle (mut i16)) (field $word (mut i32))
            (field $ratio (mut f32)) (field $long (mut i64)))))

  ;; A closure has its code and the captured values.
  (rec
    (type $code (func (param (ref $closure)) (param anyref) (result anyref)))
    (type $closure (sub (struct (field $code (ref $code))))))
  (type $closure_1 (sub final $closure (struct (field $code (ref $code)) (field $captured anyref))))

  ;; Classes: shapes with a table of methods, and methods that take the object itself.
  (rec
    (type $area_method (func (param (ref $shape)) (result f64)))
    (type $methods (sub (struct (field $area (ref $area_method)) (field $name (ref $text)))))
    (type $shape (sub (struct (field $methods (ref $methods)) (field $identity i32)))))
  (type $circle (sub $shape
    (struct (field $methods (ref $methods)) (field $identity i32) (field $radius f64))))
  (type $rectangle (sub $shape
    (struct (field $methods (ref $methods)) (field $identity i32) (field $width (mut f64))
            (field $height (mut f64)))))
  (type $square (sub final $rectangle
    (struct (field $methods (ref $methods)) (field $identity i32) (field $width (mut f64))
            (field $height (mut f64)))))

  ;; --- Data

  (data $words "circlerectanglesquare")
  (data $numbers "\00\00\00\00\00\00\f0\3f" "\00\00\00\00\00\00\00\40" "\00\00\00\00\00\00\08\40")
  (data $greek "\b1\03\b2\03\b3\03\b4\03")
  (elem $primes (ref i31)
    (item (ref.i31 (i32.const 2))) (item (ref.i31 (i32.const 3))) (item (ref.i31 (i32.const 5)))
    (item (ref.i31 (i32.const 7))) (item (ref.i31 (i32.const 11))))
  (elem declare func $circle_area $rectangle_area $add_captured $compose_code)

  ;; Constant expressions make objects, too.
  (global $circle_name (ref $text)
    (array.new_fixed $text 6 (i32.const 99) (i32.const 105) (i32.const 114) (i32.const 99)
                             (i32.const 108) (i32.const 101)))
  (global $circle_methods (ref $methods)
    (struct.new $methods (ref.func $circle_area) (global.get $circle_name)))
  (global $nothing (ref $vector) (array.new_default $vector (i32.const 0)))
  (global $zeros (ref $doubles) (array.new $doubles (f64.const 0.5) (i32.const 3)))
  (global $blank (ref $flags) (struct.new_default $flags))
  (global $outside externref (extern.convert_any (ref.i31 (i32.const -1))))
  (global $inside anyref (any.convert_extern (extern.convert_any (ref.i31 (i32.const 40)))))
  (global $rectangle_methods (mut (ref null $methods)) (ref.null $methods))
  (global $counter (mut i32) (i32.const 0))
  (table $kept 10 anyref)

  ;; --- Numbers

  ;; An integer as a value: an i31 if it fits, else boxed.
  (func $integer (param $number i64) (result (ref any))
    (if (result (ref any))
        (i64.eq (local.get $number)
                (i64.shr_s (i64.shl (local.get $number) (i64.const 33)) (i64.const 33)))
      (then (ref.i31 (i32.wrap_i64 (local.get $number))))
      (else (struct.new $big (local.get $number)
                             (i64.lt_s (local.get $number) (i64.const 0))))))

  ;; The integer in a value, i31 or boxed; a real is truncated.
  (func $to_integer (param $value anyref) (result i64)
    (block $is_big (result (ref $big))
      (block $is_real (result (ref $real))
        (block $is_small (result (ref i31))
          (br_on_cast $is_small anyref (ref i31) (local.get $value))
          (br_on_cast $is_real anyref (ref $real))
          (br_on_cast $is_big anyref (ref $big))
          (drop)
          (unreachable))
        (return (i64.extend_i32_s (i31.get_s))))
      (return (i64.trunc_f64_s (struct.get $real $value))))
    (struct.get $big $value))

  (func $add (param $a anyref) (param $b anyref) (result anyref)
    (if (i32.or (ref.test (ref $real) (local.get $a)) (ref.test (ref $real) (local.get $b)))
      (then (return (struct.new $real
        (f64.add (call $to_real (local.get $a)) (call $to_real (local.get $b)))))))
    (call $integer (i64.add (call $to_integer (local.get $a)) (call $to_integer (local.get $b)))))

  (func $to_real (param $value anyref) (result f64)
    (block $other (result anyref)
      (return (struct.get $real $value
        (br_on_cast_fail $other anyref (ref $real) (local.get $value)))))
    (f64.convert_i64_s (call $to_integer)))

  (func (export "integer_kind") (param $number i64) (result i32)
    (local $value (ref any))
    (local.set $value (call $integer (local.get $number)))
    (i32.add (ref.test (ref i31) (local.get $value))
      (i32.mul (i32.const 2) (ref.test (ref $big) (local.get $value)))))
  (func (export "integer_round") (param i64) (result i64)
    (call $to_integer (call $integer (local.get 0))))
  (func (export "integer_sign") (param $number i64) (result i32)
    (struct.get_s $big $negative
      (ref.cast (ref $big) (call $integer (local.get $number)))))
  (func (export "add") (param i64 i64) (result i64)
    (call $to_integer
      (call $add (call $integer (local.get 0)) (call $integer (local.get 1)))))
  (func (export "add_real") (param i64 f64) (result f64)
    (call $to_real (call $add (call $integer (local.get 0)) (struct.new $real (local.get 1)))))
  (func (export "add_nothing") (result anyref)
    (call $add (ref.null none) (ref.i31 (i32.const 1))))

  ;; --- Texts

  (func $word (param $from i32) (param $length i32) (result (ref $text))
    (array.new_data $text $words (local.get $from) (local.get $length)))

  (func $concatenate (param $a (ref $text)) (param $b (ref $text)) (result (ref $text))
    (local $result (ref $text))
    (local.set $result
      (array.new_default $text
        (i32.add (array.len (local.get $a)) (array.len (local.get $b)))))
    (array.copy $text $text (local.get $result) (i32.const 0) (local.get $a) (i32.const 0)
                            (array.len (local.get $a)))
    (array.copy $text $text (local.get $result) (array.len (local.get $a))
                            (local.get $b) (i32.const 0) (array.len (local.get $b)))
    (local.get $result))

  (func $hash (param $text (ref $text)) (result i32)
    (local $i i32) (local $hash i32)
    (local.set $hash (i32.const 5381))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (array.len (local.get $text))))
        (local.set $hash
          (i32.add (i32.mul (local.get $hash) (i32.const 33))
                   (array.get_u $text (local.get $text) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $hash))

  (func $same_text (param $a (ref null $text)) (param $b (ref null $text)) (result i32)
    (local $i i32)
    (if (ref.eq (local.get $a) (local.get $b)) (then (return (i32.const 1))))
    (if (i32.or (ref.is_null (local.get $a)) (ref.is_null (local.get $b)))
      (then (return (i32.const 0))))
    (if (i32.ne (array.len (local.get $a)) (array.len (local.get $b)))
      (then (return (i32.const 0))))
    (local.set $i (array.len (local.get $a)))
    (loop $next (result i32)
      (if (i32.eqz (local.get $i)) (then (return (i32.const 1))))
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (if (i32.ne (array.get_s $text (local.get $a) (local.get $i))
                  (array.get_s $text (local.get $b) (local.get $i)))
        (then (return (i32.const 0))))
      (br $next)))

  (func (export "texts") (result i32 i32 i32 i32)
    (local $both (ref $text))
    (local.set $both (call $concatenate (call $word (i32.const 0) (i32.const 6))
                                        (call $word (i32.const 15) (i32.const 6))))
    (array.len (local.get $both))
    (call $same_text (call $word (i32.const 0) (i32.const 6)) (global.get $circle_name))
    (call $same_text (call $word (i32.const 0) (i32.const 5)) (global.get $circle_name))
    (i32.eq (call $hash (local.get $both))
            (call $hash (call $concatenate (global.get $circle_name)
                                           (call $word (i32.const 15) (i32.const 6))))))

  (func (export "same_nothing") (result i32 i32)
    (call $same_text (ref.null none) (ref.null none))
    (call $same_text (ref.null none) (global.get $circle_name)))

  (func (export "word_too_long") (result (ref $text))
    (call $word (i32.const 15) (i32.const 7)))

  ;; Sixteen bits per letter, from a data segment.
  (func (export "greek") (param $i i32) (result i32 i32)
    (local $letters (ref $wide_text))
    (local.set $letters (array.new $wide_text (i32.const 0xffff) (i32.const 6)))
    (array.init_data $wide_text $greek (local.get $letters) (i32.const 1) (i32.const 0)
                                       (i32.const 4))
    (array.get_u $wide_text (local.get $letters) (local.get $i))
    (array.get_s $wide_text (local.get $letters) (local.get $i)))

  (func (export "greek_beyond") (param $count i32)
    (array.init_data $wide_text $greek (array.new_default $wide_text (i32.const 10))
                                       (i32.const 0) (i32.const 0) (local.get $count)))
  (func (export "greek_after_drop") (param $count i32)
    (data.drop $greek)
    (array.init_data $wide_text $greek (array.new_default $wide_text (i32.const 10))
                                       (i32.const 0) (i32.const 0) (local.get $count)))

  ;; --- Lists

  (func $cons (param $first anyref) (param $rest anyref) (result (ref $pair))
    (struct.new $pair (local.get $first) (local.get $rest)))

  (func $length (param $list anyref) (result i32)
    (local $length i32)
    (block $done (result anyref)
      (local.get $list)
      (loop $next (param anyref)
        (br_on_cast_fail $done anyref (ref $pair))
        (local.set $length (i32.add (local.get $length) (i32.const 1)))
        (br $next (struct.get $pair $rest)))
      (unreachable))
    (drop)
    (local.get $length))

  (func $reverse (param $list anyref) (result anyref)
    (local $result anyref) (local $pair (ref null $pair))
    (block $done (result anyref)
      (local.get $list)
      (loop $next (param anyref)
        (local.set $pair (br_on_cast_fail $done anyref (ref $pair)))
        (local.set $result (call $cons (struct.get $pair $first (local.get $pair))
                                       (local.get $result)))
        (br $next (struct.get $pair $rest (local.get $pair))))
      (unreachable))
    (drop)
    (local.get $result))

  ;; (0 1 … n-1)
  (func $count_to (param $n i32) (result anyref)
    (local $list anyref)
    (loop $next
      (if (local.get $n)
        (then
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (local.set $list (call $cons (ref.i31 (local.get $n)) (local.get $list)))
          (br $next))))
    (local.get $list))

  (func $sum (param $list anyref) (result anyref)
    (local $sum anyref)
    (local.set $sum (ref.i31 (i32.const 0)))
    (block $done
      (loop $next
        (local.set $sum
          (call $add (local.get $sum)
            (struct.get $pair $first
              (block $pair (result (ref $pair))
                (br_on_cast $pair anyref (ref $pair) (local.get $list))
                (br $done (drop))))))
        (local.set $list (struct.get $pair $rest (ref.cast (ref $pair) (local.get $list))))
        (br $next)))
    (local.get $sum))

  (func (export "sum_to") (param $n i32) (result i64)
    (call $to_integer (call $sum (call $reverse (call $count_to (local.get $n))))))
  (func (export "length") (param $n i32) (result i32)
    (call $length (call $reverse (call $count_to (local.get $n)))))
  ;; A cyclic list has no end: its second pair is its first.
  (func (export "cycle") (result i32)
    (local $pair (ref $pair))
    (local.set $pair (call $cons (ref.i31 (i32.const 1)) (ref.null none)))
    (struct.set $pair $rest (local.get $pair) (local.get $pair))
    (struct.set $pair $first (local.get $pair) (struct.get $pair $rest (local.get $pair)))
    (ref.eq (ref.cast eqref (struct.get $pair $first (local.get $pair)))
            (ref.cast (ref null $pair) (struct.get $pair $rest (local.get $pair)))))

  ;; --- Vectors

  (func $to_vector (param $list anyref) (result (ref $vector))
    (local $vector (ref $vector)) (local $i i32)
    (local.set $vector (array.new_default $vector (call $length (local.get $list))))
    (loop $next
      (if (i32.lt_u (local.get $i) (array.len (local.get $vector)))
        (then
          (array.set $vector (local.get $vector) (local.get $i)
            (struct.get $pair $first (ref.cast (ref $pair) (local.get $list))))
          (local.set $list (struct.get $pair $rest (ref.cast (ref $pair) (local.get $list))))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $next))))
    (local.get $vector))

  ;; Sorts in place by insertion.
  (func $sort (param $vector (ref $vector))
    (local $i i32) (local $j i32) (local $value anyref)
    (local.set $i (i32.const 1))
    (loop $outer
      (if (i32.lt_u (local.get $i) (array.len (local.get $vector)))
        (then
          (local.set $value (array.get $vector (local.get $vector) (local.get $i)))
          (local.set $j (local.get $i))
          (block $placed
            (loop $inner
              (br_if $placed (i32.eqz (local.get $j)))
              (br_if $placed
                (i64.le_s
                  (call $to_integer (array.get $vector (local.get $vector)
                                      (i32.sub (local.get $j) (i32.const 1))))
                  (call $to_integer (local.get $value))))
              (local.set $j (i32.sub (local.get $j) (i32.const 1)))
              (array.copy $vector $vector
                (local.get $vector) (i32.add (local.get $j) (i32.const 1))
                (local.get $vector) (local.get $j) (i32.const 1))
              (br $inner)))
          (array.set $vector (local.get $vector) (local.get $j) (local.get $value))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br $outer)))))

  ;; The i-th of n pseudo-random numbers, once they are sorted, and whether all are in order.
  (func (export "sorted") (param $n i32) (param $i i32) (result i64 i32)
    (local $list anyref) (local $seed i64) (local $k i32) (local $ordered i32)
    (local $vector (ref null $vector))
    (local.set $k (local.get $n))
    (local.set $ordered (i32.const 1))
    (loop $next
      (if (local.get $k)
        (then
          (local.set $k (i32.sub (local.get $k) (i32.const 1)))
          (local.set $seed
            (i64.and (i64.add (i64.mul (local.get $seed) (i64.const 6364136223846793005))
                              (i64.const 1442695040888963407))
                     (i64.const 0x1ffffffff)))
          (local.set $list
            (call $cons (call $integer (local.get $seed)) (local.get $list)))
          (br $next))))
    (local.set $vector (call $to_vector (local.get $list)))
    (call $sort (ref.as_non_null (local.get $vector)))
    (local.set $k (i32.const 1))
    (loop $check
      (if (i32.lt_u (local.get $k) (local.get $n))
        (then
          (if (i64.gt_s
                (call $to_integer (array.get $vector (local.get $vector)
                                    (i32.sub (local.get $k) (i32.const 1))))
                (call $to_integer (array.get $vector (local.get $vector) (local.get $k))))
            (then (local.set $ordered (i32.const 0))))
          (local.set $k (i32.add (local.get $k) (i32.const 1)))
          (br $check))))
    (call $to_integer (array.get $vector (local.get $vector) (local.get $i)))
    (local.get $ordered))

  (func (export "prime") (param $from i32) (param $count i32) (param $i i32) (result i32)
    (i31.get_u
      (ref.cast i31ref
        (array.get $vector
          (array.new_elem $vector $primes (local.get $from) (local.get $count))
          (local.get $i)))))
  (func (export "primes_into") (param $to i32) (param $from i32) (param $count i32) (result i32)
    (local $vector (ref $vector)) (local $sum i32) (local $i i32)
    (local.set $vector (array.new $vector (ref.i31 (i32.const 1000)) (i32.const 6)))
    (array.init_elem $vector $primes (local.get $vector) (local.get $to) (local.get $from)
                                     (local.get $count))
    (loop $next
      (local.set $sum (i32.add (local.get $sum)
        (i31.get_s (ref.cast (ref i31) (array.get $vector (local.get $vector) (local.get $i))))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                             (i32.const 6))))
    (local.get $sum))
  (func (export "drop_primes") (elem.drop $primes))

  (func (export "filled") (param $from i32) (param $count i32) (result i64)
    (local $masks (ref $masks)) (local $i i32) (local $all i64)
    (local.set $masks (array.new_fixed $masks 4 (i64.const 1) (i64.const 2) (i64.const 4)
                                                (i64.const 8)))
    (array.fill $masks (local.get $masks) (local.get $from) (i64.const 0x100) (local.get $count))
    (loop $next
      (local.set $all (i64.add (local.get $all)
        (array.get $masks (local.get $masks) (local.get $i))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                             (array.len (local.get $masks)))))
    (local.get $all))

  (func (export "reals") (param $i i32) (result f64 f32 f64)
    (array.get $doubles (array.new_data $doubles $numbers (i32.const 0) (i32.const 3))
                        (local.get $i))
    (array.get $floats
      (array.new_fixed $floats 3 (f32.const 1.5) (f32.const -2.5) (f32.const inf)) (local.get $i))
    (array.get $doubles (global.get $zeros) (local.get $i)))

  ;; --- Closures

  (func $add_captured (type $code)
    (call $add (local.get 1)
      (struct.get $closure_1 $captured (ref.cast (ref $closure_1) (local.get 0)))))

  (func $apply (param $closure (ref null $closure)) (param $argument anyref) (result anyref)
    (block $none
      (return (call_ref $code
        (br_on_null $none (local.get $closure))
        (local.get $argument)
        (struct.get $closure $code (local.get $closure)))))
    (local.get $argument))

  ;; Captures a pair of closures and applies one after the other, the second as a tail call.
  (func $compose_code (type $code)
    (local $both (ref $pair))
    (local.set $both
      (ref.cast (ref $pair)
        (struct.get $closure_1 $captured (ref.cast (ref $closure_1) (local.get 0)))))
    (return_call $apply
      (ref.cast (ref null $closure) (struct.get $pair $rest (local.get $both)))
      (call $apply (ref.cast (ref null $closure) (struct.get $pair $first (local.get $both)))
                   (local.get 1))))

  (func $adder (param $n i32) (result (ref $closure))
    (struct.new $closure_1 (ref.func $add_captured) (ref.i31 (local.get $n))))

  (func $compose (param $f (ref null $closure)) (param $g (ref null $closure))
                 (result (ref $closure))
    (struct.new $closure_1 (ref.func $compose_code)
      (struct.new $pair (local.get $f) (local.get $g))))

  (func (export "closures") (param $n i32) (result i64)
    (call $to_integer
      (call $apply
        (call $compose (call $compose (call $adder (i32.const 1)) (call $adder (i32.const 10)))
                       (call $compose (ref.null $closure) (call $adder (i32.const 100))))
        (ref.i31 (local.get $n)))))

  ;; --- Classes

  (func $circle_area (type $area_method)
    (f64.mul (f64.const 3)
      (f64.mul (struct.get $circle $radius (ref.cast (ref $circle) (local.get 0)))
               (struct.get $circle $radius (ref.cast (ref $circle) (local.get 0))))))
  (func $rectangle_area (type $area_method)
    (local $rectangle (ref $rectangle))
    (local.set $rectangle (ref.cast (ref $rectangle) (local.get 0)))
    (f64.mul (struct.get $rectangle $width (local.get $rectangle))
             (struct.get $rectangle $height (local.get $rectangle))))

  (func $identity (result i32)
    (global.set $counter (i32.add (global.get $counter) (i32.const 1)))
    (global.get $counter))

  (func $prepare
    (block $is_made (result (ref $methods))
      (br_on_non_null $is_made (global.get $rectangle_methods))
      (global.set $rectangle_methods
        (struct.new $methods (ref.func $rectangle_area)
                             (call $word (i32.const 6) (i32.const 9))))
      (return))
    (drop))

  (func $new_circle (param $radius f64) (result (ref $shape))
    (struct.new $circle (global.get $circle_methods) (call $identity) (local.get $radius)))
  (func $new_rectangle (param $width f64) (param $height f64) (result (ref $shape))
    (struct.new $rectangle (ref.as_non_null (global.get $rectangle_methods)) (call $identity)
                           (local.get $width) (local.get $height)))
  (func $new_square (param $side f64) (result (ref $shape))
    (struct.new $square (ref.as_non_null (global.get $rectangle_methods)) (call $identity)
                        (local.get $side) (local.get $side)))

  (func $area (param $shape (ref $shape)) (result f64)
    (call_ref $area_method (local.get $shape)
      (struct.get $methods $area (struct.get $shape $methods (local.get $shape)))))

  ;; 1 circle, 2 rectangle, 4 square: a square is a rectangle.
  (func $kinds (param $value anyref) (result i32)
    (i32.or (ref.test (ref $circle) (local.get $value))
      (i32.or
        (i32.shl (ref.test (ref $rectangle) (local.get $value)) (i32.const 1))
        (i32.or
          (i32.shl (ref.test (ref $square) (local.get $value)) (i32.const 2))
          (i32.or
            (i32.shl (ref.test (ref null $shape) (local.get $value)) (i32.const 3))
            (i32.shl (ref.test structref (local.get $value)) (i32.const 4)))))))

  (func (export "shapes") (result f64 f64 f64 i32 i32 i32)
    (local $circle (ref $shape)) (local $rectangle (ref $shape)) (local $square (ref $shape))
    (call $prepare)
    (local.set $circle (call $new_circle (f64.const 2)))
    (local.set $rectangle (call $new_rectangle (f64.const 2) (f64.const 3)))
    (local.set $square (call $new_square (f64.const 4)))
    (struct.set $rectangle $height (ref.cast (ref $rectangle) (local.get $square)) (f64.const 5))
    (call $area (local.get $circle))
    (call $area (local.get $rectangle))
    (call $area (local.get $square))
    (call $kinds (local.get $circle))
    (call $kinds (local.get $rectangle))
    (call $kinds (local.get $square)))
  (func (export "kinds_of_others") (result i32 i32 i32)
    (call $kinds (ref.null none))
    (call $kinds (ref.i31 (i32.const 3)))
    (call $kinds (struct.new $real (f64.const 1))))
  (func (export "circle_as_square") (result f64)
    (call $prepare)
    (struct.get $square $width (ref.cast (ref $square) (call $new_circle (f64.const 1)))))
  (func (export "name_of") (param $i i32) (result i32)
    (call $prepare)
    (array.get_u $text
      (struct.get $methods $name
        (struct.get $shape $methods (call $new_square (f64.const 1))))
      (local.get $i)))

  ;; --- Packed fields

  (func (export "pack") (param $value i32) (result i32 i32 i32 i32 i32 f32 i64)
    (local $flags (ref $flags))
    (local.set $flags (struct.new_default $flags))
    (struct.set $flags $small (local.get $flags) (local.get $value))
    (struct.set $flags $middle (local.get $flags) (local.get $value))
    (struct.set $flags $word (local.get $flags) (local.get $value))
    (struct.set $flags $ratio (local.get $flags) (f32.convert_i32_s (local.get $value)))
    (struct.set $flags $long (local.get $flags) (i64.extend_i32_s (local.get $value)))
    (struct.get_s $flags $small (local.get $flags))
    (struct.get_u $flags $small (local.get $flags))
    (struct.get_s $flags $middle (local.get $flags))
    (struct.get_u $flags $middle (local.get $flags))
    (struct.get $flags $word (local.get $flags))
    (struct.get $flags $ratio (local.get $flags))
    (struct.get $flags $long (local.get $flags)))
  (func (export "blank") (result i32 f32 i64)
    (struct.get_u $flags $middle (global.get $blank))
    (struct.get $flags $ratio (global.get $blank))
    (struct.get $flags $long (global.get $blank)))

  ;; --- Null and boundaries

  (func (export "null_pair") (result anyref) (struct.get $pair $first (ref.null $pair)))
  (func (export "set_null_pair") (struct.set $pair $first (ref.null $pair) (ref.null none)))
  (func (export "null_text") (result i32) (array.get_u $text (ref.null $text) (i32.const 0)))
  (func (export "null_length") (result i32) (array.len (ref.null $text)))
  (func (export "set_null_text") (array.set $text (ref.null none) (i32.const 0) (i32.const 0)))
  (func (export "null_fill")
    (array.fill $text (ref.null none) (i32.const 0) (i32.const 0) (i32.const 0)))
  (func (export "null_copy")
    (array.copy $text $text (call $word (i32.const 0) (i32.const 1)) (i32.const 0)
                            (ref.null none) (i32.const 0) (i32.const 0)))
  (func (export "null_i31") (result i32) (i31.get_u (ref.null i31)))
  (func (export "null_cast") (result anyref) (ref.cast (ref any) (ref.null none)))
  (func (export "null_cast_null") (result anyref) (ref.cast (ref null $pair) (ref.null none)))
  (func (export "set_beyond") (param $i i32)
    (array.set $text (call $word (i32.const 0) (i32.const 6)) (local.get $i) (i32.const 0)))
  (func (export "huge") (param $length i32) (result i32)
    (array.len (array.new_default $doubles (local.get $length))))

  ;; --- Host values and tables

  (func (export "keep") (param $place i32) (param $value externref)
    (table.set $kept (local.get $place) (any.convert_extern (local.get $value))))
  (func (export "kept") (param $place i32) (result externref)
    (extern.convert_any (table.get $kept (local.get $place))))
  (func (export "keep_pair") (param $place i32)
    (table.set $kept (local.get $place)
      (call $cons (table.get $kept (local.get $place)) (ref.null none))))
  (func (export "unpair") (param $place i32)
    (table.set $kept (local.get $place)
      (struct.get $pair $first (ref.cast (ref $pair) (table.get $kept (local.get $place))))))
  (func (export "kept_is") (param $place i32) (result i32 i32 i32 i32)
    (ref.test (ref any) (table.get $kept (local.get $place)))
    (ref.test (ref eq) (table.get $kept (local.get $place)))
    (ref.test (ref null i31) (table.get $kept (local.get $place)))
    (ref.test (ref null none) (table.get $kept (local.get $place))))
  (func (export "outside") (result externref) (global.get $outside))
  (func (export "outside_number") (result i32)
    (i31.get_s (ref.cast (ref i31) (any.convert_extern (global.get $outside)))))
  (func (export "inside") (result anyref) (global.get $inside))
  (func (export "same") (param externref externref) (result i32)
    (ref.eq (ref.cast eqref (any.convert_extern (local.get 0)))
            (ref.cast eqref (any.convert_extern (local.get 1)))))
  (func (export "give_pair") (result anyref) (call $cons (ref.null none) (ref.null none)))
  (func (export "give_text") (result (ref $text)) (global.get $circle_name))
  (func (export "give_closure") (result funcref) (ref.func $add_captured))
  (func (export "give_nothing") (result (ref array)) (global.get $nothing)))

(assert_return (invoke "integer_kind" (i64.const 0)) (i32.const 1))
(assert_return (invoke "integer_kind" (i64.const 0x3fffffff)) (i32.const 1))
(assert_return (invoke "integer_kind" (i64.const -0x40000000)) (i32.const 1))
(assert_return (invoke "integer_kind" (i64.const 0x40000000)) (i32.const 2))
(assert_return (invoke "integer_kind" (i64.const -0x40000001)) (i32.const 2))
(assert_return (invoke "integer_round" (i64.const 0x3fffffff)) (i64.const 0x3fffffff))
(assert_return (invoke "integer_round" (i64.const -0x40000000)) (i64.const -0x40000000))
(assert_return (invoke "integer_round" (i64.const 0x7fffffffffffffff))
               (i64.const 0x7fffffffffffffff))
(assert_return (invoke "integer_sign" (i64.const -0x7fffffffffffffff)) (i32.const 1))
(assert_trap (invoke "integer_sign" (i64.const 5)) "cast failure")
(assert_return (invoke "add" (i64.const 0x3fffffff) (i64.const 1)) (i64.const 0x40000000))
(assert_return (invoke "add" (i64.const 0x40000000) (i64.const -1)) (i64.const 0x3fffffff))
(assert_return (invoke "add_real" (i64.const 7) (f64.const 0.25)) (f64.const 7.25))
(assert_trap (invoke "add_nothing") "unreachable")

(assert_return (invoke "texts") (i32.const 12) (i32.const 1) (i32.const 0) (i32.const 1))
(assert_return (invoke "same_nothing") (i32.const 1) (i32.const 0))
(assert_trap (invoke "word_too_long") "out of bounds memory access")
(assert_return (invoke "greek" (i32.const 0)) (i32.const 0xffff) (i32.const -1))
(assert_return (invoke "greek" (i32.const 1)) (i32.const 0x3b1) (i32.const 0x3b1))
(assert_return (invoke "greek" (i32.const 4)) (i32.const 0x3b4) (i32.const 0x3b4))
(assert_return (invoke "greek" (i32.const 5)) (i32.const 0xffff) (i32.const -1))
(assert_trap (invoke "greek" (i32.const 6)) "out of bounds array access")
(assert_trap (invoke "greek_beyond" (i32.const 5)) "out of bounds memory access")
(assert_trap (invoke "greek_beyond" (i32.const 11)) "out of bounds array access")
(assert_return (invoke "greek_after_drop" (i32.const 0)))
(assert_trap (invoke "greek_after_drop" (i32.const 1)) "out of bounds memory access")

(assert_return (invoke "sum_to" (i32.const 0)) (i64.const 0))
(assert_return (invoke "sum_to" (i32.const 1000)) (i64.const 499500))
(assert_return (invoke "sum_to" (i32.const 1500)) (i64.const 1124250))
(assert_return (invoke "length" (i32.const 1234)) (i32.const 1234))
(assert_return (invoke "cycle") (i32.const 1))

(assert_return (invoke "sorted" (i32.const 1) (i32.const 0))
               (i64.const 0xf767814f) (i32.const 1))
(assert_trap (invoke "sorted" (i32.const 5) (i32.const 5)) "out of bounds array access")
(assert_return (invoke "prime" (i32.const 0) (i32.const 5) (i32.const 4)) (i32.const 11))
(assert_return (invoke "prime" (i32.const 2) (i32.const 2) (i32.const 1)) (i32.const 7))
(assert_trap (invoke "prime" (i32.const 2) (i32.const 4) (i32.const 0))
             "out of bounds table access")
(assert_trap (invoke "prime" (i32.const 2) (i32.const 2) (i32.const 2))
             "out of bounds array access")
(assert_return (invoke "primes_into" (i32.const 1) (i32.const 0) (i32.const 5)) (i32.const 1028))
(assert_return (invoke "primes_into" (i32.const 5) (i32.const 4) (i32.const 1)) (i32.const 5011))
(assert_trap (invoke "primes_into" (i32.const 2) (i32.const 0) (i32.const 5))
             "out of bounds array access")
(assert_trap (invoke "primes_into" (i32.const 0) (i32.const 1) (i32.const 5))
             "out of bounds table access")
(assert_return (invoke "drop_primes"))
(assert_trap (invoke "prime" (i32.const 0) (i32.const 1) (i32.const 0))
             "out of bounds table access")
(assert_return (invoke "primes_into" (i32.const 6) (i32.const 0) (i32.const 0)) (i32.const 6000))
(assert_return (invoke "filled" (i32.const 1) (i32.const 2)) (i64.const 0x209))
(assert_return (invoke "filled" (i32.const 4) (i32.const 0)) (i64.const 15))
(assert_trap (invoke "filled" (i32.const 3) (i32.const 2)) "out of bounds array access")
(assert_trap (invoke "filled" (i32.const 5) (i32.const 0)) "out of bounds array access")
(assert_return (invoke "reals" (i32.const 1)) (f64.const 2) (f32.const -2.5) (f64.const 0.5))
(assert_return (invoke "reals" (i32.const 2)) (f64.const 3) (f32.const inf) (f64.const 0.5))

(assert_return (invoke "closures" (i32.const 1000)) (i64.const 1111))

(assert_return (invoke "shapes") (f64.const 12) (f64.const 6) (f64.const 20)
               (i32.const 0x19) (i32.const 0x1a) (i32.const 0x1e))
(assert_return (invoke "kinds_of_others") (i32.const 0x18) (i32.const 0) (i32.const 0x10))
(assert_trap (invoke "circle_as_square") "cast failure")
(assert_return (invoke "name_of" (i32.const 8)) (i32.const 101))

(assert_return (invoke "pack" (i32.const -2)) (i32.const -2) (i32.const 254) (i32.const -2)
               (i32.const 65534) (i32.const -2) (f32.const -2) (i64.const -2))
(assert_return (invoke "pack" (i32.const 0x12345678)) (i32.const 0x78) (i32.const 0x78)
               (i32.const 0x5678) (i32.const 0x5678) (i32.const 0x12345678)
               (f32.const 0x1.234568p28) (i64.const 0x12345678))
(assert_return (invoke "blank") (i32.const 0) (f32.const 0) (i64.const 0))

(assert_trap (invoke "null_pair") "null structure reference")
(assert_trap (invoke "set_null_pair") "null structure reference")
(assert_trap (invoke "null_text") "null array reference")
(assert_trap (invoke "null_length") "null array reference")
(assert_trap (invoke "set_null_text") "null array reference")
(assert_trap (invoke "null_fill") "null array reference")
(assert_trap (invoke "null_copy") "null array reference")
(assert_trap (invoke "null_i31") "null i31 reference")
(assert_trap (invoke "null_cast") "cast failure")
(assert_return (invoke "null_cast_null") (ref.null none))
(assert_return (invoke "set_beyond" (i32.const 5)))
(assert_trap (invoke "set_beyond" (i32.const 6)) "out of bounds array access")
(assert_trap (invoke "set_beyond" (i32.const -1)) "out of bounds array access")
(assert_return (invoke "huge" (i32.const 100000)) (i32.const 100000))
(assert_trap (invoke "huge" (i32.const -1)) "out of memory")

(assert_return (invoke "keep" (i32.const 0) (ref.extern 17)))
(assert_return (invoke "keep" (i32.const 1) (ref.null extern)))
(assert_return (invoke "kept" (i32.const 0)) (ref.extern 17))
(assert_return (invoke "kept" (i32.const 1)) (ref.null extern))
(assert_return (invoke "kept_is" (i32.const 0))
               (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0))
(assert_return (invoke "kept_is" (i32.const 1))
               (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 1))
(assert_return (invoke "keep_pair" (i32.const 0)))
(assert_return (invoke "kept_is" (i32.const 0))
               (i32.const 1) (i32.const 1) (i32.const 0) (i32.const 0))
(assert_return (invoke "kept" (i32.const 0)) (ref.extern))
(assert_return (invoke "length" (i32.const 1000)) (i32.const 1000))
(assert_return (invoke "unpair" (i32.const 0)))
(assert_return (invoke "kept" (i32.const 0)) (ref.extern 17))
(assert_trap (invoke "unpair" (i32.const 0)) "cast failure")
(assert_return (invoke "outside") (ref.extern))
(assert_return (invoke "outside_number") (i32.const -1))
(assert_return (invoke "inside") (ref.i31))
(assert_trap (invoke "same" (ref.extern 1) (ref.extern 1)) "cast failure")
(assert_return (invoke "same" (ref.null extern) (ref.null extern)) (i32.const 1))
(assert_return (invoke "give_pair") (ref.struct))
(assert_return (invoke "give_pair") (ref.eq))
(assert_return (invoke "give_text") (ref.array))
(assert_return (invoke "give_closure") (ref.func))
(assert_return (invoke "give_nothing") (ref.array))
