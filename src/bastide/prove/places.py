"""Places of an organization as people write them: a unit's path, an account's name or digits, ``*`` for all members."""

from __future__ import annotations

from bastide.errors import InputError
from bastide.iam.vocabulary import suggest
from bastide.model import Organization
from bastide.prove.invariants_estate import Policies


def accounts_in(policies: Policies, place: str, who: str) -> tuple[str, ...]:
    """The accounts of a unit (its path), one account (its name or digits), or ``*`` for every member; ``who`` asks.

    Raises:
        InputError: the organization has no such place.
    """
    organization = policies.estate.organization
    if organization is None:
        raise InputError(f"{who} names {place}, and there is no organization")
    if place == "*":
        return policies.members
    every = organization.accounts
    found = tuple(one.id for one in every if _lies_in(organization, one.id, one.name, place))
    if not found and place not in {unit.path for unit in organization.units}:
        known = [*(unit.path for unit in organization.units), *(account.name for account in organization.accounts)]
        raise InputError(f"{who} names no unit or account: {place}", fix=suggest(place, known))
    return found


def _lies_in(organization: Organization, account: str, name: str, place: str) -> bool:
    path = organization.unit_path(account)
    unit = place.removesuffix("/**").removesuffix("/")
    return place in (account, name, f"{path}/{name}") or path == unit or path.startswith(f"{unit}/")
