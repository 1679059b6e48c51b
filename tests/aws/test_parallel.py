"""Listings that share threads."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.aws.parallel import Hands


@given(st.lists(st.integers()), st.integers(0, 4))
def test_results_stand_in_the_order_of_the_items(items: list[int], number: int) -> None:
    assert Hands(number).each(lambda one: one * 2, items) == [one * 2 for one in items]


def test_two_items_are_worked_on_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)
    assert len(Hands(1).each(lambda _: both.wait(), range(2))) == 2


def test_what_a_hand_raises_reaches_the_caller_and_ends_the_rest() -> None:
    begun: list[int] = []

    def work(item: int) -> None:
        begun.append(item)
        raise ValueError(item)

    with pytest.raises(ValueError):
        Hands(2).each(work, range(1000))
    assert len(begun) <= 3


def test_a_listing_inside_of_a_listing_ends_though_every_hand_is_busy() -> None:
    hands = Hands(1)
    assert hands.each(lambda one: sum(hands.each(lambda two: one * two, range(50))), range(20)) == [
        one * sum(range(50)) for one in range(20)
    ]
