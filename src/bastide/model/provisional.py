"""Identifiers that AWS will choose, before it has chosen them.

A declared estate is concrete: where AWS will choose an identifier, the declared resource carries a *provisional* one,
a deterministic string of the right form that cannot be mistaken (it contains ``ba571de``; an account id starts with
``0000``), and everything that refers to the resource uses that string. So controls, the IAM engine and provers work
on plain values; what builds on what is found by value; ``plan`` binds what exists already, ``apply`` binds the rest
as it creates.
"""

from __future__ import annotations

import hashlib
import re

MARK = "ba571de"
TOKEN = re.compile(r"[0-9a-zA-Z-]*ba571de[0-9a-zA-Z-]*|(?<![0-9])0000[0-9]{8}(?![0-9])")


def digits(*names: str) -> str:
    """64 hex digits that depend on nothing but ``names``."""
    return hashlib.sha256("|".join(names).encode()).hexdigest()


def account_id(name: str) -> str:
    """A provisional account id: 12 digits, of which the first four are zeros."""
    return f"0000{int(digits('account', name)[:12], 16) % 10**8:08d}"


def organization_id() -> str:
    """A provisional organization id."""
    return f"o-{MARK}000"


def root_id() -> str:
    """A provisional root id."""
    return f"r-{MARK}0"


def short_id(prefix: str, *names: str) -> str:
    """A provisional id like ``vpc-0ba571de123456789`` (EC2: 17 hex digits behind the prefix)."""
    return f"{prefix}-0{MARK}{digits(prefix, *names)[:9]}"


def uuid(*names: str) -> str:
    """A provisional UUID (KMS keys, Identity Center groups)."""
    rest = digits("uuid", *names)
    return f"{MARK}0-{rest[:4]}-4{rest[4:7]}-8{rest[7:10]}-{rest[10:22]}"


def policy_id(*names: str) -> str:
    """A provisional Organizations policy id."""
    return f"p-{MARK}{digits('policy', *names)[:5]}"


def unit_id(*names: str) -> str:
    """A provisional organizational unit id."""
    return f"ou-{MARK}-{digits('unit', *names)[:8]}"


def hex_id(*names: str) -> str:
    """A provisional identifier of 32 hex digits (GuardDuty detectors)."""
    return MARK + digits("hex", *names)[:25]


def identity_center() -> str:
    """A provisional ARN of the Identity Center instance."""
    return f"arn:aws:sso:::instance/ssoins-{MARK}{'0' * 9}"


def identity_store() -> str:
    """A provisional identity store id."""
    return f"d-{MARK}000"


def permission_set_id(*names: str) -> str:
    """A provisional permission set id (the last part of its ARN)."""
    return f"ps-{MARK}{digits('permission set', *names)[:9]}"


def tokens_in(text: str) -> list[str]:
    """Every provisional identifier in ``text``."""
    return TOKEN.findall(text)
