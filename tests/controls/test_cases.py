"""Every control says of each case beside it what the case says; and every control has what a control must have."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from bastide.assess.heal import repaired
from bastide.controls import Control, all_controls, case_file, cases_of
from bastide.controls.control import ACCOUNT, ACCOUNT_REGION
from bastide.iam.parse import parse_policy
from bastide.model import (
    Account,
    Estate,
    Gap,
    Organization,
    OrganizationPolicy,
    Origin,
    Resource,
    Status,
    Unit,
    Unknown,
    Verdict,
)

FOLDER = Path(str(files("bastide.controls")))
MANAGEMENT, MEMBER, OTHER = "111111111111", "222222222222", "333333333333"
REGION = "eu-west-1"
READ_AT = "2026-06-01T00:00:00Z"
CONTROLS = {control.id: control for control in all_controls()}


def revive(value: Any) -> Any:
    """The value with {unknown: reason} (with ``unwritten`` beside it, where that matters) turned into Unknown."""
    if isinstance(value, dict):
        if "unknown" in value and set(value) <= {"unknown", "unwritten"}:
            return Unknown(value["unknown"], unwritten=value.get("unwritten", False))
        return {key: revive(one) for key, one in value.items()}
    return [revive(one) for one in value] if isinstance(value, list) else value


def resource_of(case: Mapping[str, Any], default: str = "") -> Resource:
    """A case's resource; places and ids that do not matter are filled in."""
    kind = case.get("type", default)
    account = str(case.get("account", MEMBER))
    region = case.get("region", "global" if kind.startswith("AWS::IAM") or kind == ACCOUNT else REGION)
    name = str(case.get("id", account if kind in (ACCOUNT, ACCOUNT_REGION) else "one"))
    origin = Origin(case.get("source", "observed"))
    return Resource(kind, account, region, name, revive(case.get("properties", {})), str(case.get("arn", "")), origin)


def organization(case: Mapping[str, Any]) -> Organization:
    """Two accounts in one organization, with the policies that the case attaches (by name: document and targets)."""
    policies = tuple(
        OrganizationPolicy(
            id=f"p-{name}",
            name=name,
            type=text.get("type", "SERVICE_CONTROL_POLICY"),
            document=parse_policy(text["document"]) if text.get("document") else None,
            targets=tuple(text["targets"]),
            unreadable=text.get("unreadable", ""),
        )
        for name, text in case.get("policies", {}).items()
    )
    return Organization(
        "o-acme",
        "r-root",
        MANAGEMENT,
        (Account(MANAGEMENT, "management", parent_id="r-root"), Account(MEMBER, "shop", parent_id="ou-work")),
        (Unit("ou-work", "work", "r-root", "work"),),
        policies,
    )


def estate_of(control: Control, case: Mapping[str, Any]) -> tuple[Resource, Estate]:
    """The case's resource and the estate it lies in."""
    subject = resource_of(case["resource"], control.resource_type)
    others = tuple(resource_of(other) for other in case.get("estate", ()))
    gaps = tuple(
        Gap(gap["type"], str(gap.get("account", MEMBER)), gap.get("region", REGION), gap.get("reason", "AccessDenied"))
        for gap in case.get("gaps", ())
    )
    inside = () if subject.type in (ACCOUNT, ACCOUNT_REGION) else (subject,)
    read_at = case.get("read_at", READ_AT)
    tree = organization(case) if case.get("organization", True) else None
    estate = Estate((*inside, *others), tree, gaps, (REGION,), case.get("basis", "live"), read_at)
    return subject, estate


def verdict_of(control: Control, case: Mapping[str, Any]) -> Verdict:
    """What the control says of the case, with the parameters that the case sets."""
    return control.with_parameters(case.get("parameters", {})).verdict(*estate_of(control, case))


ALL = [(name, case) for name, control in CONTROLS.items() for case in cases_of(control)]


@pytest.mark.parametrize(("name", "case"), ALL, ids=[f"{name}: {case['name']}" for name, case in ALL])
def test_the_verdict_is_what_the_case_says(name: str, case: Mapping[str, Any]) -> None:
    verdict = verdict_of(CONTROLS[name], case)
    assert (verdict.status.value, verdict.reason) and verdict.status.value == case["status"], verdict
    if "path" in case:
        assert verdict.path == case["path"]
    if verdict.status in (Status.FAIL, Status.UNKNOWN):
        assert verdict.reason


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_has_a_passing_a_failing_and_an_unknown_case(name: str) -> None:
    statuses = {case["status"] for case in cases_of(CONTROLS[name])}
    assert statuses >= {"PASS", "FAIL", "UNKNOWN"}, f"{case_file(CONTROLS[name])} lacks a case"


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_names_its_source_its_mapping_and_its_remedy(name: str) -> None:
    control = CONTROLS[name]
    assert control.source and control.maps_to and control.remediation.endswith(".") and control.title
    assert all(mapping.count(":") == 1 for mapping in control.maps_to)
    assert control.relational or not control.reads


@pytest.mark.parametrize("name", [name for name, control in CONTROLS.items() if control.heal is not None])
def test_a_heal_turns_each_failing_case_into_a_pass(name: str) -> None:
    control = CONTROLS[name]
    for case in cases_of(control):
        if case["status"] == "FAIL" and case.get("healable", True):
            subject, estate = estate_of(control, case)
            better = subject.with_properties(repaired(control, subject))
            rest = tuple(one for one in estate.resources if one.key != subject.key)
            after = control.verdict(
                better, Estate((better, *rest), estate.organization, (), estate.regions, "live", READ_AT)
            )
            assert after.status in (Status.PASS, Status.NOT_APPLICABLE), (case["name"], after)


def test_no_case_file_lies_beside_a_control_that_does_not_exist() -> None:
    known = {FOLDER / case_file(control) for control in CONTROLS.values()}
    assert set(FOLDER.rglob("*.cases.yaml")) <= known


def test_there_are_at_least_45_controls_each_with_its_own_title() -> None:
    assert len(CONTROLS) >= 45
    assert len({control.title for control in CONTROLS.values()}) == len(CONTROLS)


class Recorded(dict[str, Any]):
    """Properties that remember which of them were asked for."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        super().__init__(properties)
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)


@pytest.mark.parametrize("name", [name for name, one in CONTROLS.items() if "Account" not in one.resource_type])
def test_a_control_reads_only_the_properties_that_it_says(name: str) -> None:
    control = CONTROLS[name]
    told = {path.split(".")[0] for path in control.properties}
    for case in cases_of(control):
        subject, estate = estate_of(control, case)
        properties = Recorded(subject.properties)
        recorded = replace(subject, properties=properties)
        others = tuple(recorded if one.key == subject.key else one for one in estate.resources)
        control.with_parameters(case.get("parameters", {})).verdict(recorded, replace(estate, resources=others))
        assert properties.asked <= told, case["name"]
