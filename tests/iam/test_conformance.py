"""The semantics of policies, line by line: every row of ``conformance/*.yaml`` is a test with its own name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bastide.iam.cases import Evaluator
from bastide.iam.conditions import holds, satisfied
from bastide.iam.conditions import test as made_ready
from bastide.iam.decide import matches
from bastide.iam.layers import layer
from bastide.iam.parse import parse_policy
from bastide.iam.question import Question
from bastide.iam.request import Principal, Request

HERE = Path(__file__).parent / "conformance"
RULES = yaml.safe_load((HERE / "conditions.yaml").read_text("utf-8"))
DECISIONS = [yaml.safe_load(path.read_text("utf-8")) for path in sorted(HERE.glob("decisions*.yaml"))]
USER = Principal("arn:aws:iam::111122223333:user/bob")
BASE = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def texts(value: Any) -> tuple[str, ...]:
    found = [] if value is None else value if isinstance(value, list) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in found)


@pytest.mark.parametrize("row", RULES["operators"], ids=lambda row: row[0])
def test_a_condition_holds_as_documented(row: list[Any]) -> None:
    _, operator, wanted, found, expected = row
    keys = {"a:key": texts(found)} if found is not None else {}
    assert satisfied(operator, texts(wanted), texts(found), keys) is expected
    condition = {operator: {"A:Key": texts(wanted)}}
    assert holds(condition, keys) is expected
    ready = made_ready(condition)
    assert ready is not None and ready(keys) is expected


def speaks(statement: Mapping[str, Any], request: Request) -> bool:
    """By the definition and by the statement made ready, which have to agree."""
    version = statement.get("Version", "2012-10-17")
    kept = {**BASE, **{name: value for name, value in statement.items() if name != "Version"}}
    for name in ("Action", "Resource"):
        if f"Not{name}" in statement:
            del kept[name]
    document = parse_policy({"Version": version, "Statement": kept})
    defined = matches(document.statements[0], request, version=version)
    asked = Question(request)
    place = layer("identity", [document])
    assert bool(place.allows(asked.action, asked.resource, asked.keys, asked.caller)) is defined
    return defined


@pytest.mark.parametrize("row", RULES["variables"], ids=lambda row: row[0])
def test_a_variable_is_filled_in_as_documented(row: list[Any]) -> None:
    _, statement, context, resource, expected = row
    given = {key: value if isinstance(value, list) else str(value) for key, value in context.items()}
    assert speaks(statement, Request(USER, "s3:GetObject", resource, given)) is expected


@pytest.mark.parametrize("row", RULES["elements"], ids=lambda row: row[0])
def test_actions_and_resources_match_as_documented(row: list[Any]) -> None:
    _, statement, action, resource, expected = row
    assert speaks(statement, Request(USER, action, resource)) is expected


def named(value: Any, names: Mapping[str, str]) -> Any:
    """The value with the names in capitals replaced, at any depth."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [named(one, names) for one in value]
    if isinstance(value, dict):
        return {key: named(one, names) for key, one in value.items()}
    return value


def statement(value: Any, names: Mapping[str, str]) -> dict[str, Any]:
    if isinstance(value, dict):
        found = {**BASE, **named(value, names)}
        return {key: one for key, one in found.items() if one is not None}
    text, _, principal = value.partition(" for ")
    text, _, resource = text.partition(" on ")
    effect, action = text.split(" ", 1)
    found = {"Effect": effect, "Action": action, "Resource": named(resource, names) or "*"}
    if principal:
        kind, colon, name = principal.partition(":")
        if principal == "*":
            found["Principal"] = "*"
        elif colon and kind in ("Service", "Federated"):
            found["Principal"] = {kind: name}
        else:
            found["Principal"] = {"AWS": named(principal, names)}
    return found


def documents(value: list[Any], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """One document of statements, or one for each list of them."""
    groups = value if value and isinstance(value[0], list) else [value] if value else []
    return [{"Version": "2012-10-17", "Statement": [statement(one, names) for one in group]} for group in groups]


def contract_case(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    policies: dict[str, Any] = {
        kind: documents(row[kind], names) for kind in ("identity", "boundary", "session", "endpoint") if kind in row
    }
    policies |= {kind: [documents(level, names) for level in row[kind]] for kind in ("scp", "rcp") if kind in row}
    if "resource" in row:
        (policies["resource"],) = documents(row["resource"], names)
    for name in ("resource_account", "management_account", "grants", "bucket"):
        if name in row:
            policies[name] = named(row[name], names)
    request = {
        "principal": named(row["who"], names),
        "action": row.get("action", "s3:GetObject"),
        "resource": named(row.get("resource_arn", "OBJECT"), names),
        "context": named(row.get("context", {}), names),
    }
    return {"id": row["id"], "request": request, "policies": policies}


CASES = [(row, table["names"]) for table in DECISIONS for row in table["cases"]]


@pytest.mark.parametrize(("row", "names"), CASES, ids=[row["id"] for row, _ in CASES])
def test_a_request_is_decided_as_documented(row: Mapping[str, Any], names: Mapping[str, str]) -> None:
    import json

    answer = Evaluator("2026-01-01T00:00:00Z").answer(json.dumps(contract_case(row, names)))
    assert answer.value.get("decision") == row["expect"], answer.line
    if row["expect"] != "allowed":
        assert any(reason.get("fix") for reason in answer.value["reasons"]), answer.line
    assert any(reason.get("decisive") for reason in answer.value["reasons"]), answer.line


def test_every_line_has_a_name_of_its_own() -> None:
    rows = [row[0] for part in RULES.values() for row in part] + [row["id"] for row, _ in CASES]
    assert len(rows) == len(set(rows)) > 250
