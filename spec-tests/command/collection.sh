#!/bin/sh
# Garbage collection under pressure: a live graph of lists, trees, rings and arrays of references in
# a heap of one mebibyte, in which more than a hundred are allocated; with a collection at every
# allocation; and with a full heap.
set -eu
. "$(dirname "$0")/lib.sh"
program=$(dirname "$0")/pressure.wat

allocated=$("$airlock" run --max-heap 1048576 --invoke 'run(100000)' "$program")
check "more than a hundred times the heap limit is allocated" 0 "" \
  test "$allocated" -gt 104857600
check "the same with a collection at every allocation" 0 "[0-9]*" \
  "$airlock" run --gc-stress --max-heap 1048576 --invoke 'run(700)' "$program"
check "a list that only grows" 134 "*trap: out of memory: the heap has reached its limit of 1048576 bytes (Limits::heap_bytes)*" \
  "$airlock" run --max-heap 1048576 --invoke 'exhaust()' "$program"
check "no heap at all" 134 "*out of memory*" \
  "$airlock" run --max-heap 0 --invoke 'exhaust()' "$program"
check "roots in a hundred thousand frames" 0 "100000" \
  "$airlock" run --max-heap 16777216 --invoke 'deep(100000)' "$program"
ulimit -s 256
check "a list of a million nodes and little native stack" 134 "*out of memory*" \
  "$airlock" run --max-heap 33554432 --invoke 'exhaust()' "$program"
finish
