#!/bin/sh
# Calls functions of a JavaScript component of about 11 MB by --invoke. Usage: test.sh AIRLOCK TOOLS
# WORK. Exit code 77: skipped, the toolchain is missing.
set -eu
airlock=$1 tools=$2 work=$3
here=$(dirname "$0")
command -v node >/dev/null || { echo "SKIPPED: no node"; exit 77; }
[ -d "$tools/node_modules/@bytecodealliance/componentize-js" ] || {
  echo "SKIPPED: componentize-js is not installed in $tools"; exit 77; }

mkdir -p "$work"
if ! [ -f "$work/shapes.wasm" ] || [ "$here/shapes.js" -nt "$work/shapes.wasm" ]; then
  node "$here/build.mjs" "$work/shapes.wasm.new" "$tools"
  mv "$work/shapes.wasm.new" "$work/shapes.wasm"
fi

failures=0
expect() {  # expect INVOCATION RESULT
  if actual=$("$airlock" run --invoke "$1" "$work/shapes.wasm" 2>&1) && [ "$actual" = "$2" ]; then
    echo "ok      $1"
  else
    printf 'FAILED  %s\n  expected %s\n  got      %s\n' "$1" "$2" "$actual"
    failures=$((failures + 1))
  fi
}

expect 'sum([1, -2, 2147483647])' '2147483646'
expect 'demo:shapes/api.sum([])' '0'
expect 'area(point)' '0'
expect 'area(circle(2))' '12.566370614359172'
expect 'area(polygon([(0, 0), (4, 0), (4, 3)]))' '6'
expect 'scale(3, {name: "größe", values: [1, -2]})' '{name: "größe×3", values: [3, -6]}'
expect 'divide(1, 4)' 'ok(0.25)'
expect 'divide(1, 0)' 'err("1 ÷ 0 = ☹")'
expect 'greet("世界")' '"Grüße, 世界! 🚀"'
expect 'reverse("añb🚀")' '"🚀bña"'
[ "$failures" = 0 ]
