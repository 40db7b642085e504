#!/bin/sh
# Calls functions of a program in a language with garbage collection, built by its own compiler, by
# --invoke; the expected values are V8's. Usage: test.sh AIRLOCK TOOLS WORK. Exit code 77: skipped,
# the toolchain is missing.
set -eu
airlock=$1 tools=$2 work=$3
here=$(dirname "$0")
command -v node >/dev/null || { echo "SKIPPED: no node"; exit 77; }
[ -d "$tools/node_modules/@moonbit/moonpad-monaco" ] || {
  echo "SKIPPED: the MoonBit compiler is not installed in $tools"; exit 77; }

mkdir -p "$work"
if ! [ -f "$work/heap.wasm" ] || [ "$here/heap.mbt" -nt "$work/heap.wasm" ]; then
  node "$here/build.mjs" "$work/heap.wasm.new" "$tools"
  mv "$work/heap.wasm.new" "$work/heap.wasm"
fi
"$airlock" validate "$work/heap.wasm"

failures=0
expect() {  # expect RESULT INVOCATION [FLAG...]
  result=$1 invocation=$2
  shift 2
  if actual=$("$airlock" run "$@" --invoke "$invocation" "$work/heap.wasm" 2>&1) &&
    [ "$actual" = "$result" ]; then
    echo "ok      $invocation $*"
  else
    printf 'FAILED  %s\n  expected %s\n  got      %s\n' "$invocation $*" "$result" "$actual"
    failures=$((failures + 1))
  fi
}

expect 653650096 'tree(20000)'
expect 284440 'words(5000)'
expect 520 'sorted(3000)'
expect 166292000 'area(1000)'
expect 1966670 'circles(100000)'
[ "$failures" = 0 ]
