"""The same verdict from what is declared, from its rendered template and from what runs, for every type that is made.

The worlds are the cases of every control of the type, judged by all of its controls, and mixtures of the properties
that those cases use. What AWS refuses to make has no live form; it is counted, and has the two others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bastide.aws.session import Target
from bastide.controls import Control
from bastide.model import Resource, Status, Verdict
from bastide.sandbox import Sandbox
from tests.same_verdict.cases import Posed, controls_of, makeable_types, pool, posed
from tests.same_verdict.differences import ALTERNATIVES, LIVE, UNREAD
from tests.same_verdict.forms import Refused, declared, live, rendered, verdicts
from tests.same_verdict.world import Part, World

EVERY = 12  # one case in so many is tried by the quick test
LOCKED_OUT = ("AccessDenied", "AccessDeniedException")
MIXED = [type for type in makeable_types() if len(pool(type)) > 1]


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Sandbox, Target]]:
    sandbox = Sandbox()
    yield sandbox, Target.sandbox(sandbox)
    sandbox.close()


class Compared:
    """What was compared, what differed, what AWS refused, and which properties the account told."""

    def __init__(self, place: tuple[Sandbox, Target]) -> None:
        self.place = place
        self.pairs = 0
        self.differing: list[str] = []
        self.refused: list[str] = []
        self.told: set[str] = set()

    def compare(self, one: Posed, controls: Sequence[Control]) -> None:
        """One case in its three forms, by all controls of its type."""
        world = one.world()
        assert world is not None
        self._template(one, world, controls)
        found = live(*self.place, world, controls)
        if isinstance(found, Refused) and (opened := one.world(open=True)) is not None:
            world, found = opened, live(*self.place, opened, controls)
        if isinstance(found, Refused):
            self.refused.append(f"{one.name}: {found.reason}")
            return
        subject, estate = found
        self.told |= set(subject.properties)
        said, seen = verdicts(controls, *declared(world)), verdicts(controls, subject, estate)
        guarded = any(part.type in ("AWS::S3::BucketPolicy", "AWS::KMS::Key") for part in world.resources)
        for name, wanted in said.items():
            self._note("live", one, name, wanted, seen[name], _live_holds(name, wanted, seen[name], guarded))

    def _template(self, one: Posed, world: World, controls: Sequence[Control]) -> None:
        """A template holds what CloudFormation has; it is compared with as much of the declared world."""
        kept = tuple(part for part in world.resources if part.type.startswith("AWS::"))
        if world.subject not in kept or _made_by_aws(world.subject):
            return
        smaller = world._replace(resources=kept)
        said, read = verdicts(controls, *declared(smaller)), verdicts(controls, *rendered(smaller))
        for name, wanted in said.items():
            self._note("template", one, name, wanted, read[name], wanted.status == read[name].status)

    def _note(self, form: str, one: Posed, control: str, said: Verdict, seen: Verdict, holds: bool) -> None:
        self.pairs += 1
        if not holds:
            what = f"{said.status.name} ({said.reason}) is {seen.status.name} ({seen.reason})"
            self.differing.append(f"{form} of {one.name}: {control}: {what}")


def _live_holds(control: str, said: Verdict, seen: Verdict, guarded: bool) -> bool:
    if said.status in (seen.status, Status.UNKNOWN) or control in LIVE:
        return True
    # A policy that shuts us out as well leaves nothing to be read; that is told, and is no verdict.
    return guarded and seen.status is Status.UNKNOWN and seen.reason.partition(" (")[0].endswith(LOCKED_OUT)


def _made_by_aws(subject: Resource) -> bool:
    """A stack cannot make a VPC's default security group."""
    return subject.type == "AWS::EC2::SecurityGroup" and subject.properties.get("GroupName") == "default"


def test_a_sample_of_cases_gets_one_verdict_in_every_form(place: tuple[Sandbox, Target]) -> None:
    compared = Compared(place)
    for type in makeable_types():
        for one in list(posed(type))[::EVERY]:
            compared.compare(one, controls_of()[type])
    assert not compared.differing
    assert compared.pairs > 1000
    assert len(compared.refused) < 40


@pytest.mark.slow
@pytest.mark.parametrize("type", makeable_types())
def test_every_case_of_a_type_gets_one_verdict_in_every_form(type: str, place: tuple[Sandbox, Target]) -> None:
    compared, controls = Compared(place), controls_of()[type]
    for one in posed(type):
        compared.compare(one, controls)
    assert not compared.differing
    assert compared.pairs
    asked = {path.split(".", 1)[0] for control in controls for path in control.properties}
    assert asked - compared.told - set(UNREAD.get(type, {})) == set(), "read by a control, told by nobody"


@pytest.mark.slow
@pytest.mark.parametrize("type", MIXED)
def test_mixtures_of_properties_get_one_verdict_in_every_form(type: str, place: tuple[Sandbox, Target]) -> None:
    compared = Compared(place)

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(mixtures(type))
    def compare(mixed: Posed) -> None:
        compared.compare(mixed, controls_of()[type])

    compare()
    assert not compared.differing


@st.composite
def mixtures(draw: st.DrawFn, type: str) -> Posed:
    """A resource with some of the values that cases of its type use."""
    some = {name: draw(st.sampled_from(values)) for name, values in pool(type).items() if draw(st.booleans())}
    for group in ALTERNATIVES.get(type, ()):
        for name in sorted(group & set(some))[1:]:
            del some[name]
    return Posed(f"{type} with {some}", Part(type, "mixed", some), ())
