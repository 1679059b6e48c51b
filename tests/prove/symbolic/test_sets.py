"""Laws of the sets that questions are made of, against brute force over small worlds."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal
from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.prove.symbolic import Actions, action_list, unlisted
from bastide.prove.symbolic.constraint import ANYTHING, NUMBER, Numbers, Strings, Test, can_hold, possible, solution
from bastide.prove.symbolic.intervals import EVERY_NUMBER, Intervals, below, network, point
from bastide.prove.symbolic.meeting import Union, leaves, meet
from bastide.prove.symbolic.pattern import Pattern, arn, exact, glob, with_variables
from bastide.prove.symbolic.search import find
from bastide.prove.symbolic.strings import EVERY_STRING, NO_STRING, StringSet, matching

WORDS = ["".join(letters) for length in range(6) for letters in product("ab:", repeat=length)]
patterns = st.one_of(
    st.text("ab:*?", max_size=5).map(glob),
    st.lists(st.sampled_from(("a", "*", "", "a*", "?")), min_size=6, max_size=6).map(
        lambda parts: arn(":".join(parts))
    ),
    st.text("ab", max_size=3).map(lambda text: exact(text, fold=True)),
)
unions = st.lists(patterns, min_size=1, max_size=3).map(tuple)
strings = st.recursive(
    st.lists(patterns, max_size=2).map(lambda found: matching(*found)),
    lambda inner: st.one_of(st.builds(StringSet.__or__, inner, inner), st.builds(StringSet.__and__, inner, inner)),
    max_leaves=4,
)
numbers = st.integers(0, 4).map(Decimal)
intervals = st.recursive(
    st.one_of(numbers.map(point), st.builds(lambda value, closed: below(value, closed=closed), numbers, st.booleans())),
    lambda inner: st.one_of(inner.map(Intervals.__invert__), st.builds(Intervals.__or__, inner, inner)),
    max_leaves=6,
)
POINTS = [Decimal(half) / 2 for half in range(-3, 12)]


@given(st.lists(unions, min_size=1, max_size=3).map(tuple), st.frozensets(patterns, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_search_finds_a_value_exactly_when_there_is_one(
    required: tuple[tuple[Pattern, ...], ...], excluded: frozenset[Pattern]
) -> None:
    def fits(value: str) -> bool:
        return all(any(one.matches(value) for one in union) for union in required) and not any(
            one.matches(value) for one in excluded
        )

    found = find(required, excluded)
    assert fits(found) if found is not None else not any(map(fits, WORDS))


@given(patterns, patterns)
@settings(max_examples=1_000, deadline=None)
def test_two_patterns_meet_exactly_when_a_search_finds_what_they_share(one: Pattern, other: Pattern) -> None:
    assert meet(one, other) == meet(other, one) == (find(((one,), (other,)), frozenset()) is not None)


@given(unions, unions)
@settings(max_examples=1_000, deadline=None)
def test_what_is_seen_of_a_rest_without_a_search_is_what_a_search_finds(inside: Union, outside: Union) -> None:
    seen = leaves(inside, outside)
    assert seen is None or seen == (find((inside,), frozenset(outside)) is not None)


@given(patterns, patterns)
def test_patterns_are_equal_when_their_tokens_are(one: Pattern, other: Pattern) -> None:
    assert (one == other) == (one.tokens == other.tokens)
    assert one != other or hash(one) == hash(other)


string_tests = st.builds(
    Test,
    st.sampled_from(("@resource", "aws:username", "aws:tagkeys")),
    st.builds(Strings, unions, st.booleans()),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(string_tests, max_size=2), string_tests)
@settings(max_examples=1_000, deadline=None)
def test_whether_a_test_can_hold_is_the_same_with_and_without_a_search(held: list[Test], test: Test) -> None:
    same = frozenset(replace(one, key=test.key) for one in held)
    assert can_hold(same, test) == possible(same | {test}) == (solution(same | {test}) is not None)


@given(patterns)
def test_the_quick_match_is_the_expression(pattern: Pattern) -> None:
    assert all(pattern.matches(word) == (pattern.expression.fullmatch(word) is not None) for word in WORDS[:130])


@given(strings, strings)
@settings(max_examples=150, deadline=None)
def test_sets_of_strings_obey_the_laws_of_sets(one: StringSet, two: StringSet) -> None:
    for word in WORDS[:130]:
        assert (word in one | two) == (word in one or word in two)
        assert (word in one & two) == (word in one and word in two)
        assert (word in ~one) == (word not in one)
        assert (word in one - two) == (word in one and word not in two)
    assert (one | ~one).same(EVERY_STRING)
    assert (one & ~one).same(NO_STRING)
    assert (~(one | two)).same(~one & ~two)
    witness = one.witness()
    assert witness in one if witness is not None else not any(word in one for word in WORDS)


@given(intervals, intervals)
def test_intervals_obey_the_laws_of_sets(one: Intervals, two: Intervals) -> None:
    for value in POINTS:
        assert (value in one | two) == (value in one or value in two)
        assert (value in one & two) == (value in one and value in two)
        assert (value in ~one) == (value not in one)
    assert ~~one == one
    assert (one | ~one) == EVERY_NUMBER
    assert ~(one | two) == ~one & ~two
    witness = one.witness()
    assert witness in one if witness is not None else one == ~EVERY_NUMBER


def test_addresses_of_ipv4_and_ipv6_are_apart() -> None:
    assert not network("0.0.0.0/0") & network("::/0")
    assert not network("10.0.0.0/8") - (network("10.0.0.0/9") | network("10.128.0.0/9"))
    assert network("10.0.0.1") and not network("10.0.0.0/33")


@given(st.sets(st.sampled_from(("s3:*", "s3:Get*", "*", "iam:*", "s3:GetObject", "?3:G*"))), st.booleans())
def test_an_action_is_in_a_set_or_in_its_complement(texts: set[str], negated: bool) -> None:
    one = Actions(tuple(sorted(texts)), negated)
    assert one.bits() & (~one).bits() == 0
    assert one.bits() | (~one).bits() == action_list().every
    assert (one & ~one).witness() is None


def test_actions_of_tomorrow_are_not_forgotten() -> None:
    known = tuple(action_list().listed(action_list().bits(["s3:Get*"])))
    left = Actions(("s3:Get*",)) & ~Actions(known)
    assert left.bits() == 0
    assert left.witness() is not None


SETS = [ANYTHING, Strings((exact("a"),)), Strings((exact("a"), exact("b"))), Strings((exact("b"),), inside=False)]
SETS_OF_NUMBERS = [Numbers(NUMBER, point(Decimal(1))), Numbers(NUMBER, below(Decimal(2), closed=False))]
tests_of_many = st.builds(Test, st.just("aws:tagkeys"), st.sampled_from(SETS), st.booleans(), st.booleans())
tests_of_one = st.builds(
    Test, st.just("aws:requestedregion"), st.sampled_from(SETS + SETS_OF_NUMBERS), st.booleans(), st.booleans()
)


@given(st.frozensets(st.one_of(tests_of_many, tests_of_many.map(lambda test: test.negated)), min_size=1, max_size=4))
def test_values_of_a_key_with_many_are_found_exactly_when_there_are_some(tests: frozenset[Test]) -> None:
    _exact(tests, list(chain.from_iterable(combinations(("a", "b", "c"), size) for size in range(4))))


@given(st.frozensets(tests_of_many, min_size=1, max_size=1))
def test_a_test_and_its_negation_part_all_values(tests: frozenset[Test]) -> None:
    (test,) = tests
    for values in ((), ("a",), ("b",), ("c",), ("a", "b"), ("a", "c")):
        assert test.holds(values) != test.negated.holds(values)


@given(st.frozensets(tests_of_one, min_size=1, max_size=4))
def test_a_value_of_a_key_with_one_is_found_exactly_when_there_is_one(tests: frozenset[Test]) -> None:
    if len({type(test.values) for test in tests if test.values != ANYTHING}) < 2:
        _exact(tests, [(), ("a",), ("b",), ("c",), ("0",), ("1",), ("1.5",), ("2",)])


def _exact(tests: frozenset[Test], world: list[tuple[str, ...]]) -> None:
    found = solution(tests)
    if found is None:
        assert not any(all(test.holds(values) for test in tests) for values in world)
    else:
        assert all(test.holds(found) for test in tests)


def test_a_variable_is_literal_text() -> None:
    found = with_variables("arn:aws:s3:::home/${aws:username}/*", "glob", {"aws:username": "a*"})
    assert found is not None
    assert found.matches("arn:aws:s3:::home/a*/x")
    assert not found.matches("arn:aws:s3:::home/ab/x")
    assert with_variables("${aws:username}", "exact", {"aws:username": None}) is None
    default = with_variables("${aws:username, 'nobody'}", "exact", {"aws:username": None})
    assert default is not None and default.matches("nobody")


def test_what_a_generic_value_decides_is_what_every_value_says() -> None:
    chance = random.Random(20_261_124)
    every = ["".join(one) for size in range(6) for one in product("abc", repeat=size)]  # c stands in no pattern

    def some_pattern() -> Pattern:
        return glob(
            "".join(chance.choices(("a", "b", "*", "?", "?*"), weights=(4, 4, 3, 1, 1), k=chance.randint(0, 4)))
        )

    for _ in range(3_000):
        one, others = some_pattern(), frozenset(some_pattern() for _ in range(chance.randint(1, 4)))
        found = find(((one,),), others)
        left = [value for value in every if one.matches(value) and not any(other.matches(value) for other in others)]
        if found is None:
            assert left == []
        else:
            assert one.matches(found)
            assert not any(other.matches(found) for other in others)


def test_unlisted_actions_of_simple_patterns_are_grouped_as_the_walk_groups_them() -> None:
    chance = random.Random(20_261_124)

    def some_actions() -> Actions:
        return Actions(
            tuple(chance.choice(("s:", "t:", "s:a", "s:ab")) + chance.choice(("*", "b*", "x", "c*")) for _ in range(2))
        )

    for _ in range(300):
        rules, required, excluded = [some_actions() for _ in range(3)], some_actions(), some_actions()
        unions, left_out = (required & ~excluded).terms()
        simple = unlisted._simple(unions, left_out, rules)
        walked = unlisted._walked(unions, left_out, rules)
        assert simple is not None
        assert least(simple) == least(walked)
        for action, met in simple:
            assert action in required and action not in excluded
            assert met == tuple(number for number, rule in enumerate(rules) if action in rule)


def least(found: list[tuple[str, tuple[int, ...]]]) -> set[frozenset[int]]:
    groups = {frozenset(numbers) for _, numbers in found}
    return {group for group in groups if not any(other < group for other in groups)}
