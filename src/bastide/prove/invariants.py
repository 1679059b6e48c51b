"""``prove(estate, …)`` → a proof for every invariant: guardrails, isolation, and a user's own.

Input: an estate (declared or observed), the guardrails that are on by account, a user's invariants. Output: proofs in a
stable order. What an invariant asks is in ``invariants_guardrails``, ``invariants_isolation`` and ``invariants_file``;
how a question is answered in ``symbolic``.
"""

from __future__ import annotations

from collections.abc import Sequence

from bastide.model import Estate
from bastide.prove.exemptions import Exemption, Exemptions
from bastide.prove.invariants_estate import Policies
from bastide.prove.invariants_file import Invariant, file_proofs
from bastide.prove.invariants_guardrails import Standing, guardrail_proofs
from bastide.prove.invariants_isolation import isolation_proofs
from bastide.prove.proof import COUNTEREXAMPLE, NOT_PROVED, Proof

__all__ = ["prove", "worst"]


def prove(
    estate: Estate, standing: Sequence[Standing] = (), own: Sequence[Invariant] = (),
    exempt: Sequence[Exemption] = (), today: str = "",
) -> tuple[Proof, ...]:  # fmt: skip
    """Proofs of all guardrails that are on, of what keeps the parts of the organization apart, and of one's own.

    ``today`` (YYYY-MM-DD) tells which exemptions have ended.

    Raises:
        InputError: one's own invariants or exemptions name a unit, account or invariant that there is not.
    """
    policies = Policies(estate)
    spared = Exemptions(policies, exempt, today)
    found = (
        *guardrail_proofs(policies, standing, spared),
        *isolation_proofs(policies, spared),
        *file_proofs(policies, own, spared),
    )
    spared.refuse_unknown([proof.name for proof in found])
    return found


def worst(proofs: Sequence[Proof]) -> str:
    """The worst status among proofs; PROVED of none."""
    statuses = {proof.status for proof in proofs}
    return next((one for one in (COUNTEREXAMPLE, NOT_PROVED) if one in statuses), "PROVED")
