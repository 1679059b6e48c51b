"""The rules: one file a control, in ``<service>/<control>.py``, each a function Resource → Verdict with its metadata.

A control decides about one resource. It does not loop over accounts, open files or read the clock. Its cases (resources
with the verdict that is right) lie beside it in ``<control>.cases.yaml`` and are tests and documentation at once. The
folder is walked once, in sorted order; nothing is registered by hand.
"""

from bastide.controls.control import Control, all_controls, control

__all__ = ["Control", "all_controls", "control"]
