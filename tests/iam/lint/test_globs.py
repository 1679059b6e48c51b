"""Inclusion and overlap of patterns agree with trying every short string."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from bastide.iam.lint.catalog import templates_by_segment
from bastide.iam.lint.globs import instance, matcher, matches, overlap, tokens, within
from bastide.iam.wildcards import like

STRINGS = ["".join(letters) for length in range(6) for letters in product("ab", repeat=length)]
PATTERNS = st.text(alphabet="ab*?", max_size=5)


@given(PATTERNS, PATTERNS)
def test_one_pattern_within_another_matches_nothing_that_the_other_does_not(inner: str, outer: str) -> None:
    if within(inner, outer):
        assert all(like(outer, text) for text in STRINGS if like(inner, text))


@given(PATTERNS, PATTERNS)
def test_patterns_without_stars_inside_are_compared_exactly(inner: str, outer: str) -> None:
    if "*" not in inner and "?" not in inner:
        assert within(inner, outer) is like(outer, inner)


@given(PATTERNS, PATTERNS)
def test_patterns_overlap_where_a_string_matches_both(one: str, two: str) -> None:
    shared = any(like(one, text) and like(two, text) for text in STRINGS)
    if shared:
        assert overlap(tokens(one), tokens(two))
    elif one.count("*") + two.count("*") == 0:
        assert not overlap(tokens(one), tokens(two))


@given(PATTERNS, st.text(alphabet="ab", max_size=6))
def test_matches_is_like(pattern: str, text: str) -> None:
    assert matches(pattern, text) is like(pattern, text)


@given(PATTERNS, PATTERNS)
def test_a_quick_yes_is_a_yes_of_the_walk_too(one: str, two: str) -> None:
    if matcher([tokens(two)])(instance(one)):
        assert overlap(tokens(one), tokens(two))


def test_the_forms_of_a_service_are_matched_at_once() -> None:
    quick = matcher(parsed for _, parsed in templates_by_segment()["s3"])
    assert quick(instance("arn:aws:s3:::logs/*")) and not quick(instance("arn:aws:s3:eu-west-1:logs"))
    assert not quick("arn:aws:s3:::" + "a/" * 200)  # too long to be asked
