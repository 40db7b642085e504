#!/bin/sh
# A failing component is put out of the airlock while the rest goes on; the trap says where it was.
set -eu
. "$(dirname "$0")/lib.sh"
demo=$(dirname "$0")/../../demo/station.wat

check "a component that works" 0 "42" "$airlock" run --invoke 'probe.measure("42")' "$demo"
check "strings, lists and a resource between components" 0 '"DOCK\\nlowest -4\\nhighest 12\\ncount 3\\n"' \
  "$airlock" run --invoke 'bridge.report("dock", [3, -4, 12])' "$demo"
check "a trap in an inner component" 134 "*trap: unreachable
  at digit (function 0, offset 0x*) in *probe*
  at measure (function 1, offset 0x*) in *probe*" \
  "$airlock" run --invoke 'probe.measure("4x2")' "$demo"
finish
