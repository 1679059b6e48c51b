"""Whatever type could not be listed where a resource lies: no control breaks, and none lets pass what failed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bastide.controls import Control, all_controls
from bastide.model import GLOBAL, Estate, Gap, Status
from tests.controls.test_cases import cases_of, estate_of

# Controls that may pass what failed, and why that is right.
ALLOWED = {
    "iam-user-console-mfa": "where the report cannot be read users are asked for their login profile, and one that "
    "was read without has none",
}


def unlisted(estate: Estate, kinds: tuple[str, ...]) -> Iterator[Estate]:
    """The estate without one of the types at a time, without all of them, and with what was there all the same."""
    places = {(one.account, region) for one in estate.resources for region in (one.region, GLOBAL)}
    places |= {(one.account, one.region) for one in estate.gaps}
    places |= {(one.id, region) for one in getattr(estate.organization, "accounts", ()) for region in estate.regions}
    for gone in (*((kind,) for kind in kinds), kinds):
        gaps = tuple(Gap(kind, *place, "AccessDenied") for kind in gone for place in sorted(places))
        kept = tuple(one for one in estate.resources if one.type not in gone)
        yield replace(estate, resources=kept, gaps=(*estate.gaps, *gaps))
        yield replace(estate, gaps=(*estate.gaps, *gaps))


@pytest.mark.parametrize("control", all_controls(), ids=lambda control: control.id)
def test_what_failed_does_not_pass_when_a_type_could_not_be_listed(control: Control) -> None:
    for case in cases_of(control):
        subject, estate = estate_of(control, case)
        said = control.verdict(subject, estate)
        for other in unlisted(estate, tuple(sorted({*control.reads, control.resource_type}))):
            now = control.verdict(subject, other)
            assert now.status in Status
            if said.status is Status.FAIL and control.id not in ALLOWED:
                assert now.status in (Status.FAIL, Status.UNKNOWN), (case["name"], now)
