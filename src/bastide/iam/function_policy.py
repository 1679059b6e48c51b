"""The statement that an ``AWS::Lambda::Permission`` adds to its function's policy.

Source: AWS Lambda API Reference, AddPermission.
"""

from __future__ import annotations

from bastide.model import Resource, Statement


def permission_statement(one: Resource, arn: str) -> Statement:
    """The statement that a Lambda permission adds to its function's policy."""
    who = str(one.get("Principal"))
    kind = "Service" if who.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "AWS"
    tests: dict[str, dict[str, tuple[str, ...]]] = {}
    for path, operator, key in (
        ("SourceArn", "ArnLike", "aws:SourceArn"),
        ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ):
        value = one.get(path)
        if isinstance(value, str):
            tests.setdefault(operator, {})[key] = (value,)
    principal = {"*": ("*",)} if who == "*" else {kind: (who,)}
    return Statement("Allow", principal=principal, action=(str(one.get("Action")),), resource=(arn,), condition=tests)
