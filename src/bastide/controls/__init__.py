"""The rules: one file a control, each a function Resource → Verdict with its metadata.

A control decides about one resource. It does not loop over accounts, open files or read the clock. Where one property
decides, it is data: ``<service>/<control>.yaml``, compiled to the same form; else a function in
``<service>/<control>.py``.
Its cases (resources with the verdict that is right) stand in the file of data, or beside the function in
``<control>.cases.yaml``, and are tests and documentation at once. The folder is walked once, in sorted order; nothing
is registered by hand.
"""

from bastide.controls.cases import case_file, cases_of
from bastide.controls.control import Control, control
from bastide.controls.library import all_controls
from bastide.controls.parameter import Parameter

__all__ = ["Control", "Parameter", "all_controls", "case_file", "cases_of", "control"]
