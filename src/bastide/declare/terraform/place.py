"""In which account and region a Terraform resource lies, and who it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bastide.declare.templates.identity import Identity, identify, region_of
from bastide.declare.templates.registry import primary_identifier
from bastide.declare.templates.scope import Settings
from bastide.declare.terraform.document import Document, Entry
from bastide.errors import InputError
from bastide.model import GLOBAL, Arn, Value

DIGITS = 12
MANY = frozenset(
    {"Bastide::EC2::Snapshot", "Bastide::RDS::DBClusterSnapshot"}
)  # of which an account has many; of the other settings one
ACCOUNT_SCOPED = frozenset({
    "Bastide::S3::AccountPublicAccessBlock", "Bastide::IAM::AccountPasswordPolicy",
    "Bastide::Account::AlternateContact",
})  # fmt: skip


@dataclass(frozen=True)
class Account:
    """Account and region of a document where its resources do not say otherwise."""

    settings: Settings

    @property
    def account(self) -> str:
        """The account of the document."""
        return self.settings.account


def account_of(document: Document, settings: Settings) -> Account:
    """The place that a document states: given, else of the caller, of the provider, or of the first ARN."""
    account = settings.parameters.get("AWS::AccountId") or next(_accounts(document), None)
    region = settings.parameters.get("AWS::Region") or next(_regions(document), None)
    found = {"AWS::AccountId": account, "AWS::Region": region}
    return Account(replace(settings, parameters={**settings.parameters, **{k: v for k, v in found.items() if v}}))


def provided(place: Account, document: Document, configured: Mapping[str, Any]) -> Account:
    """The place of a resource by the provider that its configuration names: an alias has its own region and role.

    What the provider takes from a variable is not told here; the document's own place holds then.
    """
    providers = document.configuration.get("provider_config")
    one = providers.get(configured.get("provider_config_key")) if isinstance(providers, Mapping) else None
    if not isinstance(one, Mapping) or not isinstance(one.get("expressions"), Mapping) or not one.get("alias"):
        return place
    found: dict[str, str] = {}
    region, roles = _constant(one["expressions"].get("region")), one["expressions"].get("assume_role")
    if region:
        found["AWS::Region"] = region
    role = next((_arn({"arn": _constant(each.get("role_arn"))}) for each in _mappings(roles)), None)
    if role is not None and _is_account(role.account):
        found["AWS::AccountId"] = role.account
    given = place.settings.parameters
    new = {key: value for key, value in found.items() if given.get(key) != value}
    return Account(replace(place.settings, parameters={**given, **new})) if new else place


def _constant(expression: Any) -> str:
    value = expression.get("constant_value") if isinstance(expression, Mapping) else None
    return value if isinstance(value, str) else ""


def _mappings(items: Any) -> list[Mapping[str, Any]]:
    return [one for one in items if isinstance(one, Mapping)] if isinstance(items, list) else []


def _accounts(document: Document) -> Iterator[str]:
    entries = (*document.prior, *document.entries)
    for entry in entries:
        if entry.type == "aws_caller_identity" and _is_account(entry.values.get("account_id")):
            yield str(entry.values["account_id"])
    for entry in entries:
        arn = _arn(entry.values)
        if arn is not None and _is_account(arn.account):
            yield arn.account


def _regions(document: Document) -> Iterator[str]:
    providers = document.configuration.get("provider_config")
    for one in providers.values() if isinstance(providers, Mapping) else ():
        if isinstance(one, Mapping) and one.get("name") == "aws" and not one.get("alias"):
            expressions = one.get("expressions")
            region = _constant(expressions.get("region")) if isinstance(expressions, Mapping) else ""
            if region:
                yield region
    for entry in (*document.prior, *document.entries):
        if entry.type == "aws_region" and isinstance(entry.values.get("name"), str):
            yield entry.values["name"]
    for entry in document.entries:
        arn = _arn(entry.values)
        if arn is not None and arn.region:
            yield arn.region


def _is_account(value: Any) -> bool:
    return isinstance(value, str) and value.isdigit() and len(value) == DIGITS


def _arn(values: Mapping[str, Any]) -> Arn | None:
    text = values.get("arn")
    if not isinstance(text, str) or not text.startswith("arn:"):
        return None
    try:
        return Arn.parse(text)
    except InputError:
        return None


def identified(
    kind: str, logical: str, file: str, properties: Mapping[str, Value], values: Mapping[str, Any], place: Account,
    entry: Entry,
) -> Identity:  # fmt: skip
    """Who a resource is: what is known of it already, else the provisional identity of file and address."""
    arn, region = _arn(values), entry.values.get("region")
    given = dict(place.settings.parameters)
    if isinstance(region, str) and region:
        given["AWS::Region"] = region
    elif arn is not None and arn.region:
        given["AWS::Region"] = arn.region
    settings = replace(place.settings, parameters=given)
    found = identify(kind, logical, file, properties.get, settings)
    if kind.startswith("Bastide::") and kind not in MANY:
        own = (
            settings.account
            if kind != "Bastide::Account::AlternateContact"
            else str(properties.get("AlternateContactType"))
        )
        return Identity(own, own, "", GLOBAL if kind in ACCOUNT_SCOPED else settings.region, settings.account)
    account = arn.account if arn is not None and _is_account(arn.account) else settings.account
    found = replace(found, region=region_of(kind, settings), account=account)
    names = primary_identifier(kind)
    if not names and isinstance(values.get("id"), str) and values["id"]:
        found = replace(found, id=values["id"], ref=values["id"])
    if arn is None:
        return found
    if len(names) == 1 and names[0].endswith(("Arn", "ARN")):
        return replace(found, id=str(arn), ref=str(arn), arn=str(arn))
    return replace(found, arn=str(arn))
