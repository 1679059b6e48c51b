"""One request made ready for asking: who calls under which names, on whose resource, with which keys.

Source: IAM User Guide, "Cross-account policy evaluation logic" (whose account is whose).
"""

from __future__ import annotations

from bastide.iam.principals import Caller, caller_of
from bastide.iam.request import Request, keys_of
from bastide.iam.variables import Keys


class Question:
    """What a decision asks about, worked out once: ``action`` in lower case, ``owner`` of the resource, ``cross``."""

    __slots__ = ("action", "caller", "cross", "keys", "owner", "request", "resource")

    def __init__(self, request: Request, resource_account: str = "") -> None:
        """``resource_account``: the owner of the resource, where neither the request nor its ARN says."""
        caller = caller_of(request.principal)
        account = caller.account
        owner = request.owner or resource_account or request.resource_account or account
        keys = keys_of(request, caller.keys, owner)
        self.request = request
        self.action = request.action.lower()
        self.resource = request.resource
        self.owner = owner
        self.cross = bool(account and owner and account != owner)
        self.keys: Keys = keys
        told = keys.get("aws:userid")
        if told is not None and told is not caller.user_id and told != caller.user_id and len(told) == 1:
            caller = caller_of(request.principal, told[0])  # policies may name the caller by this id
        self.caller: Caller = caller

    @property
    def on_object(self) -> bool:
        """Whether the resource is an object in a bucket, not the bucket."""
        return "/" in self.resource.rpartition(":")[2]
