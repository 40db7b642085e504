#!/bin/sh
# What a component's imports and its entry point must be like, and what becomes of imports that are
# not granted.
set -eu
. "$(dirname "$0")/lib.sh"
network=$(cd "$(dirname "$0")" && pwd)/network.wat
cd "$work"

# imports NAME IMPORTS: a command with these imports that ends at once.
imports() {
  cat >"$1" <<WAT
(component
  $2
  (core module \$m (func (export "run") (result i32) (i32.const 0)))
  (core instance \$i (instantiate \$m))
  (func \$run (result (result)) (canon lift (core func \$i "run")))
  (instance \$run (export "run" (func \$run)))
  (export "wasi:cli/run@0.2.0" (instance \$run)))
WAT
}

# entry_point NAME RESULT CORE: a command whose run has this result.
entry_point() {
  cat >"$1" <<WAT
(component
  (core module \$m (func (export "run") $3))
  (core instance \$i (instantiate \$m))
  (func \$run $2 (canon lift (core func \$i "run")))
  (instance \$run (export "run" (func \$run)))
  (export "wasi:cli/run@0.2.0" (instance \$run)))
WAT
}

imports right.wat '(import "wasi:cli/exit@0.2.0" (instance (export "exit" (func (param "status" (result))))))'
check "a function of its type" 0 "" "$airlock" run right.wat
imports exit.wat '(import "wasi:cli/exit@0.2.0" (instance (export "exit" (func (param "status" string)))))'
check "a function of another type" 1 \
  "exit.wat: *import \`wasi:cli/exit@0.2.0\`: function \`exit\`: parameter \`status\`: expected result, found string" \
  "$airlock" run exit.wat
imports more.wat '(import "wasi:cli/exit@0.2.0" (instance (export "leave" (func))))'
check "a function that is not there" 1 \
  "more.wat: *import \`wasi:cli/exit@0.2.0\`: there is no function \`leave\`" "$airlock" run more.wat
imports enum.wat '(import "wasi:sockets/network@0.2.0" (instance
  (type $e (enum "ipv6" "ipv4")) (export "ip-address-family" (type (eq $e)))))'
check "a type of other cases" 1 \
  "enum.wat: *type \`ip-address-family\`: case 1: expected \`ipv4\`, found \`ipv6\`" \
  "$airlock" run enum.wat

entry_point nothing.wat '' ''
check "an entry point without a result" 1 \
  "nothing.wat: *export \`wasi:cli/run@0.2.0\`: function \`run\`: result: expected result, found none" \
  "$airlock" run nothing.wat
entry_point number.wat '(result u32)' '(result i32) (i32.const 0)'
check "an entry point that returns a number" 1 \
  "number.wat: *function \`run\`: result: expected result, found u32" "$airlock" run number.wat
entry_point takes.wat '(param "x" u32) (result (result))' '(param i32) (result i32) (i32.const 0)'
check "an entry point that takes something" 1 \
  "takes.wat: *function \`run\`: expected 0 parameters, found 1 parameter" "$airlock" run takes.wat

for import in wasi:clocks/wall-clock@0.3.0 wasi:clocks/system-clock@0.3.0 wasi:clocks/wall-clock; do
  imports version.wat "(import \"$import\" (instance (export \"now\" (func (result u64)))))"
  for option in "" --deny-clocks; do
    # shellcheck disable=SC2086
    check "$import $option" 1 \
      "version.wat: *import \`$import\` is not offered: there is \`wasi:clocks\` in version 0.2.12" \
      "$airlock" run $option version.wat
  done
done

imports clocks.wat '(import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (type $i u64) (export "instant" (type $instant (eq $i))) (export "now" (func (result $instant)))))
  (core func $now (canon lower (func $clock "now")))
  (core module $asks (import "clock" "now" (func $now (result i64)))
    (func (export "ask") (result i64) (call $now)))
  (core instance $asks (instantiate $asks (with "clock" (instance (export "now" (func $now))))))
  (func (export "ask") (result u64) (canon lift (core func $asks "ask")))'
check "clocks that are granted" 0 "[0-9]*" "$airlock" run --invoke 'ask()' clocks.wat
check "clocks that are denied and not asked" 0 "" "$airlock" run --deny-clocks clocks.wat
check "clocks that are denied and asked" 134 "*trap: the monotonic clock is not granted*" \
  "$airlock" run --deny-clocks --invoke 'ask()' clocks.wat
imports random.wat '(import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))
  (core func $get (canon lower (func $random "get-random-u64")))
  (core module $asks (import "random" "get" (func $get (result i64)))
    (func (export "ask") (result i64) (call $get)))
  (core instance $asks (instantiate $asks (with "random" (instance (export "get" (func $get))))))
  (func (export "ask") (result u64) (canon lift (core func $asks "ask")))'
check "random numbers that are denied and not asked for" 0 "" \
  "$airlock" run --deny-random random.wat
check "random numbers that are denied and asked for" 134 \
  "*trap: the random number generator is not granted*" \
  "$airlock" run --deny-random --invoke 'ask()' random.wat

check "sockets and requests are denied" 115 "" "$airlock" run "$network"
finish
