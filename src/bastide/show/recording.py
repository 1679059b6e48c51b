"""What an assessment saw is kept: findings in the store, changed resources in the lake when there is one.

Both can be asked in SQL afterwards (`bastide query`). A lake that cannot be written fails no assessment: it is said.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bastide.errors import BastideError
from bastide.model import GLOBAL, Status

if TYPE_CHECKING:
    from bastide.assess import Assessment
    from bastide.lake.catalog import Lake
    from bastide.model import Estate, Finding
    from bastide.model.resource import ResourceKey
    from bastide.show.reports.report import Delta
    from bastide.show.workspace import Workspace


def record(place: Workspace, assessment: Assessment, estate: Estate, say: Callable[[str], None]) -> Delta | None:
    """Keep the findings, and the changed resources when the workspace has a lake.

    What comes out is what changed since the assessment before; None when there was none. One that was interrupted
    changes nothing but what is known of the resources: what it had not come to is neither mended nor new.
    """
    from bastide.collect import interrupted

    whole = not interrupted(estate)
    changed = _since_last(place, assessment, estate) if whole else None
    _keep_findings(place, assessment, estate, whole)
    if place.look is not None:
        place.store.keep_look(place.target.label, place.look)
    _keep_inventory(place, estate, say)
    return changed


def _unread(place: Workspace, assessment: Assessment, estate: Estate) -> list[Finding]:
    """What failed before where this look could not list, or was told not to look: nobody knows that it is gone."""
    now, gaps = {one.id for one in assessment.findings}, estate.gaps_by_place
    there = {account.id for account in estate.organization.accounts} if estate.organization else set()
    looked_at = {*estate.regions, GLOBAL} if place.settings.regions else set()

    def unseen(key: ResourceKey) -> bool:
        left_out = bool(looked_at) and key.account in there and key.region not in looked_at
        return left_out or (key.type, key.account, key.region) in gaps

    before = place.store.findings(place.target.label)
    return [one for one in before if one.status is Status.FAIL and one.id not in now and unseen(one.resource)]


def _since_last(place: Workspace, assessment: Assessment, estate: Estate) -> Delta | None:
    from bastide.assess import Baseline
    from bastide.show.reports.report import Delta
    from bastide.store import RunStatus

    runs = [run for run in place.store.runs() if run.kind == "assess" and run.target == place.target.label]
    done = [run for run in runs if run.status is RunStatus.DONE]
    if not done:
        return None
    asked = set(assessment.by_control)
    earlier = Baseline({one.id: one.status for one in place.store.findings(place.target.label) if one.control in asked})
    open_now = [one for one in assessment.findings if one.status in {Status.FAIL, Status.UNKNOWN}]
    new = sum(one.status is Status.FAIL for one in earlier.new(open_now))
    gone = earlier.gone([*open_now, *_unread(place, assessment, estate)])
    return Delta(done[-1].started_at, new, len(gone))


def _keep_inventory(place: Workspace, estate: Estate, say: Callable[[str], None]) -> None:
    from bastide.show.lake import has_lake, open_lake

    try:
        if not has_lake(place.settings):
            return
        count = record_inventory(open_lake(place.settings), estate, place.target.clock)
    except BastideError as wrong:
        say(f"the inventory was not recorded: {wrong.what}")
        return
    if count:
        say(f"{count} changed resources recorded in the lake")


def _keep_findings(place: Workspace, assessment: Assessment, estate: Estate, whole: bool) -> None:
    from bastide.store import Run, RunStatus

    moment = place.target.clock().isoformat(timespec="seconds")
    run = Run(place.new_run(), "assess", place.target.label, moment)
    place.store.start_run(run)
    if whole:
        kept = (*assessment.findings, *_unread(place, assessment, estate))
        place.store.replace_findings(run.target, run.id, kept)
    place.store.end_run(
        run.id, RunStatus.DONE if whole else RunStatus.INTERRUPTED, place.target.clock().isoformat(timespec="seconds")
    )


def record_inventory(lake: Lake, estate: Estate, clock: Callable[[], datetime]) -> int:
    """Record what changed since the last time. The number of configuration items.

    Raises:
        InputError: the lake is being written by another process, or cannot be written.
        IncompleteError: the disk is full.
    """
    from bastide.ingest.run import ingest
    from bastide.ingest.source import Folder
    from bastide.lake.inventory import changed_items, latest_states, render_items

    at = estate.read_at or clock().isoformat()
    items = changed_items(latest_states(lake), estate, _properties(estate), _types(), at)
    if not items:
        return 0
    with TemporaryDirectory(prefix="bastide-inventory-") as folder:
        path = Path(folder) / f"inventory-{clock():%Y%m%dT%H%M%S%f}.json"
        path.write_bytes(render_items(items))
        ingest(lake, [Folder(path)], clock=clock, workers=1)
    return len(items)


def _types() -> frozenset[str]:
    from bastide.controls import all_controls
    from bastide.show.healing import assessed_listers

    return frozenset(assessed_listers(all_controls()))


def _properties(estate: Estate) -> dict[ResourceKey, Any]:
    """Properties by key, secrets masked and Unknown spelled out."""
    from bastide.model.serialize import to_json_value
    from bastide.store.mask import mask

    return {
        resource.key: to_json_value(mask(resource.type, dict(resource.properties))) for resource in estate.resources
    }
