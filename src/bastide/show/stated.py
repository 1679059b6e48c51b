"""What an architecture file says by itself, without a target: its estate, its guardrails, what it accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bastide.assess import Exemption
    from bastide.declare.architecture import Architecture
    from bastide.declare.read import Declaration
    from bastide.model import Estate

MODEL_ACCOUNT = "000000000000"  # stands for the management account where no target is asked


def modelled(declaration: Declaration, file: str, today: str) -> Estate:
    """The estate that a file declares; all identifiers are provisional. ``today`` is an ISO date."""
    from bastide.aws.permissions import platform_policies
    from bastide.aws.registry import kinds
    from bastide.declare.expand import Known, expand

    given = Known(management_account=MODEL_ACCOUNT, platform_policies=platform_policies(kinds()))
    return expand(declaration.architecture, given, file=file, places=declaration.place, today=today)


def guardrails(architecture: Architecture, today: str) -> dict[str, tuple[str, ...]]:
    """Names of the guardrails that are put in force, by unit where they differ from the unit above."""
    from bastide.declare.expand import Known, guardrails_in_force

    standing = guardrails_in_force(architecture, Known(management_account=MODEL_ACCOUNT), today=today)
    return {
        path or "Root": tuple(
            f"{name} (warn only)" if choice.warn else name for name, choice in sorted(one.choices.items())
        )
        for path, one in standing.items()
    }


def exemptions(architecture: Architecture) -> list[Exemption]:
    """The exemptions of a file from controls, and what the platform accepts of itself."""
    from bastide.assess import Exemption
    from bastide.declare.expansion.accepted import accepted

    of_controls = [one for one in architecture.exempt if one.control]
    stated = [Exemption(one.control, one.at, one.why, one.until, one.resources) for one in of_controls]
    ours = accepted(architecture.organization)
    return stated + [Exemption(one.control, "*", one.why, "", one.resources) for one in ours]
