;; A live graph of lists, trees, cyclic structures and arrays of references, whose parts are
;; replaced all the time, and checked. `run(rounds)` returns the bytes that it has allocated in
;; total.
(module
  (rec
    (type $list (struct (field $number i32) (field $rest (mut (ref null $list))))))
  (rec
    (type $tree (struct (field $key i32) (field $left (ref null $tree))
                        (field $right (ref null $tree)))))
  (rec
    (type $ring (struct (field $before (mut (ref null $ring))) (field $after (mut (ref null $ring)))
                        (field $tag i64))))
  (type $bytes (array (mut i8)))
  (type $shelf (array (mut (ref null $bytes))))
  (type $matrix (array (mut (ref null array))))
  (type $longs (array (mut i64)))

  (global $head (mut (ref null $list)) (ref.null $list))
  (global $last (mut (ref null $list)) (ref.null $list))
  (global $root (mut (ref null $tree)) (ref.null $tree))
  (global $ring (mut (ref null $ring)) (ref.null $ring))
  (global $shelf (mut (ref null $shelf)) (ref.null $shelf))
  (global $allocated (mut i64) (i64.const 0))
  (global $seed (mut i32) (i32.const 12345))
  (table $mixed 64 (ref null any))

  (func $count (param $bytes i32)
    (global.set $allocated (i64.add (global.get $allocated) (i64.extend_i32_u (local.get $bytes)))))

  (func $random (param $below i32) (result i32)
    (global.set $seed
      (i32.add (i32.mul (global.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
    (i32.rem_u (i32.shr_u (global.get $seed) (i32.const 8)) (local.get $below)))

  ;; A queue of consecutive numbers.
  (func $push (param $number i32)
    (local $node (ref $list))
    (local.set $node (struct.new $list (local.get $number) (ref.null $list)))
    (call $count (i32.const 24))
    (if (ref.is_null (global.get $last))
      (then (global.set $head (local.get $node)))
      (else (struct.set $list $rest (global.get $last) (local.get $node))))
    (global.set $last (local.get $node)))

  (func $shift (result i32)
    (local $number i32)
    (local.set $number (struct.get $list $number (global.get $head)))
    (global.set $head (struct.get $list $rest (global.get $head)))
    (local.get $number))

  (func $check_queue (param $length i32)
    (local $node (ref null $list)) (local $number i32)
    (local.set $node (global.get $head))
    (local.set $number (struct.get $list $number (local.get $node)))
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $node)))
        (if (i32.ne (struct.get $list $number (local.get $node)) (local.get $number))
          (then unreachable))
        (local.set $number (i32.add (local.get $number) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (local.set $node (struct.get $list $rest (local.get $node)))
        (br $next)))
    (if (local.get $length) (then unreachable)))

  ;; A search tree that is never changed: to insert is to copy the path.
  (func $insert (param $tree (ref null $tree)) (param $key i32) (result (ref $tree))
    (local $own i32)
    (call $count (i32.const 32))
    (if (ref.is_null (local.get $tree))
      (then (return (struct.new $tree (local.get $key) (ref.null $tree) (ref.null $tree)))))
    (local.set $own (struct.get $tree $key (local.get $tree)))
    (if (i32.lt_u (local.get $key) (local.get $own))
      (then (return (struct.new $tree (local.get $own)
        (call $insert (struct.get $tree $left (local.get $tree)) (local.get $key))
        (struct.get $tree $right (local.get $tree))))))
    (struct.new $tree (local.get $own)
      (struct.get $tree $left (local.get $tree))
      (call $insert (struct.get $tree $right (local.get $tree)) (local.get $key))))

  ;; How many keys a tree has; they must be in [low, high).
  (func $check_tree (param $tree (ref null $tree)) (param $low i32) (param $high i32) (result i32)
    (local $key i32)
    (if (ref.is_null (local.get $tree)) (then (return (i32.const 0))))
    (local.set $key (struct.get $tree $key (local.get $tree)))
    (if (i32.or (i32.lt_u (local.get $key) (local.get $low))
                (i32.ge_u (local.get $key) (local.get $high)))
      (then unreachable))
    (i32.add (i32.const 1)
      (i32.add
        (call $check_tree (struct.get $tree $left (local.get $tree)) (local.get $low)
                          (local.get $key))
        (call $check_tree (struct.get $tree $right (local.get $tree)) (local.get $key)
                          (local.get $high)))))

  ;; A ring, linked both ways.
  (func $make_ring (param $length i32)
    (local $first (ref $ring)) (local $node (ref $ring)) (local $i i32)
    (local.set $first (struct.new $ring (ref.null $ring) (ref.null $ring) (i64.const 0)))
    (local.set $node (local.get $first))
    (block $done
      (loop $next
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $done (i32.ge_u (local.get $i) (local.get $length)))
        (struct.set $ring $after (local.get $node)
          (struct.new $ring (local.get $node) (ref.null $ring)
                            (i64.extend_i32_u (local.get $i))))
        (local.set $node (ref.as_non_null (struct.get $ring $after (local.get $node))))
        (br $next)))
    (struct.set $ring $after (local.get $node) (local.get $first))
    (struct.set $ring $before (local.get $first) (local.get $node))
    (global.set $ring (local.get $first)))

  ;; Replaces the current node by a new one and moves to the next.
  (func $renew_ring
    (local $old (ref $ring)) (local $new (ref $ring))
    (local.set $old (ref.as_non_null (global.get $ring)))
    (local.set $new (struct.new $ring (struct.get $ring $before (local.get $old))
                                      (struct.get $ring $after (local.get $old))
                                      (struct.get $ring $tag (local.get $old))))
    (call $count (i32.const 32))
    (struct.set $ring $after (struct.get $ring $before (local.get $new)) (local.get $new))
    (struct.set $ring $before (struct.get $ring $after (local.get $new)) (local.get $new))
    (global.set $ring (struct.get $ring $after (local.get $new))))

  (func $check_ring (param $length i32)
    (local $node (ref null $ring)) (local $i i32) (local $sum i64)
    (local.set $node (global.get $ring))
    (loop $next
      (if (i32.eqz (ref.eq (local.get $node)
            (struct.get $ring $before (struct.get $ring $after (local.get $node)))))
        (then unreachable))
      (local.set $sum (i64.add (local.get $sum) (struct.get $ring $tag (local.get $node))))
      (local.set $node (struct.get $ring $after (local.get $node)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                             (local.get $length))))
    (if (i32.eqz (ref.eq (local.get $node) (global.get $ring))) (then unreachable))
    (if (i64.ne (i64.mul (local.get $sum) (i64.const 2))
                (i64.extend_i32_u (i32.mul (local.get $length)
                                           (i32.sub (local.get $length) (i32.const 1)))))
      (then unreachable)))

  ;; A list of byte arrays; each is filled with its index.
  (func $put_on_shelf (param $place i32) (param $size i32)
    (call $count (i32.add (local.get $size) (i32.const 8)))
    (array.set $shelf (global.get $shelf) (local.get $place)
      (array.new $bytes (local.get $place) (local.get $size))))

  (func $check_shelf (param $place i32)
    (local $bytes (ref null $bytes)) (local $i i32)
    (local.set $bytes (array.get $shelf (global.get $shelf) (local.get $place)))
    (if (ref.is_null (local.get $bytes)) (then (return)))
    (local.set $i (array.len (local.get $bytes)))
    (loop $next
      (if (i32.eqz (local.get $i)) (then (return)))
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (if (i32.ne (array.get_u $bytes (local.get $bytes) (local.get $i))
                  (i32.and (local.get $place) (i32.const 255)))
        (then unreachable))
      (br $next)))

  ;; Arrays in arrays, in a table, among other things.
  (func $put_in_table (param $place i32)
    (local $matrix (ref $matrix)) (local $longs (ref $longs)) (local $i i32)
    (local.set $matrix (array.new_default $matrix (i32.const 8)))
    (call $count (i32.const 72))
    (loop $next
      (local.set $longs (array.new $longs (i64.extend_i32_u (local.get $place))
                                          (i32.add (local.get $i) (i32.const 1))))
      (call $count (i32.add (i32.const 16) (i32.mul (local.get $i) (i32.const 8))))
      (array.set $matrix (local.get $matrix) (local.get $i) (local.get $longs))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8))))
    (table.set $mixed (local.get $place) (local.get $matrix))
    (table.set $mixed (i32.xor (local.get $place) (i32.const 1)) (ref.i31 (local.get $place))))

  (func $check_table (param $place i32)
    (local $matrix (ref $matrix)) (local $i i32)
    (block $other (result anyref)
      (local.set $matrix
        (br_on_cast_fail $other anyref (ref $matrix) (table.get $mixed (local.get $place))))
      (loop $next
        (if (i64.ne (i64.extend_i32_u (local.get $place))
              (array.get $longs
                (ref.cast (ref $longs) (array.get $matrix (local.get $matrix) (local.get $i)))
                (local.get $i)))
          (then unreachable))
        (br_if $next
          (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8))))
      (return))
    (drop))

  (func (export "run") (param $rounds i32) (result i64)
    (local $i i32) (local $place i32)
    (global.set $head (ref.null $list))
    (global.set $last (ref.null $list))
    (global.set $shelf (array.new_default $shelf (i32.const 64)))
    (call $make_ring (i32.const 100))
    (loop $fill
      (call $push (local.get $i))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                             (i32.const 500))))
    (loop $round
      (call $push (local.get $i))
      (drop (call $shift))
      (if (i32.eqz (i32.rem_u (local.get $i) (i32.const 400)))
        (then (global.set $root (ref.null $tree))))
      (global.set $root (call $insert (global.get $root) (call $random (i32.const 1000000))))
      (call $renew_ring)
      (local.set $place (call $random (i32.const 64)))
      (call $check_shelf (local.get $place))
      (call $put_on_shelf (local.get $place)
        (call $random (select (i32.const 20000) (i32.const 300)
                              (i32.eqz (i32.and (local.get $i) (i32.const 63))))))
      (local.set $place (call $random (i32.const 64)))
      (call $check_table (local.get $place))
      (call $put_in_table (local.get $place))
      (if (i32.eqz (i32.and (local.get $i) (i32.const 255)))
        (then
          (call $check_queue (i32.const 500))
          (call $check_ring (i32.const 100))
          (if (i32.ne (call $check_tree (global.get $root) (i32.const 0) (i32.const 1000000))
                      (i32.add (i32.rem_u (local.get $i) (i32.const 400)) (i32.const 1)))
            (then
              ;; The first rounds do not begin at a multiple of 400.
              (if (i32.ge_u (local.get $i) (i32.const 800)) (then unreachable))))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (global.get $allocated))

  ;; A list that only grows.
  (func (export "exhaust")
    (loop $for_ever
      (call $push (i32.const 0))
      (br $for_ever)))

  ;; The deepest recursion there is room for, with a new object in each frame.
  (func $deep (export "deep") (param $depth i32) (result i32)
    (local $own (ref $list))
    (local.set $own (struct.new $list (local.get $depth) (ref.null $list)))
    (if (i32.eqz (local.get $depth)) (then (return (i32.const 0))))
    (drop (call $deep (i32.sub (local.get $depth) (i32.const 1))))
    (struct.get $list $number (local.get $own))))
