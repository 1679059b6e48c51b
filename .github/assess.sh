#!/usr/bin/env bash
# The step of action.yml: assess the paths, compare with the base of a pull request, annotate and summarize.
# In: PATHS, FAIL_ON, ARGUMENTS, SARIF, BASE (a commit, or nothing), GITHUB_STEP_SUMMARY. Exits as `bastide assess` does.
set -euo pipefail

scratch=$(mktemp -d)
trap 'git worktree remove --force "$scratch/base" >/dev/null 2>&1 || true; rm -rf "$scratch"' EXIT
read -r -a paths <<<"${PATHS:-.}"
read -r -a arguments <<<"${ARGUMENTS:-}"

comparing=()
if [[ -n ${BASE:-} ]]; then
  git cat-file -e "$BASE^{commit}" 2>/dev/null || git fetch --quiet --depth=1 origin "$BASE"
  git worktree add --quiet --detach "$scratch/base" "$BASE"
  # 0, 1 and 3 leave a result; with anything else (a folder that is new, say) nothing was there before.
  code=0
  (cd "$scratch/base" && bastide assess "${paths[@]}" "${arguments[@]}" -o json="$scratch/base.json") || code=$?
  [[ -s $scratch/base.json ]] || printf '{"findings": []}' >"$scratch/base.json"
  printf 'compared with %s (exit code %s there)\n' "$BASE" "$code"
  comparing=(--baseline "$scratch/base.json")
elif [[ ${FAIL_ON:-} == *new* ]]; then
  FAIL_ON=$(sed -E 's/(^|,)new//' <<<"$FAIL_ON") # nothing to compare with on a push: everything counts
fi

outputs=(-o github -o markdown="$scratch/summary.md")
[[ -z ${SARIF:-} ]] || outputs+=(-o sarif="$SARIF")
gate=()
[[ -z ${FAIL_ON:-} ]] || gate=(--fail-on "$FAIL_ON")

code=0
bastide assess "${paths[@]}" "${arguments[@]}" "${comparing[@]}" "${gate[@]}" "${outputs[@]}" || code=$?
[[ ! -s $scratch/summary.md ]] || cat "$scratch/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
exit "$code"
