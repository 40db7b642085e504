#!/bin/sh
# A C++ program with exceptions, built by clang for WASI with the instructions of WebAssembly 3.0
# and with the legacy ones, and natively: all three must print the same. Usage: test.sh AIRLOCK
# TOOLS WORK. Exit code 77: skipped, the toolchain is missing.
set -eu
airlock=$1 work=$3
sources=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$work"
language=c++
. "$sources/../clang.sh"

failures=0
fail() {
  printf 'FAILED  %s\n' "$*"
  failures=$((failures + 1))
}

$clang -O1 "$sources/exceptions.cpp" -o "$work/native"
"$work/native" >"$work/native.out"

for form in false true; do
  for level in 0 2; do
    name=exceptions-legacy-$form-O$level

    $wasi_clang -fwasm-exceptions -mllvm -wasm-use-legacy-eh=$form \
      -O$level -Wl,-z,stack-size=4194304 "$sources/exceptions.cpp" "$sources/unwind.cpp" -o "$work/$name.wasm"
    code=0
    "$airlock" run "$work/$name.wasm" >"$work/$name.out" 2>"$work/$name.err" || code=$?
    if [ "$code" != 0 ]; then
      fail "$name: exit code $code"
      head -c 2000 "$work/$name.err"
    elif cmp -s "$work/native.out" "$work/$name.out"; then
      echo "ok      $name"
    else
      fail "$name prints something else than the native program"
      diff "$work/native.out" "$work/$name.out" | head -20
    fi
    code=0
    "$airlock" run "$work/$name.wasm" uncaught >/dev/null 2>"$work/$name.err" || code=$?
    if [ "$code" = 134 ] && grep -q '^uncaught exception' "$work/$name.err" &&
      grep -q 'at main\|at __main_argc_argv' "$work/$name.err"; then
      echo "ok      $name uncaught"
    else
      fail "$name uncaught: exit code $code"
      cat "$work/$name.err"
    fi
  done
done
exit $((failures != 0))
