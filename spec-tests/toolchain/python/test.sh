#!/bin/sh
# A Python program, made into a component by componentize-py, runs and is denied the network.
# Usage: test.sh AIRLOCK TOOLS WORK. Exit code 77: skipped, the toolchain is not there.
set -eu
airlock=$1 work=$3
sources=$(cd "$(dirname "$0")" && pwd)
wit=${AIRLOCK_WIT_DIR:-$sources/../../../../shared/wit}/wasi-0.2.12

command -v componentize-py >/dev/null || { echo "SKIPPED: componentize-py is not installed"; exit 77; }
[ -d "$wit" ] || { echo "SKIPPED: no interfaces in $wit; set AIRLOCK_WIT_DIR"; exit 77; }

rm -rf "$work"
for package in cli clocks filesystem io random sockets; do
  mkdir -p "$work/wit/deps/$package"
  cp "$wit/$package.wit" "$work/wit/deps/$package/"
done
echo 'package test:app; world app { include wasi:cli/command@0.2.12; }' >"$work/wit/app.wit"
cp "$sources/app.py" "$work/"
cd "$work"
componentize-py -d wit -w app componentize app -o app.wasm >componentize.log 2>&1 || {
  cat componentize.log
  exit 1
}
"$airlock" run app.wasm one two >out.txt 2>&1 || { echo "FAILED: exit code $?"; cat out.txt; exit 1; }
cat >expected.txt <<'TEXT'
arguments: ['one', 'two']
sum: 328350
time: True random: True
socket: ACCESS_DENIED
name: ACCESS_DENIED
TEXT
diff expected.txt out.txt && echo "ok      a Python program"
