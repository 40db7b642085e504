#!/bin/sh
# Names that a guest chose to deceive the reader of the command's output: line breaks, escape
# sequences of terminals, marks that turn the direction of the text.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$work"

# clean NAME COMMAND... : that nothing it prints would be obeyed by a terminal or start a line of
# its own. Every line of a forged name begins with FORGED.
clean() {
  name=$1
  shift
  "$@" >printed 2>&1 </dev/null || true
  tr -d '\n -~' <printed | LC_ALL=C sed 's/\xe2\x80\xa6//g' >rest # `…` may occur in a backtrace
  if [ -s printed ] && [ ! -s rest ] && ! grep -q '^ *FORGED' printed; then
    echo "ok      $name"
  else
    printf 'FAILED  %s\n' "$name"
    cat -v printed | head -c 2000
    failures=$((failures + 1))
  fi
}

# A line break, ESC [2J, CSI as one character (U+009B), a right-to-left override, a zero-width
# space, a byte order mark.
evil='x\0aFORGED\1b[2J\c2\9b2J\e2\80\ae\e2\80\8b\ef\bb\bf\0d'

cat >evil.wat <<WAT
(module \$"$evil"
  (@custom "$evil" "\00")
  (type \$"$evil" (func))
  (tag \$"$evil" (export "$evil tag") (param i32))
  (func \$"$evil" (export "$evil") (local \$"$evil" i32) (unreachable))
  (func (export "throw") (throw 0 (i32.const 1)))
  (func (export "_start") (call \$"$evil"))
  (memory (export "") 1) (global (export "a b") i32 (i32.const 0)))
WAT
cat >import.wat <<WAT
(module (import "$evil" "$evil" (func \$"$evil" (param i32))) (import "$evil" "g" (global i32)))
WAT
cat >invalid.wat <<WAT
(module (func \$"$evil" (result i32) (i64.const 1)))
WAT
cat >duplicate.wat <<WAT
(module (func \$"$evil") (func \$"$evil"))
WAT
cat >twice.wat <<WAT
(module (func) (export "$evil" (func 0)) (export "$evil" (func 0)))
WAT
cat >component.wat <<WAT
(component \$"$evil"
  (core module \$"$evil" (import "$evil" "$evil" (func)))
  (core instance (instantiate \$"$evil")))
WAT
cat >url.wat <<WAT
(component (import "url=<$evil>" (component)) (import "relative-url=<$evil>" (core module)))
WAT
cat >label.wat <<WAT
(component (import "$evil" (func (param "$evil" u32))))
WAT
cat >inside.wat <<WAT
(component \$"$evil" (core module \$"$evil" (func \$"$evil" (export "f") unreachable))
  (core instance \$"$evil" (instantiate \$"$evil")) (func (export "f")
  (canon lift (core func \$"$evil" "f"))))
WAT
cat >script.wast <<WAT
(module (func (export "$evil") (unreachable)))
(invoke "$evil")
(invoke "$evil nothing")
(assert_invalid (module (func \$"$evil" (result i32) (i64.const 1))) "$evil")
(register "$evil" \$"$evil")
WAT
for module in evil import invalid component inside; do
  "$airlock" parse $module.wat -o $module.wasm
done

for command in inspect print "print --folded" run validate "run --invoke 'nothing()'"; do
  for form in wat wasm; do
    for module in evil import invalid component inside; do
      # What is valid is nothing to speak of, and what traps is not run twice.
      case "$command $module" in validate\ *) [ $module = invalid ] || continue ;; esac
      clean "$command $module.$form" sh -c "\"$airlock\" $command $module.$form"
    done
  done
done
for module in duplicate twice url label; do
  clean "validate $module.wat" sh -c "\"$airlock\" validate $module.wat; \"$airlock\" inspect $module.wat"
done
clean "an exception" "$airlock" run --invoke 'throw()' evil.wasm
clean "a trap within a component" "$airlock" run --invoke 'f()' inside.wasm
clean "a script" "$airlock" wast script.wast

check "exports, so that one can tell where a name ends" 0 \
  '*function "x\\0aFORGED\\1b\[2J\\u{9b}2J\\u{202e}\\u{200b}\\u{feff}\\0d": *
  memory "": *
  global "a b": *' "$airlock" inspect evil.wasm
check "a backtrace" 134 'trap: unreachable
  at x\\0aFORGED\\1b\[2J*' "$airlock" run evil.wasm
check "imports" 1 '*unknown import: `x\\0aFORGED*' "$airlock" run import.wasm

# The name of the file is no better.
file=$(printf 'x\nFORGED\033[2J.wasm')
cp evil.wasm "$file"
clean "a file" "$airlock" inspect "$file"
printf '\0asm\1\0\0\0\1\377' >"$file"
clean "a malformed file" "$airlock" inspect "$file"
printf 'GIF' >"$file"
clean "a file of another kind" "$airlock" inspect "$file"
rm "$file"
clean "a file that is not there" "$airlock" inspect "$file"
clean "a script that is not there" "$airlock" wast "$file"

# What is escaped comes back.
check "names survive printing" 0 "" \
  sh -c "\"$airlock\" print evil.wasm | \"$airlock\" parse - | cmp - evil.wasm"
finish
