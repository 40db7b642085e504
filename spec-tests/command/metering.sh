#!/bin/sh
# Guests that do not end by themselves, and guests that do much with one instruction.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$work"

# An hour is never waited for: what does not end fails with the exit code 124.
soon() { timeout 60 "$@"; }

cat >endless.wat <<'WAT'
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 65536)
  (data (i32.const 512) "\00\10\00\00\10\00\00\00")
  (func (export "_start") (loop (br 0)))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "spin") (param i32) (loop (br 0)))
  (func (export "sleep") (result i32)
    (i32.store (i32.const 16) (i32.const 1)) (i64.store (i32.const 24) (i64.const 3600000000000))
    (call $poll (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 200)))
  (func (export "read") (result i32)
    (call $read (i32.const 0) (i32.const 512) (i32.const 1) (i32.const 600)))
  (func (export "fill") (loop
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 0xffffffff)) (br 0)))
  (func (export "fill-once") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x1000000)))
  (func (export "random") (result i32) (call $random (i32.const 0) (i32.const 0x40000000)))
  (func (export "random-forever") (loop
    (drop (call $random (i32.const 0) (i32.const 0x40000000))) (br 0))))
WAT
echo '(module (func $f (loop (br 0))) (start $f))' >start.wat
cat >component.wat <<'WAT'
(component
  (core module $m
    (memory (export "memory") 1)
    (func (export "spin") (loop (br 0)))
    (func (export "text") (result i32) (i32.const 0))
    (func (export "post") (param i32) (loop (br 0)))
    (func (export "take") (param i32 i32))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (loop (br 0)) (i32.const 0)))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (func (export "spin") (canon lift (core func $i "spin")))
  (func (export "take") (param "text" string)
    (canon lift (core func $i "take") (memory $memory) (realloc $realloc)))
  (func (export "text") (result string)
    (canon lift (core func $i "text") (memory $memory) (post-return (func $i "post")))))
WAT
cat >sleep.wat <<'WAT'
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $p))
    (export "pollable" (type $pollable (eq $p)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core module $m
    (import "host" "block" (func $block (param i32)))
    (import "host" "subscribe" (func $subscribe (param i64) (result i32)))
    (func (export "sleep") (call $block (call $subscribe (i64.const 3600000000000)))))
  (core instance $i (instantiate $m (with "host" (instance
    (export "block" (func $block)) (export "subscribe" (func $subscribe))))))
  (func (export "sleep") (canon lift (core func $i "sleep"))))
WAT
cat >endless-output.wat <<'WAT'
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 512) "\00\10\00\00\00\80\00\00")
  (func (export "_start") (loop
    (drop (call $write (i32.const 1) (i32.const 512) (i32.const 1) (i32.const 600))) (br 0))))
WAT
cat >endless.wast <<'WAT'
(module (func (export "spin") (loop (br 0))) (func (export "five") (result i32) (i32.const 5)))
(assert_trap (invoke "spin") "deadline exceeded")
(assert_return (invoke "five") (i32.const 5))
(invoke "spin")
(module (func $f (loop (br 0))) (start $f))
WAT

late="*trap: deadline exceeded*"
check "an endless program" 134 "$late" soon "$airlock" run --timeout 100ms endless.wat
check "no time at all" 134 "$late" soon "$airlock" run --timeout 0 endless.wat
check "its place is told" 134 "*deadline exceeded*at*function 3*" \
  soon "$airlock" run --timeout 100ms endless.wat
check "an endless function" 134 "$late" \
  soon "$airlock" run --timeout 0.1s --invoke 'spin(1)' endless.wat
check "a function that is in time" 0 "5" \
  soon "$airlock" run --timeout 1h --invoke 'add(2, 3)' endless.wat
check "an endless start function" 134 "$late" soon "$airlock" run --timeout 100ms start.wat
check "a guest asleep" 134 "$late" soon "$airlock" run --timeout 100ms --invoke 'sleep()' endless.wat
mkfifo pipe
check "a guest that reads what never comes" 134 "$late" soon sh -c \
  "exec 3<>pipe; '$airlock' run --timeout 100ms --invoke 'read()' endless.wat <&3"
check "work on gigabytes" 134 "$late" \
  soon "$airlock" run --timeout 100ms --invoke 'fill()' endless.wat
check "random numbers by the gigabyte" 134 "$late" \
  soon "$airlock" run --timeout 100ms --invoke 'random-forever()' endless.wat
check "an endless component" 134 "$late" \
  soon "$airlock" run --timeout 100ms --invoke 'spin()' component.wat
check "an endless realloc" 134 "$late" \
  soon "$airlock" run --timeout 100ms --invoke 'take("x")' component.wat
check "an endless post-return" 134 "$late" \
  soon "$airlock" run --timeout 100ms --invoke 'text()' component.wat
check "a component asleep" 134 "$late" \
  soon "$airlock" run --timeout 100ms --invoke 'sleep()' sleep.wat
check "output that nobody reads" 134 "" soon sh -c \
  "exec 3<>pipe; '$airlock' run --timeout 200ms endless-output.wat >&3 2>/dev/null"
check "a script" 1 "*endless.wast:4: *deadline exceeded*endless.wast:5: *deadline exceeded*
*3 passed, 2 failed, 0 skipped" soon "$airlock" wast --timeout 100ms endless.wast

for wrong in -1s 1x 2s3 '' 1.s; do
  check "no duration: '$wrong'" 1 "*is not a duration*" \
    soon "$airlock" run "--timeout=$wrong" endless.wat
done
check "a duration beyond all clocks" 1 "*longer than 292 years*" \
  soon "$airlock" run --timeout 999999999999h endless.wat
check "a duration that the clock can only just tell" 0 "5" \
  soon "$airlock" run --timeout 9223372036854775807ns --invoke 'add(2, 3)' endless.wat

empty="*trap: out of fuel*"
check "an endless program with fuel" 134 "$empty" soon "$airlock" run --fuel 1000000 endless.wat
check "a fill of 16 MiB with too little fuel" 134 "$empty" \
  soon "$airlock" run --fuel 1000000 --invoke 'fill-once()' endless.wat
check "a fill of 16 MiB with enough" 0 "" \
  soon "$airlock" run --fuel 1100000 --invoke 'fill-once()' endless.wat
check "a gigabyte of random numbers with too little fuel" 134 "$empty" \
  soon "$airlock" run --fuel 1000000 --invoke 'random()' endless.wat

finish
