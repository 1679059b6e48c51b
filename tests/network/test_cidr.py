"""Coverage of CIDRs against brute force, and ports."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.model import Unknown
from bastide.network.cidr import (
    ALL_PORTS,
    NOT_PUBLIC,
    covers_internet,
    merged,
    parse_cidr,
    port_span,
    spans_open_to_internet,
)

PRIVATE = [ip_network(text) for text in NOT_PUBLIC]


def brute_force_covers_4(cidrs: list[str]) -> bool:
    """What is left of IPv4 after taking each CIDR away lies wholly in blocks that are not public."""
    left = [ip_network("0.0.0.0/0")]
    for taken in (ip_network(text, strict=False) for text in cidrs):
        rest: list[IPv4Network | IPv6Network] = []
        for block in left:
            if taken.version == 4 and block.overlaps(taken):
                rest += [] if taken.supernet_of(block) else list(block.address_exclude(taken))  # type: ignore[arg-type]
            else:
                rest.append(block)
        left = rest  # type: ignore[assignment]
    return all(_hidden(block) for block in left)


def _hidden(block: IPv4Network | IPv6Network) -> bool:
    """No address of the block is public."""
    if any(private.supernet_of(block) for private in PRIVATE):  # type: ignore[arg-type]
        return True
    if not any(private.overlaps(block) for private in PRIVATE):
        return False
    return all(map(_hidden, block.subnets()))


@st.composite
def splits(draw: st.DrawFn) -> list[str]:
    """The whole of IPv4 cut in pieces, some of which may be lost."""
    pieces = [ip_network("0.0.0.0/0")]
    for _ in range(draw(st.integers(0, 8))):
        pieces.sort(key=str)
        index = draw(st.integers(0, len(pieces) - 1))
        if pieces[index].prefixlen < 30:
            pieces += list(pieces.pop(index).subnets())
    lost = draw(st.sets(st.integers(0, len(pieces) - 1), max_size=2)) if draw(st.booleans()) else set()
    return [str(piece) for index, piece in enumerate(pieces) if index not in lost]


@given(splits())
def test_coverage_is_what_brute_force_says(cidrs: list[str]) -> None:
    assert covers_internet(cidrs) == brute_force_covers_4(cidrs)


@given(splits(), st.randoms())
def test_order_and_repetition_make_no_difference(cidrs: list[str], random: object) -> None:
    shuffled = [*cidrs, *cidrs[:2]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert covers_internet(shuffled) == covers_internet(cidrs)


@pytest.mark.parametrize(
    ("cidrs", "whole"),
    [
        (["0.0.0.0/0"], True),
        (["::/0"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["::/1", "8000::/1"], True),
        (["::/1"], True),  # all of 2000::/3, where every public IPv6 address lies
        (["2000::/4", "3000::/4"], True),
        (["8000::/1"], False),
        (["0.0.0.0/1"], False),
        (["0.0.0.0/1", "128.0.0.0/2"], False),
        (["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"], True),  # what is left is multicast and reserved
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], False),
        (["0.0.0.0/1", "8000::/1"], False),
        ([], False),
        (["not a cidr"], False),
    ],
)
def test_known_sets(cidrs: list[str], whole: bool) -> None:
    assert covers_internet(cidrs) is whole


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(tuple), max_size=8))
def test_merged_intervals_hold_the_same_numbers_apart_from_each_other(spans: list[tuple[int, int]]) -> None:
    result = merged(spans)
    assert {n for low, high in result for n in range(low, high + 1)} == {
        n for low, high in spans for n in range(low, high + 1)
    }
    assert all(left[1] + 1 < right[0] for left, right in pairwise(result))


@given(
    st.lists(
        st.tuples(
            st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda pair: (min(pair), max(pair))),
            st.sampled_from(["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "::/0"]),
        ),
        max_size=6,
    )
)
def test_a_port_is_open_when_the_rules_that_name_it_cover_the_internet(
    rules: list[tuple[tuple[int, int], str]],
) -> None:
    spans = spans_open_to_internet(rules)
    for port in range(21):
        naming = [cidr for (low, high), cidr in rules if low <= port <= high]
        assert any(low <= port <= high for low, high in spans) == covers_internet(naming)


@pytest.mark.parametrize(
    ("rule", "span"),
    [
        (("tcp", 22, 22), (22, 22)),
        (("6", "20", "30"), (20, 30)),
        (("TCP", None, None), ALL_PORTS),
        (("tcp", -1, -1), ALL_PORTS),
        (("tcp", 22, None), (22, 65535)),
        (("-1", 443, 443), ALL_PORTS),
        ((-1, None, None), ALL_PORTS),
        (("udp", 22, 22), None),
        (("icmp", 8, -1), None),
        (("47", None, None), None),
        ((Unknown("?"), 22, 22), (22, 22)),
        (("tcp", Unknown("?"), Unknown("?")), ALL_PORTS),
    ],
)
def test_ports_of_a_rule(rule: tuple[object, object, object], span: tuple[int, int] | None) -> None:
    assert port_span(*rule, "tcp") == span


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_a_block_holds_its_addresses(number: int, length: int) -> None:
    text = f"{ip_address(number)}/{length}"
    block = parse_cidr(text)
    assert block is not None and block.first <= number <= block.last
    assert block.last - block.first + 1 == 2 ** (32 - length)
