#!/bin/sh
# Conversion between text and binary: airlock parse and airlock print, and their error messages.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$work"

cat >add.wat <<'WAT'
(module $adder
  (func $add (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get $a) (local.get $b))))
WAT
echo '(component (core module (func)))' >component.wat
echo '(module (func (result i32) (i32.addd)))' >typo.wat
printf '\0asm\1\0\0\0\1\377' >truncated.wasm
: >empty.wasm

check "parse to a file" 0 "" "$airlock" parse add.wat -o add.wasm
check "the binary runs" 0 "5" "$airlock" run --invoke 'add(2, 3)' add.wasm
check "print: flat, with names" 0 '(module $adder
*(func $add (type 0) (param $a i32) (param $b i32) (result i32)
    local.get $a
    local.get $b
    i32.add
  )
)' "$airlock" print add.wasm
check "print: folded" 0 '*
    (i32.add (local.get $a) (local.get $b))
  )
)' "$airlock" print --folded add.wasm
check "print: offsets" 0 '(;@0;)*(;@[0-9a-f]*;)*i32.add*' "$airlock" print --offsets add.wasm
check "print reads text as well" 0 '*i32.add*' "$airlock" print add.wat
check "print to a file" 0 "" "$airlock" print --folded -o again.wat add.wasm
check "what was printed parses" 0 "" "$airlock" parse -o again.wasm again.wat
check "and is the same module" 0 "" cmp add.wasm again.wasm
check "parse hands a binary on" 0 "" "$airlock" parse add.wasm -o same.wasm
check "unchanged" 0 "" cmp add.wasm same.wasm
check "from standard input to standard output" 0 "" \
  sh -c "\"$airlock\" parse - <add.wat | cmp - add.wasm"
check "print from standard input" 0 "*i32.add*" sh -c "\"$airlock\" print - <add.wasm"
check "parse a component" 0 "" "$airlock" parse component.wat -o component.wasm
check "which is valid" 0 "" "$airlock" validate component.wasm

check "print a component" 0 '(component
  (core module (;0;)
    (type (;0;) (func))
    (func (;0;) (type 0)
    )
  )
)' "$airlock" print component.wasm
check "and parse it again" 0 "" \
  sh -c "\"$airlock\" print component.wasm | \"$airlock\" parse - | cmp - component.wasm"
check "parse a typing error" 1 "typo.wat:1:29: unknown operator*" "$airlock" parse typo.wat
check "print a truncated module" 1 "truncated.wasm: malformed module at offset 0x*: *" \
  "$airlock" print truncated.wasm
check "parse nothing" 1 "empty.wasm: *" "$airlock" parse empty.wasm
check "parse without a file" 1 "*FILE*" "$airlock" parse
check "print two files" 1 "*" "$airlock" print add.wasm add.wasm
check "an unknown option" 1 "*--fold*" "$airlock" print --fold add.wasm
check "parse a file that is not there" 1 "nothere.wat: No such file or directory" \
  "$airlock" parse nothere.wat
check "a folder to write to that is not there" 1 "no/where.wasm: No such file or directory" \
  "$airlock" parse add.wat -o no/where.wasm
check "a full device" 1 "<stdout>: No space left on device" \
  sh -c "\"$airlock\" print add.wasm >/dev/full"
if command -v script >/dev/null; then
  check "no binary to a terminal" 1 "*a binary is not written to a terminal: pass -o FILE*" \
    script -qec "'$airlock' parse add.wat" /dev/null
fi
finish
