"""A look that starts from the one before: what has changed since is read again, the rest is carried over.

The one idea: a place (one type in one account and region) is carried over only when nothing speaks against it: it was
listed before with all that is asked now, is young enough, holds nothing masked, and the event history of its account
and region is known and names no write to it. Every resource keeps the time at which it was read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bastide.aws.failure import BotoCoreError, ClientError
from bastide.aws.handler import NOT_ASKED, Handler, Lister
from bastide.aws.session import GLOBAL_REGIONS, Target
from bastide.collect.changes import (
    ORGANIZATIONS,
    Event,
    Events,
    always_read,
    changes_type,
    is_of_organization,
    is_worldwide,
    look_up,
    single_types,
    table,
)
from bastide.collect.collect import Progress, collect, places_of
from bastide.model import GLOBAL, Organization, Origin, Resource, ResourceKey
from bastide.model.unknown import unknowns_in
from bastide.store.history import Look, Place
from bastide.store.mask import is_masked

# How long an event may take to appear in the history.
# Source: AWS CloudTrail User Guide, "How CloudTrail works": within an average of about 5 minutes, not guaranteed.
DELIVERY = timedelta(minutes=30)
MAX_AGE = timedelta(days=7)


@dataclass(frozen=True)
class Refreshed:
    """What came of it. ``reasons``: how many places were read again for which reason; ``single``: resources alone."""

    look: Look
    carried: int
    reasons: Mapping[str, int]
    single: int
    oldest: str

    def __str__(self) -> str:
        """One line for a person."""
        again = ", ".join(f"{count} {reason}" for reason, count in sorted(self.reasons.items()))
        return (
            f"carried over: {self.carried} places (the oldest read at {self.oldest or '-'}); "
            f"read again: {sum(self.reasons.values())} places{f' ({again})' if again else ''}, {self.single} resources"
        )


@dataclass
class _Staleness:
    """Why places are read again, and single resources that are."""

    places: dict[Place, str]
    singles: set[ResourceKey]


def refresh(
    target: Target,
    organization: Organization | None,
    listers: Mapping[str, Lister],
    asked: Mapping[str, Collection[str] | None],
    regions: Sequence[str],
    before: Look,
    *,
    read_at: datetime,
    max_age: timedelta = MAX_AGE,
    accounts: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> Refreshed:
    """The estate as it is now. ``asked``: property paths by type that the listers ask for; None for all."""
    stamp = read_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    places = list(places_of(target, organization, listers, regions, accounts))
    stale = _stale(target, organization, places, listers, asked, before, read_at, max_age)
    alone, failed = _read_singles(target, listers, stale.singles, stamp)
    stale.places |= dict.fromkeys(failed, "that could not be read one by one")
    fresh = collect(
        target, organization, listers, regions, read_at=read_at, accounts=accounts, only=stale.places, progress=progress
    )
    carried = set(places) - set(stale.places)
    kept = [
        one
        for one in before.estate.resources
        if (one.type, one.account, one.region) in carried and one.key not in alone
    ]
    found = [one for key, one in alone.items() if one and key[:3] in carried]
    resources = sorted((*kept, *found, *fresh.resources), key=lambda one: one.key)
    read = {place: before.read[place] for place in carried} | dict.fromkeys(stale.places, stamp)
    look = Look(
        replace(fresh, resources=tuple(resources)),
        {name: _sorted(asked.get(name)) for name in listers},
        read,
    )
    reasons: dict[str, int] = {}
    for reason in stale.places.values():
        reasons[reason] = reasons.get(reason, 0) + 1
    return Refreshed(look, len(carried), reasons, len(alone), min((read[one] for one in carried), default=""))


def _sorted(paths: Collection[str] | None) -> tuple[str, ...] | None:
    return None if paths is None else tuple(sorted(paths))


def _stale(
    target: Target,
    organization: Organization | None,
    places: Sequence[Place],
    listers: Mapping[str, Lister],
    asked: Mapping[str, Collection[str] | None],
    before: Look,
    now: datetime,
    max_age: timedelta,
) -> _Staleness:
    found = _Staleness({}, set())
    alone = {kind for one in table().single.values() for kind in one.types if isinstance(listers.get(kind), Handler)}
    partial: dict[Place, str] = {}
    held: dict[tuple[str, str], set[str]] = {}
    for one in before.estate.resources:
        held.setdefault((one.account, one.region), set()).add(one.type)
        if why := _partial(one):
            if one.type in alone:
                found.singles.add(one.key)
            else:
                partial[one.type, one.account, one.region] = why
    for place in places:
        reason = _reason(place, asked, before, now - max_age, held.get(place[1:], ())) or partial.get(place)
        if reason:
            found.places[place] = reason
    found.singles = {key for key in found.singles if key[:3] not in found.places and key[:3] in set(places)}
    left = [place for place in places if place not in found.places]
    since = _parse(before.estate.read_at) - DELIVERY
    histories = _histories(target, left, before.estate.regions, since)
    declared = _declared(target, organization, histories)
    settle = timedelta(seconds=target.patience)  # a read this soon after a write may not have seen it
    for place in left:
        _by_events(found, place, listers, before, _relevant(target, place, histories, declared), settle)
    for kind, account, region in [place for place in left if place not in found.places]:
        # What it comes from may be there only now, or not have been listed before.
        if any((one, account, region) in found.places for one in table().beside.get(kind, ())):
            found.places[kind, account, region] = "beside what is read again"
    found.singles = {key for key in found.singles if key[:3] not in found.places}
    return found


def _partial(resource: Resource) -> str:
    """Why what is stored of a resource is not all that there was to see; empty when it is."""
    if is_masked(dict(resource.properties)):
        return "with masked values"
    owner = resource.arn.split(":", 5)[4:5]
    if owner and owner[0].isdigit() and owner[0] != resource.account:
        return "that another account changes"  # and shares: a prefix list, a subnet
    unread = any(value != NOT_ASKED for value in unknowns_in(resource.properties))
    return "with values that could not be read" if unread else ""


def _reason(
    place: Place, asked: Mapping[str, Collection[str] | None], before: Look, oldest: datetime, held: Collection[str]
) -> str:
    """Why a place is read again whatever the events say; empty when it need not be. ``held``: types in its region."""
    kind, _, region = place
    known, wanted = before.asked.get(kind, ()), asked.get(kind)
    if place not in before.read or place in before.estate.gaps_by_place:
        return "not known before"
    if known is not None and (wanted is None or not set(wanted) <= set(known)):
        return "of which more is asked now"
    if _parse(before.read[place]) < oldest:
        return "older than allowed"
    if always_read(kind, held) or (region == GLOBAL and not is_worldwide(kind)):
        return "that change without an event"
    return ""


def _histories(
    target: Target, places: Iterable[Place], regions: Sequence[str], since: datetime
) -> dict[str, dict[str, Events]]:
    """The writes by account, then region, of every place's region and the one of services without any."""
    home = GLOBAL_REGIONS.get(target.partition, "us-east-1")
    wanted = sorted({(account, home if region == GLOBAL else region) for _, account, region in places})

    def ask(one: tuple[str, str]) -> Events:
        return look_up(target.connection(one[0], one[1]), one[1], since)

    if target.threads == 1:
        told = [ask(one) for one in wanted]
    else:
        with ThreadPoolExecutor(target.threads, thread_name_prefix="events") as pool:
            told = list(pool.map(ask, wanted))
    found: dict[str, dict[str, Events]] = {}
    for (account, region), events in zip(wanted, told, strict=True):
        found.setdefault(account, {})[region] = events
    return found


