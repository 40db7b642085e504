#!/bin/sh
# Depth costs no native stack: 300 nested components that call each other, and a million recursive
# calls, all with 256 KiB of it.
set -eu
. "$(dirname "$0")/lib.sh"

# Component k contains component k-1, imports nothing, and adds one to the result of that.
awk 'BEGIN {
  depth = 300
  for (k = depth; k > 0; --k) print "(component $c" k
  print "(component $c0 (core module $m (func (export \"f\") (result i32) (i32.const 7)))"
  print "  (core instance $i (instantiate $m))"
  print "  (func (export \"f\") (result u32) (canon lift (core func $i \"f\"))))"
  for (k = 1; k <= depth; ++k) {
    print "(instance $inner (instantiate $c" k - 1 "))"
    print "(core func $lowered (canon lower (func $inner \"f\")))"
    print "(core module $m (import \"\" \"f\" (func $f (result i32)))"
    print "  (func (export \"f\") (result i32) (i32.add (call $f) (i32.const 1))))"
    print "(core instance $i (instantiate $m (with \"\" (instance (export \"f\" (func $lowered))))))"
    print "(func (export \"f\") (result u32) (canon lift (core func $i \"f\")))"
    print ")"
  }
}' >"$work/nested.wat"

cat >"$work/recursion.wat" <<'WAT'
(module
  (func $down (export "down") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
      (else (i32.const 0))))
  (func $forever (export "forever") (result i32) (i32.add (i32.const 1) (call $forever)))
  (func $tail (export "tail") (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (return_call $tail (i32.sub (local.get 0) (i32.const 1))))
      (else (i32.const 42)))))
WAT

ulimit -s 256
check "300 nested components, each calling the next" 0 "307" \
  "$airlock" run --invoke 'f()' "$work/nested.wat"
check "a million recursive calls" 0 "1000000" \
  "$airlock" run --invoke 'down(1000000)' "$work/recursion.wat"
check "endless recursion" 134 "*trap: call stack exhausted*" \
  "$airlock" run --invoke 'forever()' "$work/recursion.wat"
check "ten million tail calls" 0 "42" \
  "$airlock" run --invoke 'tail(10000000)' "$work/recursion.wat"
finish
