# Finds a clang that can build for WASI, or ends the test as skipped (exit code 77). For inclusion:
#
#   . clang.sh            sets clang and wasi_clang; needs $work, a folder that exists
#   language=c++ . clang.sh   the same for C++
case ${language-c} in
  c) driver=clang source='int main(void) { return 0; }' wanted='wasi-libc or compiler-rt' ;;
  c++) driver=clang++ source='#include <string>
int main() { return std::string().size(); }' wanted='libc++ or libc++abi' ;;
esac
clang=
for version in 25 24 23 22 21 20 19; do
  if command -v "$driver-$version" >/dev/null; then clang=$driver-$version; break; fi
done
[ -n "$clang" ] || { echo "SKIPPED: no $driver"; exit 77; }
wasi_clang="$clang --target=wasm32-wasi -Wno-deprecated"
printf '%s\n' "$source" >"$work/probe.${language-c}"
$wasi_clang "$work/probe.${language-c}" -o "$work/probe.wasm" 2>"$work/probe.log" || {
  echo "SKIPPED: $clang cannot build for WASI ($wanted for wasm32 is missing)"
  exit 77
}
