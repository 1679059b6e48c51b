"""How the statements of a policy are worded: what an Allow leaves open that its author will hardly have meant.

The one idea: each question is about one statement and answers with the reason, empty where there is none. What the
statements add up to is not asked here (see ``grants``).

Source: IAM User Guide, "IAM JSON policy elements: NotAction", "… NotResource"; "Grant a user permissions to pass a role
to an AWS service".
"""

from __future__ import annotations

import re

from bastide.controls.iam.grants import on_everything
from bastide.iam.exposure import covers, is_all_actions
from bastide.model import Statement

ANY_ROLE = re.compile(r"arn:[^:]*:iam::[^:]*:role/\*+").fullmatch


def excepts_actions(statement: Statement) -> str:
    """An Allow with NotAction, which allows every action that AWS will ever add."""
    return "the statement allows every action but a few" if _allows(statement) and statement.not_action else ""


def excepts_resources(statement: Statement) -> str:
    """An Allow with NotResource, which is about every resource that will ever be made."""
    return "the statement is about every resource but a few" if _allows(statement) and statement.not_resource else ""


def passes_any_role(statement: Statement) -> str:
    """An Allow of iam:PassRole for every role, unless a condition says to which services."""
    bound = any(key.lower() == "iam:passedtoservice" for tests in statement.condition.values() for key in tests)
    return "the statement lets every role be passed on" if not bound and _every_role(statement, "iam:PassRole") else ""


def assumes_any_role(statement: Statement) -> str:
    """An Allow of sts:AssumeRole for every role of every account that trusts this one."""
    return "the statement lets every role be assumed" if _every_role(statement, "sts:AssumeRole") else ""


def any_action(statement: Statement) -> str:
    """An Allow of every action, or of every action of a service."""
    wide = [one for one in statement.action or () if is_all_actions(one) or one.endswith(":*")]
    return f"the statement allows {wide[0]}" if _allows(statement) and wide else ""


def any_resource(statement: Statement) -> str:
    """An Allow on every resource."""
    return "the statement is about every resource" if _allows(statement) and on_everything(statement) else ""


def _allows(statement: Statement) -> bool:
    return statement.effect == "Allow"


def _every_role(statement: Statement, action: str) -> bool:
    """The statement allows the action on every role, or every one of an account."""
    named = any(covers(one, action, fold=True) for one in statement.action or ())
    rest = statement.not_action is not None and not any(covers(one, action, fold=True) for one in statement.not_action)
    roles = on_everything(statement) or any(map(ANY_ROLE, statement.resource or ()))
    return _allows(statement) and (named or rest) and roles
