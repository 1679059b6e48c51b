"""Lambda: statements of a function's policy. moto: writes an account as it was said, which no policy knows."""

from __future__ import annotations

import re

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim


@shim("lambda", "AddPermission")
def add_permission(call: Call) -> Answer:
    """An account's digits become its root's ARN, as GetPolicy shows. Source: Lambda API reference, AddPermission."""
    response = call.forward()
    backend = moto.backend("lambda", call.account, call.region)
    function = backend.get_function(call.params["FunctionName"])
    for statement in function.policy.statements:
        named = statement.get("Principal")
        if isinstance(named, str) and re.fullmatch(r"\d{12}", named):
            statement["Principal"] = {"AWS": f"arn:aws:iam::{named}:root"}
        elif isinstance(named, str) and named.startswith("arn:"):
            statement["Principal"] = {"AWS": named}
    return response
