"""What is kept between runs: runs, the ledger, what Bastide created, and the findings of the last assessment.

Input: facts as they happen, times as arguments. Output: one database (SQLite beside the architecture file; the address
is a setting). Entry point: ``Store.open``. Secrets are masked by type before they get here (``mask.py``); the ledger is
append-only and each entry's hash covers the one before (``ledger.py``).
"""

from bastide.store.created import Owned
from bastide.store.ledger import Entry, Phase
from bastide.store.mask import MASKED, is_masked, mask
from bastide.store.runs import Run, RunStatus
from bastide.store.scores import KeptScore
from bastide.store.store import Store

__all__ = ["MASKED", "Entry", "KeptScore", "Owned", "Phase", "Run", "RunStatus", "Store", "is_masked", "mask"]
