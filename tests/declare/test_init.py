"""``bastide init`` writes only what expands: wrong options are told by their names and leave no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bastide.declare.starter import starter
from bastide.errors import InputError
from bastide.show.cli.init import command


def written(path: Path, organization: str = "acme", emails: str = "", region: str = "eu-west-1") -> str:
    command(path, organization=organization, emails=emails, region=region, force=False)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "what", "where", "fix"),
    [
        (
            {"organization": "Ünï"},
            "the name 'Ünï' cannot be a part of bucket names",
            "--organization",
            "2 to 30 of a–z, 0–9 and hyphen, beginning with a letter",
        ),
        (
            {"organization": "a: [b"},
            "the name 'a: [b' cannot be a part of bucket names",
            "--organization",
            "2 to 30 of a–z, 0–9 and hyphen, beginning with a letter",
        ),
        (
            {"emails": "aws+{acount}@acme.example"},
            "unknown placeholder {acount} in emails",
            "--emails",
            "did you mean {account}?",
        ),
        (
            {"emails": "aws+{account}"},
            "the pattern 'aws+{account}' of e-mails has no @",
            "--emails",
            "write one such as aws+{account}@example.com",
        ),
        (
            {"region": "eu-west-9"},
            "there is no region 'eu-west-9' in partition aws",
            "--region",
            "did you mean eu-west-3?",
        ),
    ],
)
def test_a_wrong_option_is_told_and_nothing_is_written(
    tmp_path: Path, options: dict[str, str], what: str, where: str, fix: str
) -> None:
    path = tmp_path / "architecture.yaml"
    with pytest.raises(InputError) as caught:
        written(path, **options)
    assert [(one.what, one.where, one.fix) for one in caught.value.problems] == [(what, where, fix)]
    assert not path.exists()


def test_a_good_file_is_written(tmp_path: Path) -> None:
    text = written(tmp_path / "a.yaml", organization="on", emails="{account}@acme.example")
    assert 'organization: "on"' in text  # YAML would take it for a switch
    assert 'emails: "{account}@acme.example"' in text


def test_plain_words_are_not_quoted() -> None:
    assert "emails: aws+{account}@acme.example\n" in starter(
        "acme", "aws+{account}@acme.example", "eu-west-1", "2099-12-31"
    )
