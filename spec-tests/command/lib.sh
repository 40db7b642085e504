# Shared by the tests of the command. Each test is called as: NAME.sh AIRLOCK WORK

airlock=$1 work=$2
failures=0
rm -rf "$work"
mkdir -p "$work"

# check NAME EXIT_CODE OUTPUT COMMAND... : compares the exit code and the output on both streams;
# OUTPUT is a shell pattern.
check() {
  name=$1 expected_code=$2 pattern=$3
  shift 3
  code=0
  output=$("$@" 2>&1 </dev/null) || code=$?
  # shellcheck disable=SC2254
  case $output in
    $pattern) matches=yes ;;
    *) matches=no ;;
  esac
  if [ "$code" = "$expected_code" ] && [ "$matches" = yes ]; then
    echo "ok      $name"
  else
    printf 'FAILED  %s\n  expected exit code %s and: %s\n  got      exit code %s and: %s\n' \
      "$name" "$expected_code" "$pattern" "$code" "$(printf '%s' "$output" | head -c 2000)"
    failures=$((failures + 1))
  fi
}

finish() {
  [ "$failures" = 0 ]
}
