#!/bin/sh
# Messages and exit codes of the command when something is wrong.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$work"

printf '\0asm\1\0\0\0\1\377' >truncated.wasm
printf 'GIF89a\0\0' >picture.gif
: >empty.wasm
echo '(module (func (result i32) (i32.addd)))' >typo.wat
echo '(module (func $parse (result i32) (f64.const 1)))' >mismatch.wat
cat >traps.wat <<'WAT'
(module $traps
  (memory 1)
  (func $load (export "load") (result i32) (i32.load (i32.const 65536)))
  (func $main (export "main") (result i32) (call $load))
  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))
WAT
cat >imports.wat <<'WAT'
(component (import "acme:rocket/engine@1.0.0" (instance (export "ignite" (func)))))
WAT

check "no subcommand" 1 "*ubcommand*" "$airlock"
check "an unknown subcommand" 1 "airlock: there is no command \`fly\`*" "$airlock" fly
check "a subcommand that is nearly right" 1 "*did you mean \`validate\`?*" "$airlock" valdiate x
check "a command as others call it" 1 "*did you mean \`parse\`?*" "$airlock" wat2wasm x.wat
check "an option as others call it" 1 "*unknown option --func; did you mean \`--invoke\`?*" \
  "$airlock" --func f x.wasm
check "the version, short" 0 "airlock [0-9]*" "$airlock" -V
check "an option that is nearly right" 1 "*--max-mem; did you mean \`--max-memory\`?*" \
  "$airlock" run --max-mem 1 x.wasm
check "a size with a unit" 0 "0" "$airlock" run --max-memory 64M --invoke 'divide(0, 1)' traps.wat
check "a size that is too small" 1 "*" "$airlock" run --max-memory 1k --invoke 'divide(0, 1)' traps.wat
check "a size that is none" 1 "*--max-memory: \`64X\` is not a size*" \
  "$airlock" run --max-memory 64X traps.wat
check "an unknown option" 1 "*--fly*" "$airlock" run --fly x.wasm
check "no file" 1 "*FILE*" "$airlock" run
check "a file that is not there" 1 "nothere.wasm: No such file or directory" \
  "$airlock" run nothere.wasm
check "a directory" 1 ".: Is a directory" "$airlock" run .
check "an empty file" 1 "empty.wasm: *" "$airlock" run empty.wasm
check "no WebAssembly" 1 "picture.gif: *" "$airlock" run picture.gif
check "a truncated module" 1 "truncated.wasm: malformed module at offset 0x*: *" \
  "$airlock" run truncated.wasm
check "a typing error in the text" 1 "typo.wat:1:29: unknown operator*" "$airlock" run typo.wat
check "an invalid module" 1 "mismatch.wat:1:*: type mismatch: expected i32, found f64*" \
  "$airlock" validate mismatch.wat
check "a missing import" 1 "imports.wat: *acme:rocket/engine@1.0.0*" "$airlock" run imports.wat
check "an unknown function" 1 "traps.wat: *nothing*" "$airlock" run --invoke 'nothing()' traps.wat
check "too few arguments" 1 "*" "$airlock" run --invoke 'divide(1)' traps.wat
check "arguments of the wrong type" 1 "*" "$airlock" run --invoke 'divide("a", 1)' traps.wat
check "an unclosed argument" 1 "*" "$airlock" run --invoke 'divide(1, ' traps.wat

check "a trap with its backtrace" 134 "*trap: out of bounds memory access
  at load (function 0, offset 0x*
  at main (function 1, offset 0x*" "$airlock" run --invoke 'main()' traps.wat
check "a division by zero" 134 "*trap: integer divide by zero*" \
  "$airlock" run --invoke 'divide(1, 0)' traps.wat
check "a function that returns" 0 "-3" "$airlock" run --invoke 'divide(-7, 2)' traps.wat
echo '(module (type $t (struct)) (func (param (ref (exact $t)))))' >exact.wat
check "a proposal that was not asked for" 1 "exact.wat:*needs the feature custom-descriptors*" \
  "$airlock" validate exact.wat
check "a proposal that was asked for" 0 "" \
  "$airlock" validate --features custom-descriptors exact.wat
echo '(module (import "a" (item "b" (func)) (item "c" (global i32))))' >group.wat
check "another that was not asked for" 1 "group.wat:*needs the feature compact-imports*" \
  "$airlock" validate --features custom-descriptors group.wat
check "another that was asked for" 0 "" \
  "$airlock" validate --features custom-descriptors,compact-imports group.wat
check "all proposals" 0 "" "$airlock" validate --features all group.wat exact.wat
check "an unknown proposal" 1 "*--features*" "$airlock" validate --features fly exact.wat
check "a valid file" 0 "" "$airlock" validate traps.wat
check "several files, one of them wrong" 1 "mismatch.wat*" \
  "$airlock" validate traps.wat mismatch.wat

for command in "" run wast parse print validate inspect; do
  # shellcheck disable=SC2086
  check "help of '$command'" 0 "*--help*" "$airlock" $command --help
done
check "the version" 0 "airlock [0-9]*.[0-9]*.[0-9]*" "$airlock" --version
finish
