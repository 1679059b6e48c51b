"""The estate as it was: what assessments recorded, found again by time, and compared.

The one idea: a recorded look says what it had looked at. What it had not, or had asked less of than is asked now, is
a gap: its verdicts are UNKNOWN, and it is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bastide.errors import InputError
from bastide.model import GLOBAL, Change, Estate, Gap
from bastide.show.trails import parse_moment

if TYPE_CHECKING:
    from bastide.assess import Assessment
    from bastide.controls import Control
    from bastide.show.workspace import Workspace
    from bastide.store import Store
    from bastide.store.history import Look, Place

LAST, NOW = "last", "now"


@dataclass(frozen=True)
class Comparison:
    """What changed from one look to the next. ``open``: places that only one knows, or that one could not list."""

    before: str
    after: str
    changes: tuple[Change, ...]
    open: tuple[Place, ...]


def recorded_target(store: Store, kind: str) -> str:
    """The label of the target that looks are recorded of, without asking it. ``kind``: sandbox or aws.

    Raises:
        InputError: there is none, or there are several.
    """
    found = [label for label in store.look_targets() if label.startswith(f"{kind}/")]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(f"nothing is recorded of {kind}", fix=f"bastide assess --target {kind} records what it sees")
    raise InputError(f"looks at several organizations are recorded: {', '.join(found)}",
                     fix="keep each in a folder of its own (BASTIDE_STATE)")  # fmt: skip


def moment_at(store: Store, label: str, text: str, option: str) -> str:
    """The time that an option names, ISO 8601 UTC to the second; ``last`` is that of the newest look.

    Raises:
        InputError: the text names no time, or one to come, or nothing is recorded of the target.
    """
    times = store.look_times(label)
    # A sandbox's clock may have been driven ahead: how long ago is counted from the newest look then.
    now = max([datetime.now(UTC), *(datetime.fromisoformat(one) for one in times[-1:])])
    if text == NOW and option == "--to":
        return _stamp(now)
    moment = parse_moment(text, option, now) if text != LAST else None
    if moment is not None and moment > now:
        fix = f"the newest look is of {times[-1]}: write last" if times else "write a time that has been"
        raise InputError(f"{text} is yet to come (it is {_stamp(now)})", option, fix)
    if not times:
        raise InputError(f"nothing is recorded of {label}", option, "bastide assess records what it sees")
    return times[-1] if moment is None else _stamp(moment)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def look_at(store: Store, label: str, text: str, option: str) -> Look:
    """The newest look at or before a time; ``last`` for the newest of all.

    Raises:
        InputError: the text names no time, one to come, or nothing was recorded by then; what there is is named.
    """
    moment = moment_at(store, label, text, option)
    found = store.look(label, moment)
    if found is None:
        times = store.look_times(label)
        fix = f"the first look is of {times[0]}, the newest of {times[-1]}"
        raise InputError(f"nothing is recorded of {text}: no look had been taken by {moment}", option, fix)
    return found


def assessed_at(place: Workspace, moment: str, *, include_passes: bool = False) -> tuple[Assessment, Estate]:
    """What all controls say of what was recorded at a time, without asking the target.

    Raises:
        InputError: nothing was recorded by then.
    """
    from bastide.assess import run

    label = recorded_target(place.store, place.settings.target)
    estate = judged_by(look_at(place.store, label, moment, "--at"), place.controls)
    return place.exempted(run(estate, place.controls, include_passes=include_passes), estate), estate


def judged_by(look: Look, controls: Sequence[Control]) -> Estate:
    """The look's estate for these controls: types that it asked less of than they do are gaps.

    Of types that no look can list (parts that only templates have, accounts and regions) nothing is lacking.
    """
    from bastide.show.healing import asked_properties, assessed_listers

    asked = asked_properties(controls)
    lacking = {kind for kind in assessed_listers(controls) if not _covers(look.asked, kind, asked[kind])}
    estate = look.estate
    accounts = [one.id for one in estate.organization.accounts] if estate.organization else []
    places = {place for place in look.read if place[0] in lacking}
    places |= {
        (kind, account, region)
        for kind in lacking - set(look.asked)
        for account in accounts
        for region in (*estate.regions, GLOBAL)
    }
    gaps = [Gap(*place, f"not recorded by the look of {estate.read_at}") for place in sorted(places)]
    kept = tuple(one for one in estate.resources if one.type not in lacking)
    return replace(estate, resources=kept, gaps=(*estate.gaps, *gaps))


def _covers(asked: Mapping[str, Sequence[str] | None], kind: str, paths: set[str] | None) -> bool:
    if kind not in asked:
        return False
    known = asked[kind]
    return known is None or (paths is not None and paths <= set(known))


def compare(before: Look, after: Look) -> Comparison:
    """What changed from one look to the next, where both had looked."""
    from bastide.plan.between import between

    both = before.read.keys() & after.read.keys()
    gaps = before.estate.gaps_by_place.keys() | after.estate.gaps_by_place.keys()
    asked = {kind: _shared(before.asked.get(kind), after.asked.get(kind)) for kind, _, _ in both}
    changes = between(before.estate, after.estate, both - gaps, asked)
    left = (before.read.keys() | after.read.keys()) - (both - gaps)
    return Comparison(before.estate.read_at, after.estate.read_at, changes, tuple(sorted(left)))


def _shared(one: Sequence[str] | None, other: Sequence[str] | None) -> set[str] | None:
    """Top-level properties that both asked for; None for all."""
    if one is None or other is None:
        paths = other if one is None else one
        return None if paths is None else {path.split(".", 1)[0] for path in paths}
    return {path.split(".", 1)[0] for path in one} & {path.split(".", 1)[0] for path in other}


def look_now(place: Workspace) -> Look:
    """What runs now, masked as a recorded look is; it is not recorded.

    Raises:
        TargetError: the target cannot be read.
    """
    from bastide.store.mask import mask

    place.assessed()
    look = place.look
    if look is None:
        raise InputError("nothing was looked at")
    masked = [one.with_properties(dict(mask(one.type, dict(one.properties)))) for one in look.estate.resources]
    return replace(look, estate=replace(look.estate, resources=tuple(masked)))
