#!/bin/sh
# What every command does when its output cannot be written, and how it ends for what it skips.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$work"

cat >add.wat <<'WAT'
(module (func (export "add") (param i32 i32) (result i32)
  (i32.add (local.get 0) (local.get 1))))
WAT
echo '(module (func (result i32) (f64.const 1)))' >invalid.wat
echo '(module (func (export "_start") unreachable))' >trap.wat
echo '(component (import "f" (func)))' >component.wat
echo '(module) (output)' >good.wast
echo '(component) (output)' >skips.wast
echo '(module (func (export "f"))) (assert_return (invoke "f") (i32.const 1))' >fails.wast

full() {
  name=$1 expected_code=$2 pattern=$3
  shift 3
  check "to a full device: $name" "$expected_code" "$pattern" sh -c "\"$airlock\" $* >/dev/full"
}
no_space='<stdout>: No space left on device'
for arguments in "--help" "--version" "run --help" "print --help" "parse add.wat" "print add.wat" \
  "print --folded add.wat" "print component.wat" "inspect add.wat" "inspect component.wat" \
  "run --invoke 'add(1,2)' add.wat" "wast good.wast" "wast fails.wast" "validate invalid.wat"; do
  full "$arguments" 1 "$no_space" "$arguments"
done
full "validate, which has nothing to say" 0 "" "validate add.wat"
full "a trap is still one" 134 "trap: unreachable*" "run trap.wat"
check "standard output that is closed" 1 '<stdout>: Bad file descriptor' \
  sh -c "\"$airlock\" inspect add.wat >&-"
check "a file on a full device" 1 '/dev/full: No space left on device' \
  "$airlock" print add.wat -o /dev/full

check "a script that passes" 0 '*2 passed, 0 failed, 0 skipped' "$airlock" wast good.wast
check "a script with a directive that is skipped" 1 \
  '*skipped 1: *printing components*1 passed, 0 failed, 1 skipped' "$airlock" wast skips.wast
check "unless that is allowed" 0 '*1 passed, 0 failed, 1 skipped' \
  "$airlock" wast --allow-skips skips.wast
check "which allows no failures" 1 '*1 passed, 1 failed, 0 skipped' \
  "$airlock" wast --allow-skips fails.wast
for form in '(module' '(module (func)' '(component (core module)' '(assert_return (invoke "f")' \
  '(module quote "(func)"' '(module) (script (module)'; do
  printf '%s' "$form" >unclosed.wast
  check "a form that is not closed: $form" 1 'unclosed.wast:1:*: unexpected token*' \
    "$airlock" wast unclosed.wast
done
printf '(func' >fields.wast
check "fields that are not closed" 1 '*unexpected token*1 failed*' "$airlock" wast fields.wast

# A text of 220 MB from a module of 1 MB: memory is in proportion to the module. (A build with
# sanitizers needs more address space than that for nothing at all.)
awk 'BEGIN {
  printf "(module (func $%0900d (param i32))", 0
  for (i = 0; i < 120; ++i) {
    printf "(func"
    for (j = 0; j < 2000; ++j) printf "(call 0 (i32.const 0))"
    printf ")"
  }
  print ")"
}' >long.wat
"$airlock" parse long.wat -o long.wasm
{
  printf '(component (core module binary "'
  od -An -v -tx1 long.wasm | tr -d '\n' | tr ' ' '\\'
  printf '"))'
} >inner.wat
"$airlock" parse inner.wat -o inner.wasm
bound="ulimit -v 200000"
if ! sh -c "$bound && \"$airlock\" --version" >/dev/null 2>&1; then
  echo "        without a bound on memory: this build needs more from the start"
  bound=true
fi
for module in long.wasm inner.wasm; do
  for form in "" --folded; do
    check "a long text in little memory: $module $form" 0 "22[0-9]??????" \
      sh -c "$bound && \"$airlock\" print $form $module | wc -c | tr -d ' '"
  done
done
finish
