#!/usr/bin/env bash
# The step of action.yml: assess the paths, compare with the base of a pull request, annotate and summarize.
# In: PATHS and ARGUMENTS (by line, or by space where they are on one), FAIL_ON, INCOMPLETE (fail or warn), SARIF,
# BASE (a commit, or nothing), GITHUB_STEP_SUMMARY. Exits as `bastide assess` does; what could not be judged before
# either (3 at the base as well) is a warning.
set -euo pipefail

scratch=$(mktemp -d)
trap 'git worktree remove --force "$scratch/base" >/dev/null 2>&1 || true; rm -rf "$scratch"' EXIT

words() { # the words of a text, one a line: its lines where it has several, else what spaces part
  if [[ $1 == *$'\n'* ]]; then sed -E 's/^[[:space:]]+|[[:space:]]+$//g; /^$/d' <<<"$1"; else tr -s ' ' '\n' <<<"$1" | sed '/^$/d'; fi
}
mapfile -t paths < <(words "${PATHS:-.}")
mapfile -t arguments < <(words "${ARGUMENTS:-}")

comparing=()
before=0
if [[ -n ${BASE:-} ]]; then
  git cat-file -e "$BASE^{commit}" 2>/dev/null || git fetch --quiet --depth=1 origin "$BASE"
  git worktree add --quiet --detach "$scratch/base" "$BASE"
  # 0, 1 and 3 leave a result; with anything else (a folder that is new, say) nothing was there before.
  (cd "$scratch/base" && bastide assess "${paths[@]}" "${arguments[@]}" -o json="$scratch/base.json" 2>"$scratch/told") || before=$?
  [[ -s $scratch/base.json ]] || printf '{"findings": []}' >"$scratch/base.json"
  [[ $before == [013] ]] || cat "$scratch/told" >&2
  printf 'compared with %s (exit code %s there)\n' "$BASE" "$before"
  comparing=(--baseline "$scratch/base.json")
elif [[ ${FAIL_ON:-} == *new* ]]; then
  FAIL_ON=$(sed -E 's/,?new//; s/^,//' <<<"$FAIL_ON") # nothing to compare with on a push: everything counts
fi

gate=()
[[ -z ${FAIL_ON:-} ]] || gate=(--fail-on "$FAIL_ON")
code=0
bastide assess "${paths[@]}" "${arguments[@]}" "${comparing[@]}" "${gate[@]}" \
  -o github -o markdown="$scratch/summary.md" || code=$?
[[ ! -s $scratch/summary.md ]] || cat "$scratch/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
# Code scanning compares by itself: an alert that is missing in the file is one that was mended.
[[ -z ${SARIF:-} ]] || bastide assess "${paths[@]}" "${arguments[@]}" -o code-scanning="$SARIF" 2>/dev/null || true

if [[ $code == 3 && (${INCOMPLETE:-fail} == warn || $before == 3) ]]; then
  echo "::warning title=Bastide::A part was not judged; the log says which"
  code=0
fi
exit "$code"
