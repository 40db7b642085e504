#!/bin/sh
# `airlock run`: entry points, arguments and variables of the guest, exit codes.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$work"
mkdir -p folder/inner
echo text >folder/file

# told.wat writes its arguments and variables, each followed by a zero byte, which
# `tr` makes a newline.
cat >told.wat <<'WAT'
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $env_sizes (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $env (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $args_sizes (i32.const 0) (i32.const 4)))
    (drop (call $args (i32.const 1024) (i32.const 4096)))
    (i32.store (i32.const 8) (i32.const 4096))
    (i32.store (i32.const 12) (i32.load (i32.const 4)))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0)))
    (drop (call $env_sizes (i32.const 0) (i32.const 4)))
    (drop (call $env (i32.const 1024) (i32.const 4096)))
    (i32.store (i32.const 12) (i32.load (i32.const 4)))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0)))))
WAT
cp told.wat folder/inner/

# told OPTIONS-AND-FILE...
told() {
  "$airlock" run "$@" | tr '\0' '\n'
}

check "a program's name is its file's" 0 "told.wat" told folder/inner/told.wat
check "also from a folder of its own" 0 "told.wat" told "$work/./folder//inner/told.wat"
check "another name" 0 "other/name" told --argv0 other/name told.wat
check "arguments, some like options" 0 "told.wat
--dir
-x

--
last" told told.wat --dir -x '' -- last
check "the file after --" 0 "told.wat
one" told -- told.wat one
check "a program from standard input" 0 "-
one" sh -c '"$0" run - one <told.wat | tr "\0" "\n"' "$airlock"

check "variables" 0 "told.wat
A=1
B=x=y
C=" told --env A=1 --env B=x=y --env C= told.wat
HOSTS=host; export HOSTS
unset NOT_SET || :
check "the host's variables by name, if it has them" 0 "told.wat
HOSTS=host" told --env HOSTS --env NOT_SET told.wat
check "a variable without a name" 1 "*cannot be the name of an environment variable*" \
  "$airlock" run --env =x told.wat

# The guest's name of the directory, and the contents of its first file.
cat >first.wat <<'WAT'
(module
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $name (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open" (func $open
    (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "file")
  (func $show (param $length i32)
    (i32.store (i32.const 8) (i32.const 4096))
    (i32.store (i32.const 12) (local.get $length))
    (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0))))
  (func (export "_start")
    (local $fd i32) (local $error i32)
    (local.set $fd (i32.const 3))
    (loop $next
      (br_if 1 (call $prestat (local.get $fd) (i32.const 0)))
      (drop (call $name (local.get $fd) (i32.const 4096) (i32.load (i32.const 4))))
      (i32.store8 (i32.add (i32.const 4096) (i32.load (i32.const 4))) (i32.const 32))
      (call $show (i32.add (i32.load (i32.const 4)) (i32.const 1)))
      (local.set $error (call $open (local.get $fd) (i32.const 0) (i32.const 100) (i32.const 4)
        (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
      (if (local.get $error) (then (call $exit (local.get $error))))
      (i32.store (i32.const 8) (i32.const 4096))
      (i32.store (i32.const 12) (i32.const 100))
      (drop (call $read (i32.load (i32.const 16)) (i32.const 8) (i32.const 1) (i32.const 20)))
      (call $show (i32.load (i32.const 20)))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br $next))))
WAT
check "a directory under its own name" 0 "folder text" "$airlock" run --dir folder first.wat
check "with a slash after it" 0 "folder/ text" "$airlock" run --dir folder/ first.wat
check "under another name" 0 "/data text" "$airlock" run --dir folder::/data first.wat
check "the current one" 0 ". text" sh -c 'cd folder && exec "$0" run --dir . ../first.wat' "$airlock"
check "as the root" 0 "/ text" sh -c 'cd folder && exec "$0" run --dir .::/ ../first.wat' "$airlock"
check "several, in their order" 0 "/a text
/b text
/c text" "$airlock" run --dir folder::/a --dir=folder/::/b --dir-readonly ./folder::/c first.wat
check "one that is not there" 1 "*missing*No such file or directory*" \
  "$airlock" run --dir missing first.wat
check "one that is a file" 1 "*Not a directory*" "$airlock" run --dir folder/file first.wat
check "none" 0 "" "$airlock" run first.wat

cat >ends.wat <<'WAT'
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (func (export "exit") (param i32) (call $exit (local.get 0)))
  (func (export "trap") unreachable)
  (func (export "_start")))
