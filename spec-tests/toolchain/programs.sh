#!/bin/sh
# C programs, built with clang and wasi-libc for WASI 0.1, run as core modules and, wrapped by
# `jco new --wasi-command`, as components. Both must do the same. Usage: programs.sh AIRLOCK TOOLS
# WORK. Exit code 77: skipped, the toolchain is missing.
set -eu
airlock=$1 tools=$2 work=$3
sources=$(cd "$(dirname "$0")/../../wasi/tests" && pwd)

jco=$tools/node_modules/.bin/jco
[ -x "$jco" ] || { echo "SKIPPED: jco is not installed in $tools"; exit 77; }
mkdir -p "$work"
. "$(dirname "$0")/clang.sh"

failures=0
fail() {
  printf 'FAILED  %s\n' "$*"
  failures=$((failures + 1))
}

# build NAME: NAME.wasm and NAME.component.wasm
build() {
  $wasi_clang -O2 "$sources/$1.c" -o "$work/$1.wasm"
  "$jco" new --wasi-command "$work/$1.wasm" -o "$work/$1.component.wasm" >"$work/jco.log" 2>&1
}

# both NAME EXIT_CODE COMMAND-LINE: runs the core module and the component in fresh folders, with
# the standard input in $work/input, and compares exit codes and output with each other. @ is
# replaced by the folder, FILE by the guest. The adapter that jco wraps around a module only knows
# success and failure (`wasi:cli/exit.exit`), so a component's exit code is 1 if the module's is 3.
both() {
  name=$1 module_code=$2
  shift 2
  for form in wasm component.wasm; do
    expected=$module_code
    if [ "$form" = component.wasm ] && [ "$module_code" != 0 ]; then expected=1; fi
    rm -rf "$work/data"
    mkdir "$work/data"
    command=$(printf '%s' "$*" | sed "s#@#$work/data#g; s#FILE#$work/$name.$form#g")
    code=0
    eval "\"\$airlock\" run $command" <"$work/input" >"$work/$name.$form.out" 2>&1 || code=$?
    if [ "$code" != "$expected" ]; then
      fail "$name.$form ($*): exit code $code instead of $expected"
      head -c 2000 "$work/$name.$form.out"
    fi
  done
  if cmp -s "$work/$name.wasm.out" "$work/$name.component.wasm.out"; then
    echo "ok      $name ($*)"
  else
    fail "$name ($*): the module and the component differ"
    diff "$work/$name.wasm.out" "$work/$name.component.wasm.out" | head -20
  fi
}

contains() {  # contains NAME TEXT
  grep -qF -- "$2" "$work/$1.component.wasm.out" || fail "$1: no line with: $2"
}

printf 'first line\nsecond line\n' >"$work/input"
for program in process files clocks_and_random echo; do build "$program"; done

both process 3 "--env AIRLOCK_TEST=value FILE one two"
contains process "arguments: 2"
contains process "AIRLOCK_TEST: value"
contains process "second line"

HOME=/root both process 3 "FILE"
contains process "arguments: 0"
contains process "variables: 0"
contains process "HOME: not set"

both files 0 "--dir @::/data FILE"
both clocks_and_random 0 "FILE"

head -c 3000000 /dev/zero | tr '\0' 'a' >"$work/input"
both echo 0 "FILE"
: >"$work/input"

# Without a grant there is no file, and the program says so.
"$airlock" run "$work/files.wasm" >"$work/denied.out" 2>&1 && fail "files without --dir succeeded"
[ "$failures" = 0 ]
