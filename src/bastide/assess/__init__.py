"""Runs controls over an estate and keeps what they found.

Input: an ``Estate`` and controls. Output: an ``Assessment`` of ``Finding``s, in an order that is stable over runs.
Here too: the gate (``--fail-on``), the comparison with an earlier result (``--baseline``) and the desired state that
heals a finding. It decides nothing itself; no verdict is made or changed here but UNKNOWN for what could not be
listed.
"""

from bastide.assess.baseline import Baseline, parse_baseline
from bastide.assess.doubt import run_doubtful
from bastide.assess.gate import Gate, parse_gate
from bastide.assess.heal import healed
from bastide.assess.run import Assessment, run
from bastide.assess.suppress import Exemption, exempted, suppressed

__all__ = [
    "Assessment", "Baseline", "Exemption", "Gate", "exempted", "healed", "parse_baseline", "parse_gate", "run",
    "run_doubtful", "suppressed",
]  # fmt: skip
