"""Sets of numbers, times and addresses as unions of intervals: closed under all set operations, exact.

A bound is a *cut* between points: ``(v, 0)`` lies just below v and ``(v, 1)`` just above, so that open and closed ends
need no cases. Numbers are dense; addresses are whole numbers on one axis, IPv4 first and IPv6 behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Cut = tuple[Decimal, int]
LOWEST: Cut = (Decimal("-Infinity"), 0)
HIGHEST: Cut = (Decimal("Infinity"), 0)
IPV6_START = 1 << 32  # where the addresses of IPv6 begin on the axis
AXIS_END = IPV6_START + (1 << 128)


@dataclass(frozen=True, slots=True)
class Intervals:
    """A set of numbers: disjoint (from, to) cuts in order. Equal sets are equal values."""

    parts: tuple[tuple[Cut, Cut], ...]

    def __or__(self, other: Intervals) -> Intervals:
        return _merged([*self.parts, *other.parts])

    def __and__(self, other: Intervals) -> Intervals:
        found = [(max(a, c), min(b, d)) for a, b in self.parts for c, d in other.parts]
        return _merged([(start, end) for start, end in found if start < end])

    def __invert__(self) -> Intervals:
        ends = [LOWEST, *(cut for part in self.parts for cut in part), HIGHEST]
        return _merged([(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True) if start < end])

    def __sub__(self, other: Intervals) -> Intervals:
        return self & ~other

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __contains__(self, value: Decimal) -> bool:
        return any(start <= (value, 0) and (value, 1) <= end for start, end in self.parts)

    def witness(self) -> Decimal | None:
        """A number of the set, whole where it can be; None when it is empty."""
        return _point(*self.parts[0]) if self.parts else None


EVERY_NUMBER = Intervals(((LOWEST, HIGHEST),))
NO_NUMBER = Intervals(())


def point(value: Decimal) -> Intervals:
    """The set of one number."""
    return Intervals((((value, 0), (value, 1)),))


def below(value: Decimal, *, closed: bool) -> Intervals:
    """All numbers under ``value``, with itself when ``closed``."""
    return Intervals(((LOWEST, (value, int(closed))),))


def network(text: str) -> Intervals:
    """The addresses of a CIDR, or of one address; empty where the text is neither.

    >>> network("10.0.0.0/8") - network("0.0.0.0/0")
    Intervals(parts=())
    """
    try:
        found = ip_network(text, strict=False)
    except ValueError:
        return NO_NUMBER
    first = int(found.network_address) + (0 if found.version == 4 else IPV6_START)
    return Intervals((((Decimal(first), 0), (Decimal(first + found.num_addresses), 0)),))


EVERY_ADDRESS = Intervals((((Decimal(0), 0), (Decimal(AXIS_END), 0)),))


def address(number: Decimal) -> str:
    """The address at a place of the axis, as text."""
    place = int(number)
    return str(IPv4Address(place) if place < IPV6_START else IPv6Address(place - IPV6_START))


def address_number(text: str) -> Decimal | None:
    """The place of an address on the axis; None where the text is no address."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return Decimal(int(found) + (0 if found.version == 4 else IPV6_START))


def _merged(parts: Iterable[tuple[Cut, Cut]]) -> Intervals:
    found: list[tuple[Cut, Cut]] = []
    for start, end in sorted(parts):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return Intervals(tuple(found))


def _point(start: Cut, end: Cut) -> Decimal:
    if start == LOWEST:
        return Decimal(0) if end == HIGHEST else _whole_below(end)
    value, above = start
    if not above:
        return value
    whole = value.to_integral_value(rounding="ROUND_FLOOR") + 1
    if (whole, 1) <= end:
        return whole
    return (value + end[0]) / 2


def _whole_below(end: Cut) -> Decimal:
    value, closed = end
    whole = value.to_integral_value(rounding="ROUND_FLOOR")
    return whole if (whole, 1) <= (value, closed) else whole - 1
