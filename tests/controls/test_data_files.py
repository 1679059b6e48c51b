"""Controls that are files of data: the file's errors are said, and types and properties that it names exist."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from bastide.controls import Control, all_controls, case_file
from bastide.controls.condition import Condition, paths_read, related_in, selected
from bastide.controls.data_file import ControlText, cases_in, parse_control, parse_file
from bastide.controls.spelling import misspelled
from bastide.declare.templates.registry import schema_of
from bastide.errors import InputError
from bastide.model import Resource, Status, Unknown

FOLDER = files("bastide.controls")
GOOD = """title: Databases are encrypted
resource_type: AWS::RDS::DBInstance
severity: medium
maps_to: [FSBP:RDS.3]
source: Amazon RDS User Guide, Encrypting Amazon RDS resources
remediation: Copy it encrypted.
parameters: {days: {type: integer, default: 7}}
check:
  all_of:
  - {property: StorageEncrypted, is: true}
  - {property: BackupRetentionPeriod, at_least: {parameter: days}}
cases: []
"""
DATA = {one.id: case_file(one) for one in all_controls() if not case_file(one).endswith(".cases.yaml")}


@cache
def facts() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(FOLDER.joinpath("facts.yaml").read_text())
    return found


def complaints(file: ControlText) -> Iterator[str]:
    """What is wrong with types and properties that a file names."""
    yield from of_type(file.resource_type, file.conditions, file.observed, extra=tuple(file.heal))
    for condition in file.conditions:
        for related in related_in(condition):
            where = (related.where,) if related.where is not None else ()
            yield from of_type(related.type, where, file.observed, extra=(related.property.lstrip("$"),))


def of_type(
    name: str, asked: tuple[Condition, ...], observed: tuple[str, ...], extra: tuple[str, ...] = ()
) -> Iterator[str]:
    paths = {path for one in asked for path in (*paths_read(one), *selected(one))} | {
        path for path in extra if path not in ("", "id", "arn")
    }
    if name.startswith("Bastide::") or name == "AWS::::Account":
        if name in ("Bastide::Account::Region", "AWS::::Account"):
            return
        known = facts().get(name)
        if known is None:
            yield f"{name} stands neither in the registry nor in facts.yaml"
        else:
            tops = {path.split(".")[0] for path in paths}
            yield from (f"{name} has no property {path}" for path in sorted(tops - set(known["properties"])))
        return
    schema = schema_of(name)
    if not schema:
        yield f"the registry has no type {name}"
    else:
        for path, fix in misspelled(sorted(paths), schema, observed):
            yield f"{name} has no property {path}: {fix}"


@pytest.mark.parametrize("name", DATA)
def test_a_file_names_only_types_and_properties_that_exist(name: str) -> None:
    assert list(complaints(parse_file(FOLDER.joinpath(DATA[name]).read_text(encoding="utf-8"), DATA[name]))) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("severity: medium", "severety: medium", "severety: unknown key"),
        ("severity: medium", "severity: bad", "severity: String should match"),
        ("is: true", "is_on: true", "is_on: unknown key"),
        ("is: true}", "is: true, any_of: [{is: 1}]}", "a condition has operators, or one of all_of"),
        ("is: true", "is: false", "is: false needs a default"),
        ("{parameter: days}", "{parameter: dais}", "parameter dais is not declared"),
        ("{parameter: days}", "7", "parameter days is used by nothing"),
        ("StorageEncrypted", "'Storage[Encrypted'", "not a property path"),
        ("is: true", "matches: '('", "not a regular expression"),
        ("title: Databases are encrypted", "title: [", "not YAML"),
        ("check:", "about: x\nchek:", "check: Field required"),
    ],
)
def test_an_error_in_a_file_is_told_with_its_place(old: str, new: str, said: str) -> None:
    assert parse_control(GOOD, "x").properties == ("BackupRetentionPeriod", "StorageEncrypted")
    with pytest.raises(InputError) as caught:
        parse_control(GOOD.replace(old, new), "x", where="rds/x.yaml")
    assert said in str(caught.value)
    assert "rds/x.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("StorageEncrypted", "StorageEncryptd", "has no property StorageEncryptd: did you mean StorageEncrypted?"),
        ("AWS::RDS::DBInstance", "AWS::RDS::DBInstanc", "the registry has no type AWS::RDS::DBInstanc"),
        ("AWS::RDS::DBInstance", "Bastide::RDS::Thing", "stands neither in the registry nor in facts.yaml"),
    ],
)
def test_a_name_that_nothing_has_is_told(old: str, new: str, said: str) -> None:
    assert list(complaints(parse_file(GOOD))) == []
    assert any(said in one for one in complaints(parse_file(GOOD.replace(old, new))))


def judged(control: Control, properties: dict[str, Any]) -> Status:
    return control.verdict(Resource(control.resource_type, "1" * 12, "eu-west-1", "x", properties), None).status  # type: ignore[arg-type]


def test_parameters_have_defaults_and_can_be_set_as_text() -> None:
    control = parse_control(GOOD, "x")
    kept = {"StorageEncrypted": "true", "BackupRetentionPeriod": "14"}
    assert judged(control, kept) is Status.PASS
    assert judged(control.with_parameters({"days": "30"}), kept) is Status.FAIL
    assert control.with_parameters({"days": 30}).parameters[0].default == 30
    with pytest.raises(InputError, match="has no parameter 'dais'"):
        control.with_parameters({"dais": 1})
    with pytest.raises(InputError, match="not a integer"):
        control.with_parameters({"days": "soon"})


def test_cases_stand_last_and_are_read_apart() -> None:
    assert cases_in(GOOD.replace("cases: []", "cases:\n- {name: a}")) == ({"name": "a"},)
    for place in DATA.values():
        text = FOLDER.joinpath(place).read_text(encoding="utf-8")
        assert list(yaml.safe_load(text))[-1] == "cases", place


def test_the_example_on_the_page_is_a_control_whose_cases_hold() -> None:
    page = (Path(__file__).parents[2] / "docs" / "controls.md").read_text(encoding="utf-8")
    text = page.split("```yaml\n")[1].split("```")[0]
    control = parse_control(text, "rds-instance-encrypted")
    assert list(complaints(parse_file(text))) == []
    for case in cases_in(text):
        properties = {
            key: Unknown(value["unknown"]) if isinstance(value, dict) else value
            for key, value in case["resource"]["properties"].items()
        }
        assert judged(control, properties).value == case["status"], case
