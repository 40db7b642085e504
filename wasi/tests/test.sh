#!/bin/sh
# C programs for WASI, as core modules and wrapped as components: both must do the same.
# Usage: test.sh AIRLOCK TOOLS WORK. Exit code 77: skipped, the toolchain is not there.
set -eu
airlock=$1 tools=$2 work=$3
here=$(dirname "$0")
jco=$tools/node_modules/.bin/jco

clang=
for candidate in clang-22 clang-21 clang-20 clang-19 clang; do
  if command -v "$candidate" >/dev/null; then clang=$candidate; break; fi
done
[ -n "$clang" ] || { echo "SKIPPED: no clang"; exit 77; }

mkdir -p "$work"
echo 'int main(void) { return 0; }' > "$work/probe.c"
"$clang" --target=wasm32-wasi -Wno-deprecated -o "$work/probe.wasm" "$work/probe.c" 2>/dev/null || {
  echo "SKIPPED: $clang cannot build for wasm32-wasi (wasi-libc, lld and compiler-rt are needed)"
  exit 77; }

for program in process files clocks_and_random echo; do
  "$clang" --target=wasm32-wasi -Wno-deprecated -O1 -o "$work/$program.wasm" "$here/$program.c"
done

failures=0
passed() { echo "ok      $1"; }
failed() { printf 'FAILED  %s: %s\n' "$1" "$2"; failures=$((failures + 1)); }
# expect NAME EXPECTED ACTUAL
expect() { if [ "$2" = "$3" ]; then passed "$1"; else failed "$1" "expected '$2', got '$3'"; fi; }
# expect_same NAME FILE FILE
expect_same() {
  if cmp -s "$2" "$3"; then passed "$1"; else failed "$1" "$(diff "$2" "$3" | head -20)"; fi
}
# run CASE [ARGUMENT]...: runs the command; leaves CASE.out, CASE.err and the exit code in $code.
run() {
  case_=$work/$1
  shift
  code=0
  "$airlock" run "$@" > "$case_.out" 2> "$case_.err" || code=$?
}

# suite KIND SUFFIX EXIT-CODE-OF-3
suite() {
  kind=$1 suffix=$2 three=$3

  printf 'first\nzwölf\n' > "$work/lines"
  run "process-$kind" --env AIRLOCK_TEST=value "$work/process$suffix" one 'two words' \
    < "$work/lines"
  expect "$kind: exit code" "$three" "$code"
  cat > "$work/process.expected" <<'END'
arguments: 2
  1: one
  2: two words
variables: 1
AIRLOCK_TEST: value
HOME: not set
1: first (5 bytes)
2: zwölf (6 bytes)
lines: 2
standard output is no terminal
END
  expect_same "$kind: process" "$work/process.expected" "$work/process-$kind.out"
  expect "$kind: standard error" done "$(cat "$work/process-$kind.err")"

  rm -rf "$work/data"
  mkdir "$work/data"
  run "files-$kind" --dir "$work/data::/data" "$work/files$suffix"
  expect "$kind: files" 0 "$code"
  expect "$kind: files, failures" 'failures: 0' "$(tail -n 1 "$work/files-$kind.out")"
  rmdir "$work/data" || failed "$kind: files" "something is left behind"

  # Without a grant it sees nothing, not even that there is something.
  run "denied-$kind" "$work/files$suffix" "$work"
  expect "$kind: no directory without --dir" 1 "$code"

  run "clocks-$kind" "$work/clocks_and_random$suffix"
  expect "$kind: clocks and random numbers" 0 "$code"

  head -c 3000001 "$airlock" > "$work/large"
  run "echo-$kind" "$work/echo$suffix" < "$work/large"
  expect_same "$kind: echo" "$work/large" "$work/echo-$kind.out"
  expect "$kind: slow input" 'one two' \
    "$( (printf one; sleep 0.2; printf ' two') | "$airlock" run "$work/echo$suffix" 2>/dev/null)"
  expect "$kind: a reader that goes away" 10 \
    "$("$airlock" run "$work/echo$suffix" < "$work/large" 2>/dev/null | head -c 10 | wc -c)"
}

suite module .wasm 3

if [ -x "$jco" ] && command -v node >/dev/null; then
  for program in process files clocks_and_random echo; do
    "$jco" new --wasi-command "$work/$program.wasm" -o "$work/$program.component.wasm" >/dev/null
  done
  # jco's adapter passes on only whether the code is 0: it calls `wasi:cli/exit.exit`, which takes
  # a result, and not `exit-with-code`.
  suite component .component.wasm 1
  for case in process files denied clocks; do
    expect_same "$case: the same from both" "$work/$case-module.out" "$work/$case-component.out"
  done
else
  echo "SKIPPED the components: jco is not installed in $tools"
  [ "$failures" = 0 ] && exit 77
fi
[ "$failures" = 0 ]
