"""Account Management: Regions, contacts and names of an account. moto: alternate contacts only.

With AccountId the management account (or the delegated administrator) acts on a member; without it on itself.
"""

from __future__ import annotations

from typing import Any

from bastide.sandbox.call import Call, Store
from bastide.sandbox.shims import Answer, owner, shim
from bastide.sandbox.shims.organizations import tree
from bastide.sandbox.shims.organizations_services import delegated
from bastide.sandbox.wire import AwsError

PRINCIPAL = "account.amazonaws.com"
# Source: AWS Account Management reference guide, "Enable or disable AWS Regions": on by default, and opt-in.
DEFAULT_REGIONS = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
]
OPT_IN_REGIONS = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
]


@owner("account")
def acted_on(call: Call) -> str:
    """The member that the call names. Raises AccessDeniedException when the caller may not act on it."""
    account = str(call.params.get("AccountId") or call.account)
    if account == call.account:
        return account
    backend = tree(call)
    member = any(found.id == account for found in backend.accounts)
    if not member or call.account not in (backend.account_id, delegated(call, PRINCIPAL)):
        text = f"User: {call.principal.arn} is not authorized to perform: account:{call.operation} on this account"
        raise AwsError("AccessDeniedException", text, 403)
    if all(row["ServicePrincipal"] != PRINCIPAL for row in backend.services):
        text = (
            f"User: {call.principal.arn} is not authorized to perform: account:{call.operation} (trusted access is off)"
        )
        raise AwsError("AccessDeniedException", text, 403)
    return account


def _regions(store: Store) -> dict[str, str]:
    statuses = dict.fromkeys(DEFAULT_REGIONS, "ENABLED_BY_DEFAULT") | dict.fromkeys(OPT_IN_REGIONS, "DISABLED")
    return dict(sorted((statuses | store.get("regions", {})).items()))


@shim("account", "ListRegions")
def list_regions(call: Call) -> Answer:
    """Every Region and whether it is on."""
    wanted = call.params.get("RegionOptStatusContains")
    rows = [
        {"RegionName": region, "RegionOptStatus": status}
        for region, status in _regions(call.account_store).items()
        if not wanted or status in wanted
    ]
    return {"Regions": rows}


@shim("account", "GetRegionOptStatus")
def get_region_opt_status(call: Call) -> Answer:
    """Of one Region."""
    region = call.params["RegionName"]
    status = _regions(call.account_store).get(region)
    if status is None:
        raise AwsError("ValidationException", f"{region} is not a Region")
    return {"RegionName": region, "RegionOptStatus": status}


@shim("account", "EnableRegion", "DisableRegion")
def switch_region(call: Call) -> Answer:
    """At once (on AWS within hours); Regions that are on by default stay on."""
    region = call.params["RegionName"]
    if region not in OPT_IN_REGIONS:
        raise AwsError("ValidationException", f"{region} cannot be switched")
    status = "ENABLED" if call.operation == "EnableRegion" else "DISABLED"
    call.account_store.setdefault("regions", {})[region] = status
    return None


@shim("account", "PutContactInformation")
def put_contact_information(call: Call) -> Answer:
    """The primary contact."""
    call.account_store["contact"] = call.params["ContactInformation"]
    return None


@shim("account", "GetContactInformation")
def get_contact_information(call: Call) -> Answer:
    """Raises ResourceNotFoundException until it is put."""
    if "contact" not in call.account_store:
        raise AwsError("ResourceNotFoundException", "No contact information found", 404)
    return {"ContactInformation": call.account_store["contact"]}


def _member(call: Call) -> Any:
    return next(found for found in tree(call).accounts if found.id == call.account)


@shim("account", "GetAccountInformation")
def get_account_information(call: Call) -> Answer:
    """Id, name and date."""
    member = _member(call)
    return {
        "AccountId": member.id,
        "AccountName": member.name,
        "AccountCreatedDate": member.create_time,
        "AccountState": member.state,
    }


@shim("account", "PutAccountName")
def put_account_name(call: Call) -> Answer:
    """Seen in Organizations at once."""
    _member(call).name = call.params["AccountName"]
    return None


@shim("account", "GetPrimaryEmail")
def get_primary_email(call: Call) -> Answer:
    """The root user's address."""
    return {"PrimaryEmail": _member(call).email}


@shim("account", "PutAlternateContact", "GetAlternateContact", "DeleteAlternateContact")
def alternate_contact(call: Call) -> Answer:
    """BILLING, OPERATIONS or SECURITY. moto: answers for an unknown contact with an empty one."""
    kind = call.params["AlternateContactType"]
    contacts = call.account_store.setdefault("alternate", {})
    if call.operation.startswith("Put"):
        contacts[kind] = {key: value for key, value in call.params.items() if key != "AccountId"}
        return None
    if kind not in contacts:
        text = f"No contact of the inputted alternate contact type found: {kind}"
        raise AwsError("ResourceNotFoundException", text, 404)
    if call.operation.startswith("Delete"):
        del contacts[kind]
        return None
    return {"AlternateContact": contacts[kind]}