def _declared(
    target: Target, organization: Organization | None, histories: Mapping[str, Mapping[str, Events]]
) -> Events:
    """The writes to the organization, in whichever account; refused where its management account does not tell."""
    home = GLOBAL_REGIONS.get(target.partition, "us-east-1")
    told = [regions[home] for regions in histories.values() if home in regions]
    writes = tuple(event for one in told for event in one.events if event.source == ORGANIZATIONS)
    if organization is not None and not organization.id:  # the account is looked at alone
        return Events(writes, "of its organization" if organization.policies else "")
    managing = histories.get(organization.management_account if organization else target.management_account, {})
    return Events(writes, managing[home].refused if home in managing else "of the organization")


def _relevant(target: Target, place: Place, histories: Mapping[str, Mapping[str, Events]], declared: Events) -> Events:
    """The writes that may concern a place: of its region; a bucket may have been made from any."""
    kind, account, region = place
    own = histories[account][GLOBAL_REGIONS.get(target.partition, "us-east-1") if region == GLOBAL else region]
    elsewhere = [
        event
        for other, events in histories[account].items()
        if other != region
        for event in events.events
        if event.region == region and kind in single_types(event)
    ]
    if kind in table().declared:
        return Events((*own.events, *declared.events), own.refused or declared.refused)
    if is_of_organization(kind):  # a delegated administrator of policies writes from its own account
        return Events((*own.events, *declared.events), own.refused)
    return Events((*own.events, *elsewhere), own.refused)


def _by_events(
    found: _Staleness, place: Place, listers: Mapping[str, Lister], before: Look, history: Events, settle: timedelta
) -> None:
    """Add the place, or resources of it, where a write names them."""
    kind = place[0]
    if history.refused:
        found.places[place] = f"without event history ({history.refused})"
        return
    oldest = _parse(before.read[place]) - settle
    own = [event for event in history.events if event.at >= oldest and changes_type(event, kind)]
    if any(not _is_single(event, kind, listers) for event in own):
        found.places[place] = "changed"
        return
    region = place[2]
    keys = {ResourceKey(*place, event.id) for event in own if region in (event.region, GLOBAL)}
    keys |= {key for event in own if (key := ResourceKey(*place, event.id)) in before.estate.by_key}
    found.singles |= keys


def _is_single(event: Event, kind: str, listers: Mapping[str, Lister]) -> bool:
    return kind in single_types(event) and isinstance(listers[kind], Handler)


def _read_singles(
    target: Target, listers: Mapping[str, Lister], keys: Iterable[ResourceKey], stamp: str
) -> tuple[dict[ResourceKey, Resource | None], set[Place]]:
    """Resources by key (None: gone), and places of which one could not be read."""
    found: dict[ResourceKey, Resource | None] = {}
    failed: set[Place] = set()
    for key in sorted(keys):
        lister, at = listers[key.type], target.connection(key.account, key.region)
        try:
            told = lister.read(at, key.id) if isinstance(lister, Handler) else None
        except (ClientError, BotoCoreError):
            failed.add((key.type, key.account, key.region))
            continue
        origin = Origin("observed", read_at=stamp)
        found[key] = told and Resource(*key[:3], told.id, told.properties, told.arn, origin)
    return found, failed


def _parse(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
