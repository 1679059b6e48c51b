"""What an assessment of a target looks at: which accounts and regions, and by which controls.

The one idea: an architecture file narrows the look, and none is needed. Without one, all active accounts of the
organization are looked at in all regions that are enabled; where the organization cannot be read, the own account.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bastide.errors import InputError, TargetError
from bastide.model import Account, Organization, OrganizationPolicy, Scope

if TYPE_CHECKING:
    from bastide.aws.handler import Lister
    from bastide.aws.session import Target
    from bastide.collect import Progress
    from bastide.controls import Control
    from bastide.store.history import Look

REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d{1,2}")
AGE = re.compile(r"(\d{1,5})([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
LIMITING = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


@dataclass(frozen=True)
class Found:
    """The accounts of a target. ``organized``: they are an organization that could be read; ``note``: if not, why."""

    organization: Organization | None
    organized: bool = True
    note: str = ""

    @property
    def accounts(self) -> list[str] | None:
        """The accounts to look at; None for all active ones of the organization."""
        return None if self.organized or not self.organization else [one.id for one in self.organization.accounts]

    def listers(self, listers: dict[str, Lister]) -> dict[str, Lister]:
        """Without those of the whole organization, where there is none to be asked."""
        if self.organized:
            return listers
        return {name: one for name, one in listers.items() if one.scope is not Scope.ORGANIZATION}


def find_accounts(target: Target) -> Found:
    """The organization, or an account that stands alone in one of its own."""
    from bastide.collect import read_organization

    try:
        found = read_organization(target)
    except TargetError as refused:
        return Found(_alone(target, refused.what), organized=False, note=f"only {target.home_account}: {refused.what}")
    if found is None:
        return Found(_alone(target, ""), organized=False, note=f"only {target.home_account}: it is in no organization")
    return Found(found)


def _alone(target: Target, unreadable: str) -> Organization:
    """An organization that consists of the own account; ``unreadable``: why its policies are not known."""
    own = target.home_account
    policies = tuple(
        OrganizationPolicy("", f"any {kind}", kind, None, (own,), unreadable) for kind in LIMITING if unreadable
    )
    return Organization("", "", target.management_account, (Account(own, own),), (), policies)


def take_look(
    target: Target,
    found: Found,
    controls: Sequence[Control],
    regions: Sequence[str],
    *,
    before: Look | None = None,
    max_age: timedelta | None = None,
    progress: Progress | None = None,
) -> tuple[Look, str]:
    """What runs, as far as the controls ask; with the look before, only what has changed is read again.

    The second is one line about what was carried over; empty when all was read.
    """
    from bastide.collect import MAX_AGE, collect, places_of, refresh
    from bastide.show.healing import asked_properties, assessed_listers
    from bastide.store.history import Look

    listers, asked = found.listers(assessed_listers(controls)), asked_properties(controls)
    now, organization = target.clock(), found.organization
    if before is not None:
        done = refresh(
            target, organization, listers, asked, regions, before,
            read_at=now, max_age=max_age or MAX_AGE, accounts=found.accounts, progress=progress,
        )  # fmt: skip
        return done.look, str(done)
    estate = collect(target, organization, listers, regions, read_at=now, accounts=found.accounts, progress=progress)
    places = places_of(target, organization, listers, regions, found.accounts)
    paths = {name: None if asked[name] is None else tuple(sorted(asked[name] or ())) for name in listers}
    return Look(estate, paths, dict.fromkeys(places, estate.read_at)), ""


def enabled_regions(target: Target) -> tuple[str, ...]:
    """The regions that are enabled in the own account, sorted.

    Source: Amazon EC2 API Reference, DescribeRegions: without AllRegions, those that are enabled.

    Raises:
        TargetError: they cannot be listed.
    """
    from bastide.aws.failure import BotoCoreError, ClientError, refusal

    home = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}[target.partition]
    try:
        told = target.client("ec2", target.home_account, home).describe_regions()["Regions"]
    except (ClientError, BotoCoreError) as error:
        raise TargetError(
            f"the enabled regions cannot be listed: {refusal(error, 'ec2').reason}",
            target.home_account,
            "allow ec2:DescribeRegions, or name them: --regions eu-west-1,us-east-1",
        ) from error
    return tuple(sorted(one["RegionName"] for one in told))


def parse_regions(texts: Sequence[str]) -> tuple[str, ...]:
    """Regions of an option that may be repeated and may hold several with commas; sorted.

    Raises:
        InputError: one is no name of a region.
    """
    named = sorted(set(_parts(texts)))
    for one in named:
        if not REGION.fullmatch(one):
            raise InputError(f"{one!r} is no region", "--regions", "write names such as eu-west-1,us-east-1")
    return tuple(named)


def parse_since(since: str, full: bool, max_age: str) -> tuple[bool, timedelta | None]:
    """Whether to start from the last look, and the greatest age of what is carried over (None: the default).

    Raises:
        InputError: the options contradict each other, or an age is none.
    """
    if since not in ("", "last"):
        raise InputError(f"--since does not know {since!r}", fix="write --since last; times are for `bastide diff`")
    if since and full:
        raise InputError("--since last and --full contradict each other", fix="leave one of them out")
    if max_age and not since:
        raise InputError("--max-age is for what is carried over", fix="add --since last")
    found = AGE.fullmatch(max_age)
    if max_age and not found:
        raise InputError(f"{max_age!r} is no age", "--max-age", "write 90m, 36h or 7d")
    return bool(since), timedelta(**{UNITS[found[2]]: int(found[1])}) if found else None


def restricted(controls: Sequence[Control], services: Sequence[str], slugs: Sequence[str]) -> tuple[Control, ...]:
    """The controls of some services, or of these slugs; all where neither is asked.

    A service is named as CloudFormation or this project's folder of controls names it, in any case.

    Raises:
        InputError: no control is of that service, or there is no such control.
    """
    from bastide.iam.vocabulary import suggest

    wanted, named = {one.lower() for one in _parts(services)}, _parts(slugs)
    known = {service for control in controls for service in _services(control)}
    for one in sorted(wanted - known):
        raise InputError(f"no control is about the service {one!r}", "--service", suggest(one, known))
    there = {control.id for control in controls}
    for one in named:
        if one not in there:
            raise InputError(f"there is no control {one!r}", "--control", suggest(one, there))
    return tuple(
        control
        for control in controls
        if not (wanted or named) or control.id in named or not wanted.isdisjoint(_services(control))
    )


def _services(control: Control) -> set[str]:
    folder = control.module.removeprefix("bastide.controls.").partition(".")[0] if control.module else ""
    return {one for one in (control.resource_type.split("::")[1].lower(), folder) if one}


def _parts(texts: Sequence[str]) -> list[str]:
    return [part for text in texts for part in (one.strip() for one in text.split(",")) if part]
