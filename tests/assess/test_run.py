"""What an assessment keeps, in which order, and what it says of what could not be read."""

import json
from dataclasses import replace

import pytest

from bastide.assess import Assessment, Baseline, healed, parse_baseline, parse_gate, run
from bastide.assess.secrets import MASKED, shown_value
from bastide.controls import Control, all_controls, control
from bastide.controls.control import ACCOUNT, ACCOUNT_REGION
from bastide.errors import InputError
from bastide.model import (
    PASS,
    Account,
    Estate,
    Finding,
    Gap,
    Organization,
    Origin,
    Resource,
    ResourceKey,
    Severity,
    Status,
    Unknown,
    Verdict,
    fail,
    unknown,
)

ONE, TWO, GONE = "111111111111", "222222222222", "333333333333"
ORGANIZATION = Organization(
    "o-acme", "r-1", ONE, (Account(ONE, "management"), Account(TWO, "shop"), Account(GONE, "old", status="SUSPENDED"))
)


def rule(name: str, kind: str, severity: str = "high", **extra: object) -> Control:
    """A control that fails where ``Bad`` is true and is UNKNOWN where it is."""

    def decide(resource: Resource) -> Verdict:
        value = resource.get("Bad")
        if isinstance(value, Unknown):
            return unknown(value, "Bad")
        return fail("it is bad", "Bad") if value else PASS

    decide.__name__ = name
    return control(
        title=name, resource_type=kind, severity=severity, maps_to=("X:1",), source="test", remediation="Do.", **extra
    )(decide)  # type: ignore[arg-type]


def thing(name: str, bad: object, account: str = TWO, kind: str = "Test::A::Thing", **properties: object) -> Resource:
    """A resource that is bad, good or Unknown."""
    return Resource(kind, account, "eu-west-1", name, {"Bad": bad, **properties})


def estate(*resources: Resource, gaps: tuple[Gap, ...] = ()) -> Estate:
    """An estate of two active accounts in two regions."""
    return Estate(resources, ORGANIZATION, gaps, ("eu-central-1", "eu-west-1"), "sandbox", "2026-06-01T00:00:00Z")


def test_only_failures_and_unknowns_are_kept_and_all_are_counted() -> None:
    found = run(
        estate(thing("a", True), thing("b", False), thing("c", Unknown("denied"))), [rule("r", "Test::A::Thing")]
    )
    assert [(one.resource.id, one.status) for one in found.findings] == [("a", Status.FAIL), ("c", Status.UNKNOWN)]
    assert found.by_status == {Status.PASS: 1, Status.FAIL: 1, Status.UNKNOWN: 1, Status.NOT_APPLICABLE: 0}
    assert found.by_control == {"r": {Status.FAIL: 1, Status.PASS: 1, Status.UNKNOWN: 1}}
    assert (found.judged, found.complete) == (3, False)


def test_passes_are_kept_on_demand() -> None:
    found = run(estate(thing("b", False)), [rule("r", "Test::A::Thing")], include_passes=True)
    assert [one.status for one in found.findings] == [Status.PASS]


def test_a_finding_carries_what_is_needed_to_act() -> None:
    resource = replace(
        thing("a", True, Tags=[{"Key": "Name", "Value": "web"}]),
        arn="arn:aws:x:::a",
        origin=Origin(file="f.yaml", line=3),
    )
    (finding,) = run(estate(resource), [rule("r", "Test::A::Thing")]).findings
    assert (finding.account_name, finding.resource_name, finding.arn) == ("shop", "web", "arn:aws:x:::a")
    assert (finding.reason, finding.path, finding.value, finding.basis) == ("it is bad", "Bad", True, "sandbox")
    assert (finding.remediation, finding.maps_to, str(finding.origin)) == ("Do.", ("X:1",), "f.yaml:3")


def test_findings_are_sorted_by_severity_account_control_and_resource_whatever_the_order_of_the_estate() -> None:
    rules = [rule("low_one", "Test::A::Thing", "low"), rule("high_one", "Test::A::Thing"), rule("z", "Test::B::Thing")]
    things = [thing("b", True), thing("a", True), thing("c", True, ONE), thing("d", True, kind="Test::B::Thing")]
    forward, backward = run(estate(*things), rules), run(estate(*reversed(things)), list(reversed(rules)))
    assert forward == backward
    assert [(one.control, one.resource.account[0], one.resource.id) for one in forward.findings] == [
        ("high-one", "1", "c"), ("high-one", "2", "a"), ("high-one", "2", "b"), ("z", "2", "d"),
        ("low-one", "1", "c"), ("low-one", "2", "a"), ("low-one", "2", "b"),
    ]  # fmt: skip


