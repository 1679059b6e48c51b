"""What the engine remembers between questions, thrown away: for measurements and for long-running processes."""

from __future__ import annotations

from bastide.prove.symbolic import actions, constraint, meeting, pattern, search


def forget() -> None:
    """Empty all memories but the list of actions."""
    for remembered in (*_ACTIONS, *_PATTERNS):
        remembered.cache_clear()


_ACTIONS = (actions._bits, actions._globs, actions._services, actions._all_bits, actions._all_documented)
_PATTERNS = (
    constraint.solution,
    constraint.possible,
    search.exists,
    pattern.glob,
    pattern.exact,
    pattern.arn,
    search.find,
    search._find,
    meeting._overlap,
)
