;; Threads of scripts: each has a store of its own; they share a memory.

(module $Mem (memory (export "shared") 1 2 shared) (memory (export "own") 1)
  (func (export "f") (result i32) (i32.const 1)))

;; Message passing, with waiting.
(thread $sender (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 2 shared)
    (func (export "run") (result i32)
      (i32.store (i32.const 8) (i32.const 42))
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (memory.atomic.notify (i32.const 0) (i32.const 1))))
  (invoke "run"))

(thread $receiver (shared (module $Mem))
  (register "mem" $Mem)
  (module
    (memory (import "mem" "shared") 1 2 shared)
    (func (export "run") (result i32)
      (loop $again
        (if (i32.eqz (i32.atomic.load (i32.const 0)))
          (then
            (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
            (br $again))))
      (i32.load (i32.const 8))))
  (assert_return (invoke "run") (i32.const 42))
  ;; Only shared memories can be imported.
  (assert_unlinkable (module (import "mem" "own" (memory 1))) "unknown import")
  (assert_unlinkable (module (import "mem" "f" (func (result i32)))) "unknown import"))

(wait $receiver)
(wait $sender)

;; A name can be used again after its thread was waited for, and threads may have threads.
(thread $sender (shared (module $Mem))
  (thread $inner (shared (module $Mem))
    (register "m" $Mem)
    (module (memory (import "m" "shared") 1 2 shared)
      (func (export "load") (result i32) (i32.load (i32.const 8))))
    (assert_return (invoke "load") (i32.const 42)))
  (wait $inner)
  (module (func (export "trap") unreachable))
  (assert_trap (invoke "trap") "unreachable"))
(wait $sender)

;; A narrow compare-exchange compares only the low bits of the expected value, and returns the old
;; value zero-extended.
(module
  (memory 1 1 shared)
  (data (i32.const 0) "\81\82\83\84\85\86\87\88")
  (func (export "i32-8") (result i32)
    (i32.atomic.rmw8.cmpxchg_u (i32.const 0) (i32.const 0x7781) (i32.const 0x6601)))
  (func (export "i32-16") (result i32)
    (i32.atomic.rmw16.cmpxchg_u (i32.const 2) (i32.const -0x7b7d) (i32.const -0x6efd)))
  (func (export "i64-8") (result i64)
    (i64.atomic.rmw8.cmpxchg_u (i32.const 1) (i64.const 0x100000082) (i64.const 0x200000002)))
  (func (export "i64-32") (result i64)
    (i64.atomic.rmw32.cmpxchg_u (i32.const 4) (i64.const 0x188878685) (i64.const 0x208070605)))
  (func (export "i64-32-other") (result i64)
    (i64.atomic.rmw32.cmpxchg_u (i32.const 4) (i64.const 0x188878685) (i64.const 0)))
  (func (export "all") (result i64) (i64.load (i32.const 0))))

(assert_return (invoke "i32-8") (i32.const 0x81))
(assert_return (invoke "i32-16") (i32.const 0x8483))
(assert_return (invoke "i64-8") (i64.const 0x82))
(assert_return (invoke "i64-32") (i64.const 0x88878685))
(assert_return (invoke "i64-32-other") (i64.const 0x08070605))
(assert_return (invoke "all") (i64.const 0x0807060591030201))