WAT
for code in 0 1 125 126 134 255; do
  check "exit code $code" $code "" "$airlock" run --invoke exit ends.wat $code
done
check "an exit code that is too large is still a failure" 255 "" "$airlock" run --invoke exit ends.wat 256
check "a negative exit code" 255 "" "$airlock" run --invoke exit ends.wat -1
check "a trap" 134 "*unreachable*" "$airlock" run --invoke trap ends.wat

# Libraries: `_initialize` comes first; the name of the entry point may be empty.
cat >reactor.wat <<'WAT'
(module
  (global $state (mut i32) (i32.const 1))
  (func (export "_initialize") (global.set $state (i32.const 7)))
  (func (export "state") (result i32) (global.get $state)))
WAT
check "a reactor is initialized" 0 "7" "$airlock" run --invoke state reactor.wat
check "and may be all there is to run" 0 "" "$airlock" run reactor.wat
echo '(module (func (export "_initialize") unreachable) (func (export "f")))' >broken.wat
check "a reactor that fails" 134 "*unreachable*" "$airlock" run --invoke f broken.wat
echo '(module (func (export "") (result i32) (i32.const 5)) (func (export "_start") unreachable))' >default.wat
check "an entry point without a name" 0 "5" "$airlock" run default.wat
echo '(module (func (export "f")))' >library.wat
check "a library with nothing to run" 1 "library.wat: nothing to run*--invoke; there is \`f\`" \
  "$airlock" run library.wat
check "an option after the file belongs before it" 1 "library.wat: nothing to run*
*--invoke too: options of airlock run belong before FILE" "$airlock" run library.wat --invoke f
echo '(module (func (export "_start")))' >program.wat
check "unless there is a program, which may not see it" 0 "program.wat: the program reads no arguments, so --invoke after FILE has no effect*" \
  "$airlock" run program.wat --invoke f
check "a file alone is run" 0 "5" "$airlock" default.wat
check "also from standard input" 0 "told.wat" sh -c '"$0" --argv0 told.wat - <told.wat | tr "\0" "\n"' "$airlock"

# Calling functions: any name, arguments after the file or in parentheses.
cat >functions.wat <<'WAT'
(module
  (func (export "add") (param $a i32) (param $b i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "wide") (param i64) (result i64) (local.get 0))
  (func (export "add_two") (param i32) (result i32) (i32.add (local.get 0) (i32.const 2)))
  (func (export "_Z3addii") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "a b") (result i32) (i32.const 4))
  (func (export "a strange (name)") (result i32) (i32.const 3))
  (func (export "f(x)") (param i32) (result i32) (local.get 0))
  (func (export "vector") (param v128) (result v128) (local.get 0))
  (func (export "reference") (param externref) (result externref) (local.get 0))
  (func (export "exact") (param (ref func)))
  (func (export "none") (result f64) (f64.const 1.5))
  (global (export "global") i32 (i32.const 0)))
WAT
# invoke NAME [ARGS]...
invoke() {
  function=$1
  shift
  "$airlock" run --invoke "$function" functions.wat "$@"
}
check "arguments after the file" 0 "-1" invoke add 2 -3
check "hexadecimal ones" 0 "257" invoke add 0xff 2
check "wide ones" 0 "-1" invoke wide 0xffffffffffffffff
check "more than the function takes" 0 "1.5" invoke none for the guest
check "arguments in parentheses" 0 "5" invoke 'add(2, 3)'
check "hexadecimal ones in parentheses" 0 "254" invoke 'add(0xff, -0x1)'
check "an underscore in a name" 0 "12" invoke 'add_two(10)'
check "and with the arguments after the file" 0 "12" invoke add_two 10
check "a mangled name" 0 "3" invoke '_Z3addii(1, 2)'
check "a space in a name" 0 "4" invoke 'a b'
check "and with parentheses" 0 "4" invoke 'a b()'
check "a name in quotes" 0 "4" invoke '"a b"()'
check "any name may be called" 0 "3" invoke "a strange (name)"
check "the longest name counts" 0 "7" invoke "f(x)(7)"
check "quotes say where it ends" 0 "7" invoke '"f(x)"(7)'
check "a vector as a number" 0 "i32x4(0x1, 0x0, 0x0, 0x0)" invoke vector 1
check "a vector in lanes" 0 "i32x4(0x1, 0x2, 0x3, 0xffffffff)" invoke 'vector(i32x4(1, 2, 3, -1))'
check "what was printed can be given again" 0 "i32x4(0x1, 0x2, 0x3, 0x4)" \
  invoke vector "i32x4(0x1, 0x2, 0x3, 0x4)"
