;; Allocation and collection: binary trees of many depths, most of them dropped at once, while one
;; long-lived tree stays (the benchmarks game's "binary-trees", in WebAssembly with garbage
;; collection). Prints the number of nodes that were counted.
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (rec (type $tree (sub final (struct (field $left (ref null $tree))
                                      (field $right (ref null $tree))))))

  (func $make (param $depth i32) (result (ref $tree))
    (if (i32.eqz (local.get $depth))
      (then (return (struct.new $tree (ref.null $tree) (ref.null $tree)))))
    (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
    (struct.new $tree (call $make (local.get $depth)) (call $make (local.get $depth))))

  (func $count (param $tree (ref $tree)) (result i32)
    (local $left (ref null $tree))
    (local.set $left (struct.get $tree $left (local.get $tree)))
    (if (ref.is_null (local.get $left)) (then (return (i32.const 1))))
    (i32.add (i32.const 1)
      (i32.add (call $count (ref.as_non_null (local.get $left)))
               (call $count (ref.as_non_null (struct.get $tree $right (local.get $tree)))))))

  ;; Prints a number and a newline.
  (func $print (param $number i64)
    (local $place i32)
    (local.set $place (i32.const 63))
    (i32.store8 (local.get $place) (i32.const 10))
    (loop $next
      (local.set $place (i32.sub (local.get $place) (i32.const 1)))
      (i32.store8 (local.get $place)
        (i32.add (i32.const 48)
                 (i32.wrap_i64 (i64.rem_u (local.get $number) (i64.const 10)))))
      (local.set $number (i64.div_u (local.get $number) (i64.const 10)))
      (br_if $next (i32.eqz (i64.eqz (local.get $number)))))
    (i32.store (i32.const 64) (local.get $place))
    (i32.store (i32.const 68) (i32.sub (i32.const 64) (local.get $place)))
    (drop (call $fd_write (i32.const 1) (i32.const 64) (i32.const 1) (i32.const 72))))

  (func $trees (export "trees") (param $depth i32) (result i64)
    (local $kept (ref $tree)) (local $now i32) (local $times i32) (local $total i64)
    (local.set $kept (call $make (local.get $depth)))
    (local.set $now (i32.const 4))
    (loop $depths
      (local.set $times
        (i32.shl (i32.const 1)
                 (i32.add (i32.const 4) (i32.sub (local.get $depth) (local.get $now)))))
      (loop $again
        (local.set $total
          (i64.add (local.get $total)
                   (i64.extend_i32_u (call $count (call $make (local.get $now))))))
        (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
      (br_if $depths
        (i32.le_u (local.tee $now (i32.add (local.get $now) (i32.const 2))) (local.get $depth))))
    (i64.add (local.get $total) (i64.extend_i32_u (call $count (local.get $kept)))))

  (func (export "_start") (call $print (call $trees (i32.const 16)))))
