"""GuardDuty: lists of trusted addresses. moto: has none."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.guardduty import bad_request, read_detector
from bastide.sandbox.shims.organizations_services import administering


def _lists(call: Call) -> dict[str, dict[str, Any]]:
    read_detector(call)
    return call.store.setdefault("addresses", {})  # type: ignore[no-any-return]


def _list(call: Call) -> dict[str, Any]:
    found = _lists(call).get(call.params["IpSetId"])
    if found is None:
        raise bad_request("the input ipSetId is not owned by the current account.")
    return found


@shim("guardduty", "CreateIPSet")
def create_ip_set(call: Call) -> Answer:
    """One a detector, and none in a member.

    Source: GuardDuty User Guide, "Amazon GuardDuty quotas", trusted IP sets.
    """
    lists, params = _lists(call), call.params
    if administering(call, status="RelationshipStatus"):
        raise bad_request("a member account cannot upload trusted IP lists; its administrator can.")
    if lists:
        raise bad_request("the number of IPSets exceeds the limit.")
    made = moto.random_hex(32)
    status = "ACTIVE" if params["Activate"] else "INACTIVE"
    lists[made] = {key: params[key] for key in ("Name", "Format", "Location")} | {
        "Status": status,
        "Tags": dict(params.get("Tags") or {}),
    }
    return {"IpSetId": made}


@shim("guardduty", "GetIPSet")
def get_ip_set(call: Call) -> Answer:
    """As it was made or changed."""
    return dict(_list(call))


@shim("guardduty", "ListIPSets")
def list_ip_sets(call: Call) -> Answer:
    """All at once."""
    return {"IpSetIds": sorted(_lists(call))}


@shim("guardduty", "UpdateIPSet")
def update_ip_set(call: Call) -> Answer:
    """What is named changes."""
    found, params = _list(call), call.params
    found |= {key: params[key] for key in ("Name", "Location") if key in params}
    if "Activate" in params:
        found["Status"] = "ACTIVE" if params["Activate"] else "INACTIVE"
    return None


@shim("guardduty", "DeleteIPSet")
def delete_ip_set(call: Call) -> Answer:
    """At once."""
    _list(call)
    del _lists(call)[call.params["IpSetId"]]
    return None
