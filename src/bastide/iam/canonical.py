"""One form for policies that mean the same in obvious ways, and the shortest text of a policy.

``canonical`` is for comparing: order, scalar or list, the case of actions, condition operators and keys, the two ways
to name an account or everybody, ``ArnEquals`` and ``ArnLike`` make no difference, nor do ``Sid``, ``Id`` and a repeated
statement or value. ``Version`` is kept, because variables are literal text before 2012-10-17. It proves no equivalence
beyond that: ``s3:*`` beside ``s3:GetObject`` stays two actions.

Source: IAM User Guide, "AWS JSON policy elements: Principal" (account forms), "Condition operators" (case, ArnEquals).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from bastide.iam.parse import parse_policy
from bastide.model import PolicyDocument, Statement
from bastide.model.policy import Condition, Principals

ACCOUNT_ROOT = re.compile(r"arn:[a-z-]+:iam::(\d{12}):root")
ANY = "*"
LOWER_VALUES = ("bool", "null")
SAME = {"arnequals": "arnlike", "arnnotequals": "arnnotlike"}


def canonical(policy: PolicyDocument | Mapping[str, Any] | str) -> dict[str, Any]:
    """The policy in canonical form: plain JSON values, every list sorted, every element a list.

    Equal results mean equal policies; unequal results may still mean the same. Idempotent.

    Raises:
        InputError: not a policy, or a part of it is Unknown.
    """
    document = policy if isinstance(policy, PolicyDocument) else parse_policy(policy, positions=False)
    forms = [_statement(statement) for statement in document.statements]
    if len(forms) > 1:
        by_text = {repr(form): form for form in forms}
        forms = [by_text[text] for text in sorted(by_text)]
    return {"Version": document.version, "Statement": forms}


def render_policy(policy: PolicyDocument | Mapping[str, Any] | str) -> str:
    """The policy as minified JSON: statements in their order, elements in IAM's order, values and keys sorted.

    One-value lists become scalars; ``Sid`` and spelling are kept. Characters beyond ASCII stand for themselves, so
    ``len`` is what Organizations counts.

    Raises:
        InputError: not a policy, or a part of it is Unknown.
    """
    document = policy if isinstance(policy, PolicyDocument) else parse_policy(policy, positions=False)
    return json.dumps(policy_dict(document), ensure_ascii=False, separators=(",", ":"))


def policy_dict(document: PolicyDocument) -> dict[str, Any]:
    """The document as plain JSON values, in the order and brevity of ``render_policy``."""
    head = {"Version": document.version} | ({"Id": document.id} if document.id else {})
    return {**head, "Statement": [statement_dict(statement) for statement in document.statements]}


def statement_dict(statement: Statement) -> dict[str, Any]:
    """One statement as plain JSON values, absent elements left out."""
    elements = {
        "Sid": statement.sid or None,
        "Effect": statement.effect,
        "Principal": _principal_value(statement.principal),
        "NotPrincipal": _principal_value(statement.not_principal),
        "Action": _scalar(statement.action),
        "NotAction": _scalar(statement.not_action),
        "Resource": _scalar(statement.resource),
        "NotResource": _scalar(statement.not_resource),
        "Condition": _condition_value(statement.condition) or None,
    }
    return {name: value for name, value in elements.items() if value is not None}


def _scalar(values: Iterable[str] | None) -> str | list[str] | None:
    if values is None:
        return None
    found = sorted(set(values))
    return found[0] if len(found) == 1 else found


def _principal_value(principals: Principals | None) -> Any:
    if principals is None:
        return None
    if ANY in principals:
        return ANY
    return {kind: _scalar(principals[kind]) for kind in sorted(principals)}


def _condition_value(condition: Condition) -> dict[str, Any]:
    return {
        name: {key: _scalar(tests[key]) for key in sorted(tests)} for name, tests in sorted(condition.items()) if tests
    }


def _statement(statement: Statement) -> dict[str, Any]:
    form: dict[str, Any] = {"Effect": statement.effect}
    if statement.principal is not None:
        form["Principal"] = _principal(statement.principal)
    if statement.not_principal is not None:
        form["NotPrincipal"] = _principal(statement.not_principal)
    if statement.action is not None:
        form["Action"] = _actions(statement.action)
    if statement.not_action is not None:
        form["NotAction"] = _actions(statement.not_action)
    if statement.resource is not None:
        form["Resource"] = _ordered(statement.resource)
    if statement.not_resource is not None:
        form["NotResource"] = _ordered(statement.not_resource)
    if any(statement.condition.values()):
        form["Condition"] = _condition(statement.condition)
    return form


def _ordered(values: tuple[str, ...]) -> list[str]:
    """The values sorted, each once; most lists of a policy hold one."""
    return [*values] if len(values) < 2 else sorted(set(values))


def _actions(values: tuple[str, ...]) -> list[str]:
    return [values[0].lower()] if len(values) == 1 else sorted({value.lower() for value in values})


def _principal(principals: Principals) -> Any:
    if ANY in principals or ANY in principals.get("AWS", ()):
        others = {kind: sorted(set(values)) for kind, values in sorted(principals.items()) if kind not in (ANY, "AWS")}
        return {"AWS": [ANY], **others} if others else ANY
    return {
        kind: _ordered(tuple(map(_account, values)) if kind == "AWS" else values)
        for kind, values in sorted(principals.items())
        if values
    }


def _account(principal: str) -> str:
    """Twelve digits for either form of an account; anything else as it is."""
    match = ACCOUNT_ROOT.fullmatch(principal) if principal.endswith(":root") else None
    return match[1] if match else principal


def _condition(condition: Condition) -> dict[str, dict[str, list[str]]]:
    lowered = {name.lower(): tests for name, tests in condition.items() if tests}
    forms = {}
    for name in sorted(lowered):
        same = _same(name)
        # Two operators may become one name only when that merges no test of the same key: both have to hold.
        forms[name if same in lowered else same] = _tests(name, lowered[name])
    return dict(sorted(forms.items())) if len(forms) > 1 else forms


@cache
def _same(name: str) -> str:
    """The operator's twin that stands for both, set prefix and IfExists kept."""
    prefix, colon, rest = name.rpartition(":")
    suffix = "ifexists" if rest.endswith("ifexists") else ""
    plain = rest.removesuffix("ifexists")
    return f"{prefix}{colon}{SAME.get(plain, plain)}{suffix}"


def _tests(name: str, tests: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    keys = [*tests] if len(tests) < 2 else sorted(tests, key=str.lower)
    if name.removesuffix("ifexists").endswith(LOWER_VALUES):
        return {key.lower(): sorted({value.lower() for value in tests[key]}) for key in keys}
    return {key.lower(): _ordered(tests[key]) for key in keys}