def test_a_type_that_could_not_be_listed_is_unknown_for_each_control_about_it() -> None:
    gap = Gap("Test::A::Thing", TWO, "eu-central-1", "AccessDenied", "a:ListThings")
    rules = [rule("r", "Test::A::Thing"), rule("s", "Test::A::Thing"), rule("t", "Test::B::Thing")]
    found = run(estate(thing("a", False), gaps=(gap,)), rules)
    assert [(one.control, one.resource.id, one.resource.region) for one in found.findings] == [
        ("r", "*", "eu-central-1"), ("s", "*", "eu-central-1"),
    ]  # fmt: skip
    assert found.findings[0].reason == "could not be listed: AccessDenied (a:ListThings)"
    assert found.silent == ("t",)


def test_active_accounts_and_their_regions_are_subjects() -> None:
    rules = [rule("a", ACCOUNT), rule("b", ACCOUNT_REGION)]
    found = run(estate(), rules, include_passes=True)
    assert [(one.control, one.resource.account, one.resource.region) for one in found.findings] == [
        ("a", ONE, "global"),
        ("b", ONE, "eu-central-1"),
        ("b", ONE, "eu-west-1"),
        ("a", TWO, "global"),
        ("b", TWO, "eu-central-1"),
        ("b", TWO, "eu-west-1"),
    ]
    assert found.judged == 6
    assert all(one.resource_name in ("management", "shop") for one in found.findings)


def test_an_estate_without_organization_has_no_accounts_to_judge() -> None:
    found = run(Estate(), [rule("a", ACCOUNT)])
    assert found == Assessment((), {"a": {}}, ("a",))


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("UserData", MASKED),
        ("Environment.Variables.DB", MASKED),
        ("LaunchTemplateData", {"ImageId": "ami-1", "UserData": MASKED}),
        ("Parts", [{"Password": MASKED, "Name": "x"}, None]),
        ("Long", "(3000 characters)"),
        ("Missing", None),
        ("", None),
    ],
)
def test_a_finding_shows_no_secret(path: str, shown: object) -> None:
    properties = {
        "UserData": "c2VjcmV0",
        "Environment": {"Variables": {"DB": "secret"}},
        "LaunchTemplateData": {"ImageId": "ami-1", "UserData": "c2VjcmV0"},
        "Parts": [{"Password": "secret", "Name": "x"}, Unknown("denied")],
        "Long": "x" * 3000,
    }
    assert shown_value(Resource("T", ONE, "r", "i", properties), path) == shown


def finding(name: str, status: Status = Status.FAIL, severity: Severity = Severity.HIGH) -> Finding:
    """A finding about the resource of that name."""
    return Finding("r", "r", severity, status, ResourceKey("T", ONE, "r", name))


def test_a_gate_counts_failures_from_its_severity_up() -> None:
    findings = [finding("a"), finding("b", severity=Severity.LOW), finding("c", Status.UNKNOWN)]
    assert [one.resource.id for one in parse_gate("high").hits(findings)] == ["a"]
    assert [one.resource.id for one in parse_gate("LOW").hits(findings)] == ["a", "b"]
    assert [one.resource.id for one in parse_gate("unknown,high").hits(findings)] == ["a", "c"]
    assert parse_gate("critical").hits(findings) == ()


def test_a_gate_on_new_findings_lets_the_known_ones_through() -> None:
    known = Baseline({finding("a").id: Status.FAIL})
    assert [one.resource.id for one in parse_gate("high,new").hits([finding("a"), finding("b")], known)] == ["b"]
    assert len(parse_gate("high").hits([finding("a"), finding("b")], known)) == 2
    assert len(parse_gate("high,new").hits([finding("a")])) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hihg", "--fail-on does not know 'hihg'"),
        ("new", "--fail-on 'new' names 0 severities"),
        ("high,low", "--fail-on 'high,low' names 2 severities"),
        ("", "--fail-on '' names 0 severities"),
    ],
)
def test_a_gate_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        parse_gate(text)
    assert "critical" in refused.value.problems[0].fix


