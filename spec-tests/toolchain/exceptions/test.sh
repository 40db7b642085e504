#!/bin/sh
# A C++ program with exceptions, built by clang for WASI with the instructions of WebAssembly 3.0
# and with the legacy ones, and natively: all three must print the same.
# Usage: test.sh AIRLOCK TOOLS WORK. Exit code 77: skipped, the toolchain is not there.
set -eu
airlock=$1 work=$3
sources=$(cd "$(dirname "$0")" && pwd)

clang=
for version in 25 24 23 22 21 20 19; do
  if command -v "clang++-$version" >/dev/null; then clang=clang++-$version; break; fi
done
[ -n "$clang" ] || { echo "SKIPPED: no clang++"; exit 77; }
mkdir -p "$work"
printf '#include <stdexcept>\n#include <string>\nint main() { return std::string().size(); }\n' >"$work/probe.cpp"
$clang --target=wasm32-wasi -Wno-deprecated "$work/probe.cpp" -o "$work/probe.wasm" 2>"$work/probe.log" || {
  echo "SKIPPED: $clang cannot build C++ for WASI (libc++ or libc++abi for wasm32 is missing)"
  exit 77
}

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

    $clang --target=wasm32-wasi -Wno-deprecated -fwasm-exceptions -mllvm -wasm-use-legacy-eh=$form \
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
