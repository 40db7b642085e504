#!/bin/sh
# Imports of core modules: how unknown imports are explained, and where imports may come from.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$work"

# imports FILE IMPORTS...: a program that imports these.
imports() {
  file=$1
  shift
  echo "(module $* (func (export \"_start\")))" >"$file"
}
imports go.wat '(import "gojs" "runtime.wasmExit" (func (param i32)))
  (import "gojs" "runtime.wasmWrite" (func (param i32)))
  (import "env" "value" (global i32))'
check "all unknown imports are listed" 1 'go.wat: unlinkable module: unknown import: `gojs` `runtime.wasmExit` (function \[i32\] -> \[\])*
and 2 more:
  `gojs` `runtime.wasmWrite` (function \[i32\] -> \[\])
  `env` `value` (global i32)
*GOOS=wasip1*' "$airlock" run go.wat
imports one.wat '(import "acme" "f" (func))'
check "one that tells nothing" 1 'one.wat: unlinkable module: unknown import: `acme` `f` (function \[\] -> \[\]): nothing is known as `acme`' \
  "$airlock" run one.wat

# explained NAME MODULE FUNCTION ADVICE
explained() {
  imports explained.wat "(import \"$2\" \"$3\" (func))"
  check "$1" 1 "*unknown import: *$4*" "$airlock" run explained.wat
}
explained "wasm-bindgen" __wbindgen_placeholder__ __wbindgen_describe "wasm-bindgen"
explained "wasm-bindgen, processed" ./app_bg.js __wbg_log_1 "wasm-bindgen"
explained "Emscripten" env emscripten_resize_heap "STANDALONE_WASM"
explained "Emscripten, minified" a b "STANDALONE_WASM"
explained "an addon of Node.js" napi napi_create_object "Node.js"
explained "a shared library" GOT.func f "shared library"
explained "builtins of JavaScript" wasm:js-string length "JavaScript"
explained "another WASI" wasi_snapshot_preview2 f "version 0.1 of WASI"
explained "a proposal of WASI" wasi_ephemeral_nn load "WASI 0.1"
explained "AssemblyScript" env abort "wasi-shim"
explained "TinyGo" gojs runtime.ticks "wasip1"
explained "Kotlin" js_code kotlin.captureStackTrace "wasmWasi"
explained "a part of a component" 'wasi:cli/stdout@0.2.0' get-stdout "component new"
explained "what C left undefined" env my_function "--preload env=FILE"

cat >counter.wat <<'WAT'
(module
  (global $count (mut i32) (i32.const 0))
  (memory (export "memory") 1)
  (func (export "_initialize") (global.set $count (i32.const 40)))
  (func (export "count") (result i32)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (global.get $count)))
WAT
cat >twice.wat <<'WAT'
(module
  (import "counter" "count" (func $count (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (func (export "twice") (result i32)
    (drop (call $yield)) (drop (call $count)) (call $count)))
WAT
cat >program.wat <<'WAT'
(module
  (import "twice" "twice" (func $twice (result i32)))
  (import "counter" "memory" (memory 1))
  (func (export "f") (result i32) (call $twice)))
WAT
check "modules that are loaded before" 0 "42" "$airlock" run --preload counter=counter.wat \
  --preload twice=twice.wat --invoke f program.wat
check "in their order" 1 "*--preload: twice.wat: *unknown import: \`counter\` \`count\`*" \
  "$airlock" run --preload twice=twice.wat --preload counter=counter.wat --invoke f program.wat
check "one that is not there" 1 "program.wat: --preload: nothere.wat: No such file or directory" \
  "$airlock" run --preload counter=nothere.wat program.wat
echo '(component)' >component.wat
check "one that is a component" 1 "*--preload: component.wat is a component*" \
  "$airlock" run --preload counter=component.wat program.wat
check "components have none" 1 "component.wat: --preload*" \
  "$airlock" run --preload counter=counter.wat component.wat
check "nor do unknown imports" 1 "component.wat: --unknown-imports is for core modules*" \
  "$airlock" run --unknown-imports trap component.wat
check "without a name" 1 "*\`counter.wat\` is not NAME=FILE*" \
  "$airlock" run --preload counter.wat program.wat
echo '(module (func (export "count") (result i64) (i64.const 1)))' >wide.wat
check "of another type" 1 "*twice.wat: *incompatible import type: \`counter\` \`count\`*" \
  "$airlock" run --preload counter=wide.wat --preload twice=twice.wat --invoke f program.wat
echo '(module (func $start unreachable) (start $start))' >trapping.wat
check "that traps" 134 "trap: unreachable
  at start (function 0, *" "$airlock" run --preload x=trapping.wat program.wat
echo '(module (func (result i32)))' >invalid.wat
check "that is not valid" 1 "*--preload: invalid.wat*type mismatch*" \
  "$airlock" run --preload x=invalid.wat program.wat

cat >missing.wat <<'WAT'
(module
  (import "env" "number" (func $number (param i64) (result i32)))
  (import "env" "several" (func $several (result v128 f64 externref)))
  (import "env" "cannot" (func $cannot (result (ref func))))
  (import "env" "word" (global $word i64))
  (import "env" "memory" (memory 2 4))
  (import "env" "table" (table $table 3 funcref))
  (func (export "number") (result i32) (call $number (i64.const 1)))
  (func (export "several") (result v128 f64 externref) (call $several))
  (func (export "cannot") (drop (call $cannot)))
  (func (export "rest") (result i64 i32 i32)
    (global.get $word) (memory.size) (table.size $table)))
WAT
check "unknown imports are an error" 1 "*unknown import: \`env\` \`number\`*" \
  "$airlock" run --invoke number missing.wat
check "zeros" 0 "0" "$airlock" run --unknown-imports zero --invoke number missing.wat
check "zeros of every type" 0 "i32x4(0x0, 0x0, 0x0, 0x0)
0
null" "$airlock" run --unknown-imports zero --invoke several missing.wat
check "what has no zero traps" 134 "trap: call of the unknown import \`env\` \`cannot\`*" \
  "$airlock" run --unknown-imports zero --invoke cannot missing.wat
check "memories, tables and globals" 0 "0
2
3" "$airlock" run --unknown-imports zero --invoke rest missing.wat
check "those of which nothing can trap" 1 "*unknown import: \`env\` \`word\`*and 2 more*memory*table*" \
  "$airlock" run --unknown-imports trap --invoke rest missing.wat
check "a function that is not called" 0 "" "$airlock" run --unknown-imports trap one.wat
imports called.wat '(import "acme" "f" (func $f)) (func (export "g") (call $f))'
check "one that is called" 134 "trap: call of the unknown import \`acme\` \`f\`
  at function 1 (*" "$airlock" run --unknown-imports trap --invoke g called.wat
check "another way of dealing with them" 1 "*--unknown-imports*" \
  "$airlock" run --unknown-imports maybe one.wat
finish
