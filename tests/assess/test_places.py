"""Accounts and regions of an estate without an organization: judged by what lies in them, and by nothing else."""

from dataclasses import replace

from bastide.assess import run, run_doubtful
from bastide.controls import Control, all_controls
from bastide.model import Account, Estate, Organization, Origin, Resource, Status

HOME = "222222222222"
ORIGIN = Origin("template", "trail.yaml", 4)
ABOUT = ("cloudtrail-covers-account", "guardduty-enabled", "cloudtrail-organization-trail")
CONTROLS: list[Control] = [one for one in all_controls() if one.id in ABOUT]


def trail(name: str = "audit", *, everywhere: bool, account: str = HOME) -> Resource:
    """A trail that logs, of one region or of all."""
    properties = {"IsLogging": True, "IsMultiRegionTrail": everywhere}
    return Resource("AWS::CloudTrail::Trail", account, "eu-west-1", name, properties, origin=ORIGIN)


def statuses(*resources: Resource) -> dict[tuple[str, str], Status]:
    """Status by control and account."""
    found = run(Estate(resources), CONTROLS, include_passes=True)
    return {(one.control, one.resource.account): one.status for one in found.findings}


def test_the_account_of_a_declared_trail_is_judged_by_it() -> None:
    assert statuses(trail(everywhere=True))["cloudtrail-covers-account", HOME] is Status.PASS
    assert statuses(trail(everywhere=False))["cloudtrail-covers-account", HOME] is Status.FAIL


def test_one_of_several_trails_is_enough() -> None:
    both = (trail("one", everywhere=False), trail("two", everywhere=True))
    assert statuses(*both)["cloudtrail-covers-account", HOME] is Status.PASS


def test_accounts_are_judged_each_by_its_own_trail() -> None:
    found = statuses(trail(everywhere=True), trail(everywhere=False, account="333333333333"))
    assert found["cloudtrail-covers-account", "333333333333"] is Status.FAIL


def test_a_region_is_judged_by_the_detector_in_it() -> None:
    detector = Resource("AWS::GuardDuty::Detector", HOME, "eu-west-1", "d", {"Enable": False})
    assert statuses(detector) == {("guardduty-enabled", HOME): Status.FAIL}


def test_what_is_not_declared_is_not_judged() -> None:
    assert statuses() == {}
    assert ("guardduty-enabled", HOME) not in statuses(trail(everywhere=True))
    assert statuses(trail(everywhere=True))["cloudtrail-organization-trail", HOME] is Status.NOT_APPLICABLE


def test_a_finding_about_a_place_names_the_line_of_what_it_is_judged_by() -> None:
    detector = Resource("AWS::GuardDuty::Detector", HOME, "eu-west-1", "d", {}, origin=Origin("template", "b.yaml", 9))
    found = run(Estate((trail(everywhere=False), detector)), CONTROLS).findings
    assert [(one.control, one.origin.line) for one in found] == [
        ("cloudtrail-covers-account", 4),
        ("guardduty-enabled", 9),
    ]


def test_a_trail_that_may_not_be_made_fails_nobody() -> None:
    short = trail(everywhere=False)
    found = run_doubtful(Estate((short,)), {short.key: "Condition is not known"}, CONTROLS).findings
    assert [(one.control, one.status) for one in found] == [("cloudtrail-covers-account", Status.UNKNOWN)]


def test_with_an_organization_its_accounts_are_judged_whatever_lies_in_them() -> None:
    organization = Organization("o-acme", "r-1", HOME, (Account(HOME, "shop"),))
    found = run(replace(Estate(()), organization=organization), CONTROLS).findings
    assert ("cloudtrail-covers-account", Status.FAIL) in {(one.control, one.status) for one in found}
