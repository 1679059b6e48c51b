"""How often a write is tried, and whether another try is worth it.

One idea: what may pass is tried again for as long as the target asks for patience. A call of which nobody knows whether
it was performed is tried a few times more whatever it says, since the caller looks at what is there before each.
"""

from __future__ import annotations

from collections.abc import Callable

from bastide.aws.consistency import passing
from bastide.aws.doubt import in_doubt

DOUBTS = 3  # tries after errors that are final but for the doubt


class Attempts:
    """The tries of one write."""

    def __init__(self, patience: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """Tries for ``patience`` seconds; it is asked only once something has failed."""
        self._patience = patience
        self._sleep = sleep
        self._waited = 0.0
        self._pause = 1.0
        self._doubts = 0
        self.in_doubt = False  # whether any of them may have been performed

    @property
    def first(self) -> bool:
        """Whether nothing has been tried again yet."""
        return not self._waited

    def again(self, error: Exception) -> bool:
        """Whether to try again, after a pause of 1, 2, 4, 8, 8, … seconds that is over then."""
        doubt = in_doubt(error)
        self.in_doubt |= doubt
        self._doubts += doubt and not passing(error)
        hopeful = passing(error) or (doubt and self._doubts <= DOUBTS)
        if not hopeful or self._waited >= self._patience():
            return False
        self._sleep(self._pause)
        self._waited, self._pause = self._waited + self._pause, min(self._pause * 2, 8.0)
        return True
