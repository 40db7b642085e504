#!/bin/sh
# C programs that use later features of WebAssembly print the same as when built natively. Usage:
# test.sh AIRLOCK TOOLS WORK. Exit code 77: skipped, the toolchain is missing.
set -eu
airlock=$1 work=$3
here=$(dirname "$0")
mkdir -p "$work"
. "$here/../clang.sh"

failures=0
# same PROGRAM INSTRUCTION FLAG...: built with the flags, it has the instruction, and prints the same.
same() {
  program=$1 instruction=$2
  shift 2
  $clang -O2 -fwrapv -ffp-contract=off "$here/$program.c" -o "$work/$program" -lm 2>"$work/native.log"
  "$work/$program" >"$work/$program.expected"
  $wasi_clang -O2 -fwrapv -ffp-contract=off "$@" "$here/$program.c" \
    -o "$work/$program.wasm"
  "$airlock" print "$work/$program.wasm" | grep -q "$instruction" ||
    { echo "FAILED  $program ($*) has no $instruction"; failures=$((failures + 1)); }
  if "$airlock" run "$work/$program.wasm" >"$work/$program.out" 2>&1 &&
    cmp -s "$work/$program.out" "$work/$program.expected"; then
    echo "ok      $program ($*)"
  else
    echo "FAILED  $program ($*)"
    diff "$work/$program.out" "$work/$program.expected" | head -20
    failures=$((failures + 1))
  fi
}

same vectors 'v128\.load' -msimd128 -O3
same vectors 'i32\.load' -O1
same tail_calls 'return_call_indirect' -mtail-call
[ "$failures" = 0 ]
