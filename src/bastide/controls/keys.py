"""``customer_key``: whether what names a KMS key names one of the customer's, and not one that AWS manages.

The one idea: a name under ``alias/aws/`` says it of itself, a key ARN does not. What an account tells of its resources
is held against its customer keys, which are all in the estate unless there is a gap: a key of the same account and
Region that is not among them is one that AWS manages. A template does not hold the account's keys; there a key that is
named is the customer's. Aliases are not looked up: only AWS's own point to keys that AWS manages.

Source: AWS KMS Developer Guide, "AWS managed keys" (of the account they serve, under ``aws/SERVICE``); AWS KMS API
Reference, CreateAlias (``alias/aws/`` is reserved, others are for customer managed keys).
"""

from __future__ import annotations

import re

from bastide.controls.check import NEW, Check, Scene
from bastide.controls.condition import KEYS
from bastide.controls.lookup import text
from bastide.controls.neighbours import gap_at, having
from bastide.model import GLOBAL, PASS, Resource, Unknown, Value, Verdict, fail, unknown

OF_AWS = re.compile(r"(?:arn:.*:)?(?:alias/)?aws/.*")
ALIAS = re.compile(r"(?:arn:.*:)?alias/.+")
KEY = re.compile(r"(?:arn:[^:]+:kms:(?P<region>[^:]+):(?P<account>[^:]+):)?(?:key/)?(?P<id>[^:/]+)")
MANAGED = "the key is one that AWS manages"
UNTOLD = "0" * 12  # the account of a configuration item that does not say which


def customers(wanted: bool, otherwise: str) -> Check:
    """PASS for a key of the customer's, FAIL for one of AWS's or none, UNKNOWN where nobody can tell them apart."""

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        found = False if value is None else is_customers(value, scene)
        if isinstance(found, Unknown):
            return unknown(found, at)
        return PASS if found is wanted else fail(otherwise or MANAGED, at)

    return check


def is_customers(value: Value, scene: Scene) -> bool | Unknown:
    """Whether an id, ARN, alias or ARN of an alias that the scene's resource says is of a key of the customer's."""
    name = text(value)
    if isinstance(name, Unknown):
        return name
    if not name or OF_AWS.fullmatch(name):
        return False
    if ALIAS.fullmatch(name):
        return True
    parts = KEY.fullmatch(name)
    if parts is None:
        return scene.resource.origin.source in NEW or Unknown("not the id, ARN or alias of a KMS key")
    return _held(parts, scene)


def _held(parts: re.Match[str], scene: Scene) -> bool | Unknown:
    """Whether the estate holds the key as one of the customer's, or would not hold it if it were."""
    resource, estate = scene
    # Ids of keys are unique in the world; a multi-Region key has one id in all of its Regions.
    known = having(estate, KEYS[0], "", parts["id"])
    if known:
        return _told(known[0])
    if having(estate, KEYS[1], "", parts["id"]) or resource.origin.source in NEW:
        return True
    if parts["account"] not in (None, resource.account) and resource.account != UNTOLD:
        return True
    return _absent(parts["region"] or resource.region, scene)


def _told(key: Resource) -> bool | Unknown:
    """AWS Config records keys that AWS manages too, and says so."""
    manager = key.get("KeyManager")
    return Unknown(f"whose key it is: {manager.reason}") if isinstance(manager, Unknown) else manager != "AWS"


def _absent(region: str, scene: Scene) -> bool | Unknown:
    """What it means that the estate holds no such key of this account: False where all of the customer's are there."""
    resource, estate = scene
    if resource.origin.source == "recorded":
        return Unknown("the files hold no such key: AWS manages it, or it was not recorded")
    if region == GLOBAL or region not in estate.regions:
        return Unknown(f"whether the key is one that AWS manages: the keys of Region {region} were not looked at")
    for kind in KEYS:
        gap = gap_at(estate, kind, resource.account, region)
        if gap is not None:
            return Unknown(f"whether the key is one that AWS manages: {kind} could not be listed ({gap.reason})")
    return False
