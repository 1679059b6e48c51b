"""Calls that a look at live accounts costs: a full one, one that starts from it, an organization of 100 accounts.

The sandbox answers in this process, so seconds are its own; calls are what AWS would be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bastide.assess import run
from bastide.aws.session import Target
from bastide.controls import all_controls
from bastide.sandbox import Sandbox
from bastide.show.looking import find_accounts, take_look
from benchmarks.measure import Figure, peak_mb, timed
from benchmarks.posture_seed import REGION, seed

ACCOUNTS = 100
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")


def _target(sandbox: Sandbox) -> tuple[Target, Callable[[], int]]:
    """A target of the sandbox, and how many calls it has made."""
    target, made = Target.sandbox(sandbox), [0]

    def count(**_: Any) -> None:
        made[0] += 1

    target._session.events.register_first("before-call.*.*", count)  # nobody else can tell what was asked
    target._clients.clear()  # those made before would not count
    target.clock = sandbox.clock.now  # type: ignore[method-assign]
    return target, lambda: made[0]


def incremental() -> Iterator[Figure]:
    """Calls of a full look at the seeded account by all controls, and of the next ones."""
    name = "posture, since the last look"
    sandbox = Sandbox()
    session = sandbox.session()
    left = seed(lambda service: session.client(service, region_name=REGION))
    yield Figure(name, "parts of the account that the sandbox lacks", len(left), "parts")
    sandbox.clock.advance("1d")
    target, calls = _target(sandbox)
    controls = all_controls()
    begin = calls()
    first, _ = take_look(target, find_accounts(target), controls, (REGION,))
    full = calls() - begin
    yield Figure(name, "full look", full, "calls")
    sandbox.clock.advance("1d")
    begin = calls()
    second, _ = take_look(target, find_accounts(target), controls, (REGION,), before=first)
    unchanged = calls() - begin
    same = [(one.key, one.properties) for one in first.estate.resources] == [
        (one.key, one.properties) for one in second.estate.resources
    ]
    yield Figure(name, "nothing had changed", unchanged, "calls")
    yield Figure(name, "nothing had changed, share", unchanged / full * 100, "%", "≤ 5")
    yield Figure(name, "the same resources and properties", int(same), "", "≥ 1")
    for number in range(5):
        session.client("s3", region_name=REGION).put_bucket_versioning(
            Bucket=f"posture-{number * 9:03d}", VersioningConfiguration={"Status": "Enabled"}
        )
    begin = calls()
    take_look(target, find_accounts(target), controls, (REGION,), before=second)
    yield Figure(name, "five buckets had changed, share", (calls() - begin) / full * 100, "%")


def organization() -> Iterator[Figure]:
    """100 accounts in 4 regions, a few resources each: a full look by all controls, the next one, and judging."""
    name = "posture, 100 accounts in 4 regions"
    sandbox = Sandbox()
    session = sandbox.session()
    client = session.client("organizations")
    client.create_organization(FeatureSet="ALL")
    for number in range(1, ACCOUNTS):
        client.create_account(AccountName=f"team-{number}", Email=f"aws+{number}@example.com")
    sandbox.clock.advance("1d")
    target, calls = _target(sandbox)
    controls = all_controls()
    found = find_accounts(target)
    begin = calls()
    with timed() as taken:
        first, _ = take_look(target, found, controls, REGIONS)
    full = calls() - begin
    yield Figure(name, "full look", full, "calls")
    yield Figure(name, "full look, with the sandbox's own time", taken[0], "s")
    yield Figure(name, "resources", len(first.estate.resources), "resources")
    yield Figure(name, "places that could not be read", len(first.estate.gaps), "places")
    sandbox.clock.advance("1d")
    target, calls = _target(sandbox)  # as another run would: sessions end after an hour
    begin = calls()
    take_look(target, found, controls, REGIONS, before=first)
    yield Figure(name, "nothing had changed, share", (calls() - begin) / full * 100, "%")
    with timed() as taken:
        run(first.estate, controls)
    yield Figure(name, "judging", taken[0], "s")
    yield Figure(name, "peak memory, with the sandbox", peak_mb(), "MB")
