"""What could not be read for want of permission, and what would have to be granted so that nothing is missing.

The one idea: what AWS would have been asked next is not known to be allowed either. A type that could not be listed
needs all that its list and read call; a single value of a resource needs the operation that was refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bastide.aws.actions import iam_actions
from bastide.aws.handler import DENIED, THROTTLED
from bastide.aws.permissions import READS
from bastide.aws.readers import readers
from bastide.aws.registry import handlers, kinds
from bastide.model import Gap, Resource, Value
from bastide.model.platform import READER, role_path
from bastide.model.unknown import unknowns_in

ENTER = "sts:AssumeRole"
_REFUSED = re.compile(r"([A-Z]\w+): ([\w.]+)( \(denied by [^)]*\))?")


class Unread(NamedTuple):
    """A value of a resource that AWS refused to tell. ``action``: what to allow; empty where no grant helps."""

    resource: Resource
    reason: str
    action: str


def unread_values(resources: Iterable[Resource]) -> Iterator[Unread]:
    """Values inside resources that were refused or throttled, one a reason and resource."""
    for resource in resources:
        for reason in sorted({one.reason for one in unknowns_in(resource.properties)}):
            told = _REFUSED.match(reason)
            if told and told.group(2) in DENIED | THROTTLED:
                granted = told.group(2) in DENIED and not told.group(3)
                yield Unread(resource, reason, _action(resource.type, told.group(1)) if granted else "")


def missing_permissions(
    gaps: Iterable[Gap], unread: Iterable[Unread] = (), role: str = role_path(READER)
) -> list[dict[str, Value]]:
    """IAM policy statements that would close what refused actions left open; empty when there are none.

    One grants reads; another, for whoever runs Bastide, to enter accounts in which ``role`` (name with path) could not
    be taken.
    """
    refused = [gap for gap in gaps if gap.action]
    actions = {one.action for one in unread if one.action}
    for gap in refused:
        if gap.action != ENTER:
            reads = reads_of(gap.type)
            # SQS names the action in its message in lower case.
            actions |= {*reads, *({gap.action} if gap.action.lower() not in {one.lower() for one in reads} else ())}
    shut = sorted({gap.account for gap in refused if gap.action == ENTER})
    statements: list[dict[str, Value]] = []
    if actions:
        statements.append({"Effect": "Allow", "Action": sorted(actions), "Resource": "*"})
    if shut:
        roles = [f"arn:aws:iam::{account}:role/{role.strip('/')}" for account in shut]
        statements.append({"Effect": "Allow", "Action": [ENTER], "Resource": roles})
    return statements


def refused_in(gaps: Iterable[Gap], unread: Iterable[Unread] = ()) -> tuple[str, ...]:
    """Accounts in which the reader lacks permissions, sorted."""
    accounts = {gap.account for gap in gaps if gap.action and gap.action != ENTER}
    return tuple(sorted(accounts | {one.resource.account for one in unread if one.action}))


def reads_of(type_: str) -> tuple[str, ...]:
    """The IAM actions that list and read resources of a type, sorted; none for a type that nothing lists."""
    if type_ in handlers():
        permissions = kinds()[type_].permissions
        return tuple(sorted({action for name in READS for action in permissions.get(name, ())}))
    reader = readers().get(type_)
    return reader.actions if reader else ()


def _action(type_: str, operation: str) -> str:
    lister = handlers().get(type_) or readers().get(type_)
    service = lister.service if lister else type_.split("::")[1].lower()
    found, known = iam_actions(service, operation)[0], reads_of(type_)
    # A read may ask another service than its own.
    return found if found in known else next((one for one in known if one.endswith(f":{operation}")), found)
