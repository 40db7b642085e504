#!/bin/sh
# Smoke test of a fuzz target: it takes seeds and a few hundred inputs made from them, the same ones in
# every run. Usage: smoke.sh FUZZER AIRLOCK SEEDS WORK. SEEDS is a folder with further seeds, which need
# not be there.
set -eu
fuzzer=$1 airlock=$2 seeds=$3 work=$4
root=$(cd "$(dirname "$0")/../.." && pwd)

rm -rf "$work"
mkdir -p "$work/found" "$work/seeds"
for text in "$root"/demo/*.wat "$root"/spec-tests/command/*.wat "$root"/benchmarks/programs/*.wat; do
  name=$(basename "$text" .wat)
  cp "$text" "$work/seeds/"
  "$airlock" parse "$text" -o "$work/seeds/$name.wasm"
done
cp "$root"/spec-tests/scripts/[dmnv]*.wast "$work/seeds/"
[ -d "$seeds" ] || seeds=

# shellcheck disable=SC2086
"$fuzzer" -runs=1000 -seed=1 -max_len=20000 -max_total_time=60 -timeout=60 -rss_limit_mb=4096 \
  -artifact_prefix="$work/" -print_final_stats=1 "$work/found" "$work/seeds" $seeds
