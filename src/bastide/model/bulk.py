"""Work on very many values at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unsearched() -> Iterator[None]:
    """Python's search for cyclic garbage, paused: it would walk a large estate again and again, and find nothing.

    Measured on 100,000 resources: a third of the time of an assessment. Values that nobody refers to are freed all the
    same. The search is on again afterwards, where it was on before.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
