"""Where an invariant is not asked for, why, and until when.

The one idea: an exemption takes accounts or resources out of the question, never a counterexample out of the answer. It
ends on its day; from then on the question is asked again. What is exempt is said in the proof.

    exempt:
      - {invariant: outside-cannot-reach-bucket, resources: ["arn:aws:s3:::acme-website"], why: the website, until: 2027-01-31}
      - {invariant: region-allowlist, at: sandbox, why: trial of a new region, until: 2026-12-31}
"""  # noqa: E501 (one line of YAML each)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bastide.errors import InputError, Problem
from bastide.iam.vocabulary import suggest
from bastide.iam.wildcards import like
from bastide.prove.invariants_estate import Guarded, Policies
from bastide.prove.places import accounts_in
from bastide.prove.proof import EXEMPT, Proof

ELEMENTS = ("invariant", "at", "resources", "why", "until")
NEEDED = ("invariant", "why", "until")


@dataclass(frozen=True, slots=True)
class Exemption:
    """``at``: a unit's path, an account, or ``*``; ``resources``: patterns of ARNs, () for all; ``until``: a day."""

    invariant: str
    at: str
    resources: tuple[str, ...]
    why: str
    until: str

    def __str__(self) -> str:
        """What is exempt, until when, why."""
        what = " and ".join(self.resources) if self.resources else self.at if self.at != "*" else "everything"
        return f"{what} is exempt until {self.until}: {self.why}"


def parse_exemptions(value: Any, where: str, problems: list[Problem]) -> tuple[Exemption, ...]:
    """The exemptions of a file; what is wrong is added to ``problems``."""
    if value is None:
        return ()
    if not isinstance(value, list):
        problems.append(Problem("exempt is a list", where))
        return ()
    found = [_exemption(item, f"{where} exempt[{index}]", problems) for index, item in enumerate(value)]
    return tuple(one for one in found if one)


def _exemption(item: Any, where: str, problems: list[Problem]) -> Exemption | None:
    before = len(problems)
    if not isinstance(item, Mapping):
        problems.append(Problem("an exemption is a mapping", where))
        return None
    for key in item:
        if key not in ELEMENTS:
            problems.append(Problem(f"an exemption has no element {key!r}", where, suggest(str(key), ELEMENTS)))
    problems += [Problem(f"the exemption has no {key!r}", where) for key in NEEDED if not item.get(key)]
    until = str(item.get("until", ""))
    if item.get("until") and not _is_day(until):
        problems.append(Problem(f"not a day: {until!r}", where, "write until: 2027-01-31"))
    if len(problems) > before:
        return None
    listed = item.get("resources") or ()
    resources = (listed,) if isinstance(listed, str) else tuple(map(str, listed))
    return Exemption(str(item["invariant"]), str(item.get("at", "*")), resources, str(item["why"]), until)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class Exemptions:
    """The exemptions that hold today, over one estate."""

    def __init__(self, policies: Policies, given: Sequence[Exemption] = (), today: str = "") -> None:
        """``today`` is a day (YYYY-MM-DD); empty: no exemption has ended.

        Raises:
            InputError: an exemption names a unit or account that there is not.
        """
        self.given, self.today = tuple(given), today
        self._accounts = {
            one: frozenset(accounts_in(policies, one.at, f"the exemption of {one.invariant}"))
            for one in given
            if one.at != "*"
        }

    def holds(self, one: Exemption) -> bool:
        """Whether an exemption has not ended."""
        return not self.today or one.until >= self.today

    def spares(self, invariant: str, account: str, arns: Iterable[str] = ()) -> bool:
        """Whether an invariant is not asked for in an account, or of a resource there with these ARNs."""
        return any(
            one.invariant == invariant
            and self.holds(one)
            and (one.at == "*" or account in self._accounts[one])
            and (not one.resources or any(like(pattern, arn) for pattern in one.resources for arn in arns))
            for one in self.given
        )

    def without(self, invariant: str, found: Sequence[Guarded]) -> list[Guarded]:
        """The resources of which an invariant is asked."""
        return [one for one in found if not self.spares(invariant, one.resource.account, (*one.resources, one.name))]

    def told(self, proof: Proof, *, nothing_left: bool = False) -> Proof:
        """The proof with what is exempt from it, and which exemptions have ended."""
        own = [one for one in self.given if one.invariant == proof.name]
        words = [str(one) if self.holds(one) else f"the exemption ended on {one.until}: {one.why}" for one in own]
        status = EXEMPT if nothing_left and any(map(self.holds, own)) else proof.status
        return replace(proof, status=status, why=(*proof.why, *words)) if own else proof

    def refuse_unknown(self, names: Sequence[str]) -> None:
        """Refuse exemptions from what is no invariant here.

        Raises:
            InputError: an exemption names an invariant that there is not.
        """
        problems = [
            Problem(f"no such invariant: {one.invariant!r}", "exempt", suggest(one.invariant, names))
            for one in self.given
            if one.invariant not in names
        ]
        if problems:
            raise InputError.of(problems)
