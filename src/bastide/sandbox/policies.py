"""Two questions that services ask of a resource policy when it is put: is it public, and does it let a service in.

One idea: these are the services' own checks at configuration time, far simpler than deciding a request (that is `iam`'s
business). Conditions other than the source's ARN and account are taken as met.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from bastide.errors import InputError
from bastide.iam import exposure
from bastide.iam.parse import parse_policy
from bastide.sandbox.wire import AwsError

Statement = dict[str, Any]


def parse_statements(text: str, code: str = "MalformedPolicy", message: str = "") -> list[Statement]:
    """The policy's statements. Raises AwsError with `code` when it is no policy document."""
    try:
        document = json.loads(text)
    except ValueError as wrong:
        raise AwsError(code, message or "Policies must be valid JSON and the first byte must be '{'") from wrong
    if not isinstance(document, dict) or "Statement" not in document:
        raise AwsError(code, message or "Missing required field Statement")
    statements = as_list(document["Statement"])
    if not all(isinstance(row, dict) and row.get("Effect") in ("Allow", "Deny") for row in statements):
        raise AwsError(code, message or "Invalid effect in the policy")
    return statements


def as_list(value: Any) -> list[Any]:
    """The value, in a list if it is not one."""
    return value if isinstance(value, list) else [value]


def is_public(statements: list[Statement]) -> bool:
    """Whether an Allow reaches everybody. Source: S3 User Guide, "Blocking public access", "The meaning of public".

    Raises AwsError when a statement is malformed.
    """
    try:
        policy = parse_policy({"Version": "2012-10-17", "Statement": statements})
    except InputError as wrong:
        raise AwsError("MalformedPolicy", wrong.what) from wrong
    return any(exposure.is_public(statement) for statement in policy.statements)


def lets_in(
    statements: list[Statement], service: str, action: str, resource: str, source_arn: str = "", account: str = ""
) -> bool:
    """Whether an Allow lets the service do the action on the resource for this source, and no plain Deny forbids it."""
    fitting = [row for row in statements if _fits(row, service, action, resource, source_arn, account)]
    return any(row["Effect"] == "Allow" for row in fitting)


def _fits(row: Statement, service: str, action: str, resource: str, source_arn: str, account: str) -> bool:
    principal = row.get("Principal", {})
    named = as_list(principal.get("Service", [])) if isinstance(principal, dict) else as_list(principal)
    if service not in named and "*" not in named:
        return False
    actions = [str(name).lower() for name in as_list(row.get("Action", []))]
    if not any(fnmatchcase(action.lower(), pattern) for pattern in actions):
        return False
    if not any(_matches(resource, str(pattern)) for pattern in as_list(row.get("Resource", "*"))):
        return False
    return all(_met(key, values, source_arn, account) for key, values in _conditions(row))


def _matches(resource: str, pattern: str) -> bool:
    # `[` is literal in policies, a class for fnmatch.
    return fnmatchcase(resource, pattern.replace("[", "[[]"))


def _conditions(row: Statement) -> Iterator[tuple[str, Any]]:
    for operator, pairs in row.get("Condition", {}).items():
        if operator.lower().startswith(("stringequals", "stringlike", "arnequals", "arnlike")):
            yield from ((key.lower(), values) for key, values in pairs.items())


def _met(key: str, values: Any, source_arn: str, account: str) -> bool:
    actual = {"aws:sourcearn": source_arn, "aws:sourceaccount": account}.get(key, "")
    return not actual or any(_matches(actual, str(value)) for value in as_list(values))
