#!/bin/sh
# A failing component cannot be entered again while the others continue; the trap says where it
# failed.
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
check "a function that is nearly right" 1 "*no exported function is called \`probe.mesure\`; did you mean \`probe.measure\`?" \
  "$airlock" run --invoke 'probe.mesure("42")' "$demo"
check "one that is not there" 1 "*no exported function is called \`fly\`; there are \`*\`probe.measure\`*" \
  "$airlock" run --invoke 'fly()' "$demo"
check "an argument of another type" 1 "*argument \`sample\`: expected string, found a number" \
  "$airlock" run --invoke 'probe.measure(3)' "$demo"
check "one argument is no plural" 1 "*expected 1 argument, found 0: missing \`sample\`" \
  "$airlock" run --invoke 'probe.measure()' "$demo"
finish
