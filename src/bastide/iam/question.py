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
        if resource_account and not request.owner:
            request = Request(request.principal, request.action, request.resource, request.context, resource_account)
        caller = caller_of(request.principal)
        self.request = request
        self.action = request.action.lower()
        self.resource = request.resource
        self.owner = request.owner or request.resource_account or caller.account
        self.cross = bool(caller.account and self.owner and caller.account != self.owner)
        self.keys: Keys = keys_of(request, caller.keys, self.owner)
        told = self.keys.get("aws:userid")
        if told is not None and told != caller.keys.get("aws:userid") and len(told) == 1:
            caller = caller_of(request.principal, told[0])  # policies may name the caller by this id
        self.caller: Caller = caller

    @property
    def on_object(self) -> bool:
        """Whether the resource is an object in a bucket, not the bucket."""
        return "/" in self.resource.rpartition(":")[2]
