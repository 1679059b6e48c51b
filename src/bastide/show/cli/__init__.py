"""The ``bastide`` command: one file a command, imported only when that command is run.

Exit codes: 0 fine · 1 a gate was hit or a proof failed · 2 usage or configuration · 3 incomplete (what was done is
kept and marked) · 4 internal error · 130 interrupted. Data goes to stdout, progress and messages to stderr.
"""

from bastide.show.cli.main import main

__all__ = ["main"]
