#!/bin/sh
# What `airlock inspect` shows of the proposals that a module uses, and of its names.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$work"

echo '(module (func (export "f") (param i32) (result i32) (local.get 0)))' >plain.wat
cat >many.wat <<'WAT'
(module
  (memory i64 1) (memory 1 2 shared)
  (tag (param i32))
  (func $simd (export "f") (result v128 i32) (v128.const i32x4 1 2 3 4) (i32.extend8_s (i32.const 1)))
  (func $f (return_call $f)))
WAT
echo '(component (core module (func (drop (ref.i31 (i32.const 1)))))
  (component (core module (memory 1 1 shared))))' >component.wat

check "a module of WebAssembly 1.0" 0 "*
uses: nothing beyond WebAssembly 1.0
*" "$airlock" inspect plain.wat
check "one of many proposals" 0 "*
uses:
  sign extension (WebAssembly 2.0)
  multiple values (WebAssembly 2.0)
  fixed-width SIMD (WebAssembly 2.0)
  tail calls (WebAssembly 3.0)
  multiple memories (WebAssembly 3.0)
  64-bit memories and tables (WebAssembly 3.0)
  exceptions (WebAssembly 3.0)
  threads: shared memory and atomics (a proposal)
asks for: nothing" "$airlock" inspect many.wat
check "a component, with what is in it" 0 "*
uses:
  garbage collection (WebAssembly 3.0)
  threads: shared memory and atomics (a proposal)
*" "$airlock" inspect component.wat
cat >counts.wat <<'WAT'
(module (memory (export "m") 1 2 (pagesize 1)) (table (export "t") 1 funcref) (data (i32.const 0) "x"))
WAT
check "one of a thing is no plural" 0 "*data segments: 1, 1 byte
*memory m: 1 page of 1 byte, at most 2
*table t: *, 1 element
*" "$airlock" inspect counts.wat
finish
