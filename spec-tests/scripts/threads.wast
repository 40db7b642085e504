;; Threads of scripts: stores of their own that share a memory.

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
  ;; Nothing but shared memories passes.
  (assert_unlinkable (module (import "mem" "own" (memory 1))) "unknown import")
  (assert_unlinkable (module (import "mem" "f" (func (result i32)))) "unknown import"))

(wait $receiver)
(wait $sender)

;; A name is free again once its thread was waited for, and threads may have threads.
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
