"""Security Hub (CSPM): the finding aggregator of an account, in its home Region. moto: has none."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.securityhub import read_hub
from bastide.sandbox.wire import AwsError


@shim("securityhub", "CreateFindingAggregator")
def create_finding_aggregator(call: Call) -> Answer:
    """One in an account, in its home Region."""
    read_hub(call)
    if "aggregator" in call.account_store:
        raise AwsError("ResourceConflictException", "A finding aggregator already exists in this account", 409)
    arn = f"arn:aws:securityhub:{call.region}:{call.account}:finding-aggregator/{moto.random_uuid()}"
    call.account_store["aggregator"] = {"FindingAggregatorArn": arn, "FindingAggregationRegion": call.region}
    return _link(call)


def _link(call: Call) -> dict[str, Any]:
    aggregator: dict[str, Any] = call.account_store["aggregator"]
    aggregator |= {
        "RegionLinkingMode": call.params["RegionLinkingMode"],
        "Regions": call.params.get("Regions", []),
    }
    return aggregator


def _read_aggregator(call: Call) -> dict[str, Any]:
    found: dict[str, Any] | None = call.account_store.get("aggregator")
    if found is None or found["FindingAggregatorArn"] != call.params["FindingAggregatorArn"]:
        raise AwsError("ResourceNotFoundException", "Finding aggregator not found", 404)
    return found


@shim("securityhub", "GetFindingAggregator")
def get_finding_aggregator(call: Call) -> Answer:
    """As created."""
    return _read_aggregator(call)


@shim("securityhub", "UpdateFindingAggregator")
def update_finding_aggregator(call: Call) -> Answer:
    """Linked Regions only."""
    _read_aggregator(call)
    return _link(call)


@shim("securityhub", "DeleteFindingAggregator")
def delete_finding_aggregator(call: Call) -> Answer:
    """Gone at once."""
    _read_aggregator(call)
    del call.account_store["aggregator"]
    return None


@shim("securityhub", "ListFindingAggregators")
def list_finding_aggregators(call: Call) -> Answer:
    """None or one, from any linked Region."""
    read_hub(call)
    found = call.account_store.get("aggregator")
    return {"FindingAggregators": [{"FindingAggregatorArn": found["FindingAggregatorArn"]}] if found else []}
