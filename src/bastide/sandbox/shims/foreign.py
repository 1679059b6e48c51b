"""Resources of other accounts that a request names by ARN: the call is about the owner's state.

moto: looks at the caller's only.

One idea: a table of the members that may hold such an ARN; whether the caller may is asked of both accounts before.
Source: the services' API References (a name "or the Amazon Resource Name"); DynamoDB Developer Guide, "Cross-account
access with resource-based policies"; EventBridge User Guide, "Permissions for event buses".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bastide.sandbox.call import Call
from bastide.sandbox.shims import owner

MEMBERS = {
    "acm-pca": ("CertificateAuthorityArn", "ResourceArn"),
    "backup": ("BackupVaultName",),
    "dynamodb": ("TableName", "ResourceArn", "RequestItems"),
    "dynamodbstreams": ("StreamArn",),
    "events": ("EventBusName", "Name", "Entries"),
    "kinesis": ("StreamARN", "ConsumerARN", "ResourceARN"),
}
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):")


@owner(*MEMBERS)
def resource_owner(call: Call) -> str:
    """The account in the ARN that the request names, or the caller's."""
    if b"arn:aws" not in call.request.body and "arn" not in call.request.url:
        return call.account
    for member in MEMBERS[call.service]:
        for text in _texts(call.params.get(member)):
            found = _ARN.match(text)
            if found is not None:
                return found[1]
    return call.account


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):  # BatchGetItem names tables by the keys of a mapping
        yield from value
    elif isinstance(value, list):
        yield from (str(row.get("EventBusName") or "") for row in value if isinstance(row, dict))
