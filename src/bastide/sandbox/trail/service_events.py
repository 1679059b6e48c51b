"""Events that a service writes about itself after a call (`AwsServiceEvent`): what became of a request.

One idea: a table of calls that have an aftermath; here it follows at once.
Source: AWS Organizations User Guide, "Logging API calls with AWS CloudTrail", "CreateAccountResult"; AWS CloudTrail
User Guide, "CloudTrail record contents" (`eventType`, `serviceEventDetails`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bastide.sandbox import moto
from bastide.sandbox.trail.redaction import STARS

if TYPE_CHECKING:
    from bastide.sandbox.call import Call
    from bastide.sandbox.wire import HttpResponse

# (event name, `serviceEventDetails`)
Aftermath = tuple[str, dict[str, Any]]


def aftermath_of(call: Call, response: HttpResponse) -> Aftermath | None:
    """What the service says about the call's outcome; None for nearly every call."""
    found = _TABLE.get((call.service, call.operation))
    return found(call, response) if found is not None else None


def _account_result(call: Call, response: HttpResponse) -> Aftermath | None:
    status = call.result(response)["CreateAccountStatus"]
    accounts = moto.backend("organizations", call.account, "aws").accounts
    made = next((row for row in accounts if row.create_account_status_id == status["Id"]), None)
    if made is None:
        return None
    stamp = f"{call.at:%b} {call.at.day}, {call.at.year}, {call.at.hour % 12 or 12}:{call.at:%M:%S %p}"
    details = {
        "id": status["Id"],
        "state": "SUCCEEDED",
        "accountName": STARS,
        "accountId": made.id,
        "requestedTimestamp": stamp,
        "completedTimestamp": stamp,
    }
    return "CreateAccountResult", {"createAccountStatus": details}


_TABLE: dict[tuple[str, str], Callable[[Any, Any], Aftermath | None]] = {
    ("organizations", "CreateAccount"): _account_result,
}
