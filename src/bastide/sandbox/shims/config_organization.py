"""AWS Config: conformance packs of the organization, deployed into its accounts. moto: keeps them, deploys nothing.

Source: AWS Config API Reference, PutOrganizationConformancePack, GetOrganizationConformancePackDetailedStatus.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.config import administered
from bastide.sandbox.shims.config_packs import drop_pack, make_pack, packs, read_template_of, template_rules
from bastide.sandbox.shims.config_rules import page, require
from bastide.sandbox.wire import AwsError

PRINCIPAL = "config-multiaccountsetup.amazonaws.com"
Record = dict[str, Any]


def _packs(call: Call) -> dict[str, Record]:
    found: dict[str, Record] = call.store.setdefault("organization-packs", {})
    return found


def _require_administrator(call: Call) -> Any:
    """moto's organization, for its management account or delegated administrator. Raises AwsError for others."""
    text = "This action can only be performed if you are a master account or a delegated administrator."
    backend = administered(call, PRINCIPAL, text)
    if all(row["ServicePrincipal"] != PRINCIPAL for row in backend.services):
        text = f"Service access is not enabled for {PRINCIPAL}."
        raise AwsError("OrganizationAccessDeniedException", text)
    return backend


@shim("config", "PutOrganizationConformancePack")
def put_organization_conformance_pack(call: Call) -> Answer:
    """Deployed into every active account that is not excluded and has a recorder in this Region."""
    backend, params = _require_administrator(call), call.params
    name, text = params["OrganizationConformancePackName"], read_template_of(call)
    template_rules(text, params.get("ConformancePackInputParameters") or ())  # wrong for all is wrong at once
    known = _packs(call).get(name)
    id = known["id"] if known else moto.random_hex(8)
    excluded = set(params.get("ExcludedAccounts") or ())
    accounts = [one.id for one in backend.accounts if one.status == "ACTIVE" and one.id not in excluded]
    _withdraw(call, known, set(known["members"] if known else ()) - set(accounts))
    members = {account: _deploy(call, account, f"OrgConformsPack-{name}-{id}", text) for account in accounts}
    kept = ("DeliveryS3Bucket", "DeliveryS3KeyPrefix", "ConformancePackInputParameters", "ExcludedAccounts")
    arn = f"arn:aws:config:{call.region}:{call.account}:organization-conformance-pack/{name}-{id}"
    details = {
        "OrganizationConformancePackName": name,
        "OrganizationConformancePackArn": arn,
        **{field: params[field] for field in kept if params.get(field)},
        "LastUpdateTime": call.at,
    }
    _packs(call)[name] = {"id": id, "details": details, "members": members, "at": call.at}
    return {"OrganizationConformancePackArn": arn}


def _deploy(call: Call, account: str, name: str, text: str) -> Record:
    """The member's status after the pack was made in its account."""
    there = in_place(call, account, call.region)
    row = {"AccountId": account, "ConformancePackName": name, "LastUpdateTime": call.at}
    if not moto.backend("config", account, call.region).recorders:
        why = {"ErrorCode": "NoAvailableConfigurationRecorderException", "ErrorMessage": "There is no recorder."}
        return row | {"Status": "CREATE_FAILED"} | why
    make_pack(there, name, text, call.params, PRINCIPAL)
    return row | {"Status": "CREATE_SUCCESSFUL"}


def in_place(call: Call, account: str, region: str) -> Call:
    """The call as Config sees it in another account and Region."""
    return replace(call, account=account, region=region, internal=True)


def _withdraw(call: Call, known: Record | None, accounts: Iterable[str]) -> None:
    for account in accounts:
        there = in_place(call, account, call.region)
        name = known["members"][account]["ConformancePackName"] if known else ""
        if name in packs(there):
            drop_pack(there, name)


def _require(call: Call, name: str) -> Record:
    text = f"One or more organization conformance packs with specified names are not present: {name}"
    return require(_packs(call), name, "NoSuchOrganizationConformancePackException", text)


def _named(call: Call) -> list[Record]:
    wanted = call.params.get("OrganizationConformancePackNames") or sorted(_packs(call))
    return [_require(call, name) for name in wanted]


@shim("config", "DescribeOrganizationConformancePacks")
def describe_organization_conformance_packs(call: Call) -> Answer:
    """Those named, or all."""
    _require_administrator(call)
    return page(call, "OrganizationConformancePacks", [one["details"] for one in _named(call)])


@shim("config", "DescribeOrganizationConformancePackStatuses")
def describe_organization_conformance_pack_statuses(call: Call) -> Answer:
    """Successful when it is in every account."""
    _require_administrator(call)
    rows = []
    for one in _named(call):
        failed = [row for row in one["members"].values() if row["Status"] != "CREATE_SUCCESSFUL"]
        row = {
            "OrganizationConformancePackName": one["details"]["OrganizationConformancePackName"],
            "Status": "CREATE_FAILED" if failed else "CREATE_SUCCESSFUL",
            "LastUpdateTime": one["at"],
        }
        why = {name: failed[0][name] for name in ("ErrorCode", "ErrorMessage")} if failed else {}
        rows.append(row | why)
    return page(call, "OrganizationConformancePackStatuses", rows)


@shim("config", "GetOrganizationConformancePackDetailedStatus")
def get_organization_conformance_pack_detailed_status(call: Call) -> Answer:
    """One row an account."""
    _require_administrator(call)
    filters = call.params.get("Filters") or {}
    rows = [
        row
        for account, row in sorted(_require(call, call.params["OrganizationConformancePackName"])["members"].items())
        if filters.get("AccountId") in (None, account) and filters.get("Status") in (None, row["Status"])
    ]
    return page(call, "OrganizationConformancePackDetailedStatuses", rows)


@shim("config", "DeleteOrganizationConformancePack")
def delete_organization_conformance_pack(call: Call) -> Answer:
    """Gone from every account."""
    _require_administrator(call)
    name = call.params["OrganizationConformancePackName"]
    known = _require(call, name)
    _withdraw(call, known, known["members"])
    del _packs(call)[name]
    return None
