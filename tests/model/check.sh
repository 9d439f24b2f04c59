#!/usr/bin/env bash
# Lets spin look at all that the model of the update log (update_log.pml) can do: there must be
# no error in it, and one in each of its broken variants. Without spin or gcc nothing is checked.
set -euo pipefail

model=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/update_log.pml
for tool in spin gcc; do
  command -v "$tool" >/dev/null || { echo "model of the log: not checked, there is no $tool"; exit 0; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# search [FLAG]: prints "ERRORS STATES".
search() {
  spin "$@" -a "$model" >spin.txt || { cat spin.txt >&2; return 1; }
  gcc -w -O2 -DSAFETY -DCOLLAPSE -o pan pan.c
  ./pan -m100000 >pan.txt
  if grep -q "max search depth too small" pan.txt; then
    echo "the search was cut off" >&2
    return 1
  fi
  echo "$(sed -n 's/.*errors: \([0-9]*\)$/\1/p' pan.txt) $(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.txt)"
}

read -r errors states < <(search)
echo "model of the log: ${states:-no} states, ${errors:-unknown} errors"
[[ ${errors:-1} == 0 ]] || { grep "assertion violated" pan.txt; exit 1; }
for broken in TWO_WRITES ROOT_APART NO_SYNC; do
  read -r errors states < <(search "-D$broken")
  [[ ${errors:-0} != 0 ]] || { echo "model of the log: $broken was not found out"; exit 1; }
  echo "model of the log: $broken was found out after ${states} states"
done
