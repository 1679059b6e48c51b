"""Do condition values parse as their operator's type?

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from bastide.iam.lint.rule import Hit
from bastide.iam.lint.subject import VARIABLE, Subject, opaque, tests
from bastide.model import Statement

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
DATE = re.compile(
    r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])"
    r"(T([01]\d|2[0-3])(:?[0-5]\d(:?[0-5]\d([.,]\d+)?)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?)?)?"
)
EPOCH = re.compile(r"\d{1,15}")


def is_boolean(value: str) -> bool:
    """``true`` or ``false`` in any case."""
    return value.lower() in ("true", "false")


def is_number(value: str) -> bool:
    """An integer or a decimal number."""
    return NUMBER.fullmatch(value) is not None


def is_date(value: str) -> bool:
    """ISO 8601, of any precision, or seconds since 1970."""
    return DATE.fullmatch(value) is not None or EPOCH.fullmatch(value) is not None


def is_base64(value: str) -> bool:
    """Base64 with padding."""
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def network(value: str) -> IPv4Network | IPv6Network | None:
    """The addresses of a range or of one address; None when it is neither."""
    try:
        return ip_network(value, strict=False)
    except ValueError:
        return None


PRIVATE = tuple(
    ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                "fc00::/7", "fe80::/10", "::1/128")
)  # fmt: skip


def is_private(found: IPv4Network | IPv6Network | None) -> bool:
    """A range within those that no caller on the internet has (RFC 1918, 4193, 6598, loopback, link-local)."""
    return found is not None and any(
        int(found.network_address) & int(one.netmask) == int(one.network_address) and found.prefixlen >= one.prefixlen
        for one in PRIVATE
        if one.version == found.version
    )


def is_range(value: str) -> bool:
    """An address or a CIDR range."""
    return network(value) is not None


def misfits(
    statement: Statement, subject: Subject, family: str, fits: Callable[[str], bool], what: str
) -> Iterator[Hit]:
    """A hit for each value under operators of ``family`` that does not fit; variables are other rules' care."""
    for test in tests(statement):
        if test.family != family:
            continue
        for value in test.values:
            if not fits(value) and not VARIABLE.search(value) and not opaque(value):
                yield Hit(f"{value!r} is not {what}: {test.operator} on {test.key} never matches it", test.pointer)