def test_a_baseline_tells_new_from_known_and_what_is_gone() -> None:
    old = [finding("a"), finding("b", Status.UNKNOWN), finding("c")]
    text = json.dumps({"findings": [{"id": one.id, "status": one.status, "title": "x"} for one in old]}).encode()
    baseline = parse_baseline(text)
    now = [finding("a"), finding("b"), finding("c", Status.UNKNOWN), finding("d")]
    assert [one.resource.id for one in baseline.new(now)] == ["b", "d"]  # b was UNKNOWN and now fails
    assert baseline.gone([finding("a")]) == (finding("c").id,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"{", "the baseline is not JSON"),
        (b"{}", "the baseline holds no list of findings"),
        (b"3", "the baseline holds no list of findings"),
        (b'[{"id": "x"}]', "finding 0 of the baseline has no id or no status"),
        (b'[{"id": "x", "status": "MAYBE"}]', "finding 0 of the baseline has no id or no status"),
        (b'{"findings": [7]}', "finding 0 of the baseline has no id or no status"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_refused(text: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        parse_baseline(text, "old.json")
    assert refused.value.problems[0].where == "old.json"


def test_heals_of_one_resource_are_merged_and_unknown_properties_are_not_desired() -> None:
    rules = [
        rule("a", "Test::A::Thing", heal={"Bad": False, "Part.On": True}),
        rule("b", "Test::A::Thing", heal=lambda one: {**one.properties, "Other": 1}),
        rule("c", "Test::A::Thing"),
    ]
    resource = thing("a", True, Part={"Kept": 1}, Secret=Unknown("denied"))
    place = estate(resource, thing("b", False))
    (desired,) = healed(place, run(place, rules).findings, rules)
    assert desired.key == resource.key
    assert desired.properties == {"Bad": False, "Part": {"Kept": 1, "On": True}, "Other": 1}
    assert resource.properties["Part"] == {"Kept": 1}


def test_nothing_is_healed_that_is_not_in_the_estate_or_did_not_fail() -> None:
    rules = [rule("a", ACCOUNT, heal={"Bad": False}), rule("b", "Test::A::Thing", heal={"Bad": False})]
    place = estate(thing("a", Unknown("denied")))
    findings = (*run(place, rules).findings, replace(finding("x"), control="b"))
    assert healed(place, findings, rules) == ()


def test_all_shipped_controls_run_over_an_estate_of_nothing_but_gaps_and_none_passes() -> None:
    types = {kind for one in all_controls() for kind in (one.resource_type, *one.reads)} - {ACCOUNT, ACCOUNT_REGION}
    gaps = tuple(
        Gap(kind, account, region, "AccessDenied")
        for kind in sorted(types)
        for account in (ONE, TWO)
        for region in ("global", "eu-central-1", "eu-west-1")
    )
    # Whether an account is in the organization is told by the tree alone, which is read here.
    controls = [one for one in all_controls() if one.id != "organizations-account-is-member"]
    found = run(estate(gaps=gaps), controls)
    assert found.by_status[Status.PASS] == found.by_status[Status.FAIL] == 0
    assert not found.silent


class AllUnknown(dict[str, object]):
    """Properties of which none could be read."""

    def get(self, key: str, default: object = None) -> object:
        return Unknown(f"{key}: denied")


def test_no_control_turns_a_resource_of_unknown_properties_into_a_pass_or_a_failure() -> None:
    judged = 0
    for one in all_controls():
        if one.resource_type in (ACCOUNT, ACCOUNT_REGION) or one.id == "ec2-instance-in-vpc":
            continue  # an instance is always in a VPC; that control asks nothing until its parameter names one
        resource = Resource(one.resource_type, TWO, "eu-west-1", "x", AllUnknown(), origin=Origin("observed"))
        places = ("eu-west-1", "global")
        gaps = tuple(Gap(kind, TWO, place, "AccessDenied") for kind in one.reads for place in places)
        verdict = one.verdict(resource, replace(estate(resource), gaps=gaps))
        if verdict.status is Status.NOT_APPLICABLE and any(each.default is None for each in one.parameters):
            continue  # it asks nothing until its parameter names something
        judged += 1
        assert verdict.status is Status.UNKNOWN, (one.id, verdict)
    assert judged > 0.9 * len(all_controls())


class Surprise(LookupError):
    """What a control of our own never should raise."""


def test_a_control_that_raises_is_unknown_there_and_the_others_are_judged() -> None:
    def raising(resource: Resource) -> Verdict:
        if resource.properties.get("Bad"):
            raise Surprise("no\nsuch key")
        return PASS

    broken = replace(rule("raising", "AWS::S3::Bucket"), decide=raising)
    silent = replace(rule("answerless", "AWS::S3::Bucket"), decide=lambda _: None)
    buckets = tuple(Resource("AWS::S3::Bucket", ONE, "eu-west-1", name, {"Bad": bad}) for name, bad in
                    (("a", True), ("b", False), ("c", True)))  # fmt: skip
    found = run(Estate(resources=buckets), [broken, silent, rule("sound", "AWS::S3::Bucket")], include_passes=True)
    said = {(one.control, one.resource.id): (one.status, one.reason) for one in found.findings}
    assert said["raising", "a"] == (Status.UNKNOWN, "the control raising raised Surprise: no such key")
    assert said["raising", "b"] == (Status.PASS, "")
    assert said["sound", "a"][0] is Status.FAIL
    assert said["answerless", "a"][0] is Status.UNKNOWN
    assert found.by_control["raising"] == {Status.UNKNOWN: 2, Status.PASS: 1}
    assert found.faults[1] == (
        "the control raising raised an error on 2 resources, which are UNKNOWN; "
        "the first: AWS::S3::Bucket a: Surprise: no such key"
    )
    assert len(found.faults) == 2
