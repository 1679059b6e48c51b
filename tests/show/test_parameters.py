"""Parameters are taken in every form that AWS's tools take them in."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.model import Unknown
from bastide.show.parameters import parse_parameters


@pytest.mark.parametrize(
    "text",
    [
        "Names=a,b",
        r"ParameterKey=Names,ParameterValue=a\,b",
        'ParameterKey=Names,ParameterValue="a,b"',
        "ParameterKey=Names,ParameterValue='a,b',UsePreviousValue=false",
        '[{"ParameterKey": "Names", "ParameterValue": "a,b"}]',
        '{"Names": ["a", "b"]}',
        '["Names=a,b"]',
        '{"Parameters": {"Names": "a,b"}, "Tags": {"team": "x"}}',
    ],
)
def test_one_parameter_on_the_command_line(text: str) -> None:
    assert parse_parameters([text]) == {"Names": "a,b"}


@pytest.mark.parametrize(
    "content",
    [
        '[{"ParameterKey": "Names", "ParameterValue": "a,b"}]',
        "Names: [a, b]\n",
        "- Names=a,b\n",
        '{"Parameters": {"Names": "a,b"}}',
    ],
)
@pytest.mark.parametrize("prefix", ["", "file://"])
def test_one_parameter_in_a_file(tmp_path: Path, content: str, prefix: str) -> None:
    path = tmp_path / "given.json"
    path.write_text(content)
    assert parse_parameters([f"{prefix}{path}"]) == {"Names": "a,b"}


@pytest.mark.parametrize(
    "text",
    ['[{"ParameterKey": "Key", "UsePreviousValue": true}]', "ParameterKey=Key,UsePreviousValue=true"],
)
def test_what_the_stack_keeps_is_not_known(text: str) -> None:
    (value,) = parse_parameters([text]).values()
    assert isinstance(value, Unknown)
    assert value.reason == "parameter Key keeps the value that the stack has"


def test_later_ones_win_and_booleans_are_written_as_cloudformation_has_them() -> None:
    assert parse_parameters(["A=1", json.dumps({"A": 2, "B": [True, 1]})]) == {"A": 2, "B": "true,1"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("prod", "'prod' is neither name=value nor a file"),
        ("=x", "'=x' is neither name=value nor a file"),
        ("file://no/such.json", "there is no file no/such.json"),
        ("ParameterKey=A,Value=b", "'ParameterKey=A,Value=b' is not a parameter"),
        ('[{"Key": "A"}]', "this is not a parameter"),
        ('{"A": {"B": "c"}}', "parameter A has no plain value"),
        ('{"A": null}', "parameter A has no plain value"),
    ],
)
def test_what_is_no_parameter_is_refused(text: str, what: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_parameters([text])
    assert refused.value.problems[0].what == what


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        parse_parameters([text])
    except InputError as refused:
        assert refused.problems[0].what