check "a null reference" 0 "null" invoke reference null
check "a reference that has no text" 1 "*argument 1 of \`exact\` ((ref func))*cannot be null*" \
  invoke exact null
check "fewer than it takes" 1 "*\`add\` takes 2 arguments (\$a: i32, \$b: i32), found 1" invoke add 1
check "one argument is no plural" 1 "*\`wide\` takes 1 argument (i64), found 0" invoke 'wide()'
check "one that is no number" 1 "*argument 2 of \`add\` (\$b: i32): expected i32, found \`x\`" \
  invoke add 1 x
check "one that is too large" 1 "*argument 1 of \`add\` (\$a: i32): \`4294967296\` is out of range*" \
  invoke 'add(4294967296, 0)'
check "a name that is nearly right" 1 "*no exported function is called \`addd\`; did you mean \`add\`?*" \
  invoke 'addd(1, 2)'
check "an export that is no function" 1 "*the export \`global\` is a global, no function" invoke global
check "an option among the arguments" 1 "*found \`--dir\`
*--dir too: options of airlock run belong before FILE" invoke add --dir 1

cat >memories.wat <<'WAT'
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory 1)
  (memory (export "memory") 1)
  (data (memory 1) (i32.const 0) "\08\00\00\00\06\00\00\00second")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)))))
WAT
check "the memory that is exported as such" 0 "second" "$airlock" run memories.wat

# The snapshot before 0.1: seeking from the end is number 1 there.
cat >unstable.wat <<'WAT'
(module
  (import "wasi_unstable" "path_open" (func $open
    (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_filestat_get" (func $stat (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "file")
  (func (export "sizes") (result i32 i64 i64 i32)
    (call $open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 4) (i32.const 0)
      (i64.const 0x200026) (i64.const 0) (i32.const 0) (i32.const 0))
    (drop (call $seek (i32.load (i32.const 0)) (i64.const -1) (i32.const 1) (i32.const 8)))
    (i64.load (i32.const 8))
    (drop (call $stat (i32.load (i32.const 0)) (i32.const 200)))
    (i64.load (i32.const 224))
    (i32.load (i32.const 220))))
WAT
check "wasi_unstable" 0 "0
4
5
1" "$airlock" run --dir folder --invoke sizes unstable.wat

# Names that compilers mangled are shown as in the source.
cat >mangled.wat <<'WAT'
(module
  (func $_ZN3foo3barEv (export "cpp") unreachable)
  (func $_RNvC7mycrate3foo (export "rust") unreachable)
  (func $_ZN4core9panicking5panic17h0123456789abcdefE (export "old_rust") unreachable))
WAT
check "names of C++" 134 "trap: unreachable
  at foo::bar() (function 0, *" "$airlock" run --invoke cpp mangled.wat
check "names of Rust" 134 "trap: unreachable
  at mycrate::foo (function 1, *" "$airlock" run --invoke rust mangled.wat
check "names of older Rust" 134 "trap: unreachable
  at core::panicking::panic (function 2, *" "$airlock" run --invoke old_rust mangled.wat
check "as they are" 134 "trap: unreachable
  at _ZN3foo3barEv (function 0, *" "$airlock" run --no-demangle --invoke cpp mangled.wat
echo '(module (func $_ZN3foo3barEv unreachable) (start 0))' >starts.wat
check "also before anything is called" 134 "trap: unreachable
  at foo::bar() (function 0, *" "$airlock" run starts.wat

cat >unknown.wat <<'WAT'
(module (import "wasi_snapshot_preview1" "fd_frobnicate" (func)) (func (export "_start")))
WAT
check "a function that WASI does not have" 1 "*wasi_snapshot_preview1*fd_frobnicate*" \
  "$airlock" run unknown.wat
finish
