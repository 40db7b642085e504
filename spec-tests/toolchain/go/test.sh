#!/bin/sh
# A Go program reads and changes files. Go asks for other rights than wasi-libc. Usage: test.sh
# AIRLOCK TOOLS WORK. Exit code 77: skipped, the toolchain is missing.
set -eu
airlock=$1 work=$3
here=$(cd "$(dirname "$0")" && pwd)
command -v go >/dev/null || { echo "SKIPPED: no go"; exit 77; }
go tool dist list 2>/dev/null | grep -qx wasip1/wasm || { echo "SKIPPED: this go has no wasip1"; exit 77; }

rm -rf "$work/data"
mkdir -p "$work/data"
printf 'some text' >"$work/data/given"
GOOS=wasip1 GOARCH=wasm GO111MODULE=off GOFLAGS= GOCACHE="$work/cache" \
  go build -o "$work/files.wasm" "$here/files.go"

failures=0
expect() {  # expect OPTION COMMAND OUTPUT
  actual=$("$airlock" run "$1" "$work/data::/data" "$work/files.wasm" "$2" 2>&1) || :
  if [ "$actual" = "$3" ]; then
    echo "ok      $1 $2"
  else
    printf 'FAILED  %s %s\n  expected %s\n  got      %s\n' "$1" "$2" "$3" "$actual"
    failures=$((failures + 1))
  fi
}

expect --dir-readonly read 'open: ok
seek: ok
read  text: ok
truncate: Invalid argument
write: Bad file number
list 1: ok
create: Read-only file system'
expect --dir write 'create: ok
write: ok
open: ok
append: ok
truncate: ok
read hello wo: ok
open: ok
list 7: ok
list 93: ok
times: ok
remove: Directory not empty
remove all: ok
stat: No such file or directory
above: Bad file number'
[ "$failures" = 0 ]
