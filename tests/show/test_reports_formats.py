"""Which format goes where: said in words when it cannot be, and no file half-written."""

from pathlib import Path

import pytest

from bastide.errors import InputError
from bastide.show.reports import FORMATS, parse_outputs
from bastide.show.reports.formats import write_text

KNOWN = tuple(FORMATS)


def test_each_output_has_a_format_and_a_place(tmp_path: Path) -> None:
    path = tmp_path / "report=1.html"
    assert parse_outputs(["table", f"html={path}"], KNOWN) == [("table", None), ("html", path)]


@pytest.mark.parametrize(
    ("texts", "what", "fix"),
    [
        (["htlm"], "'htlm' is not a format", "did you mean html?"),
        (["pdf=x.pdf"], "'pdf' is not a format", f"one of {', '.join(KNOWN)}"),
        (["json", "csv"], "two formats cannot share stdout", "write all but one to files: -o html=report.html"),
        (["json=no/such/folder/x.json"], "the folder of no/such/folder/x.json does not exist", "make it first"),
    ],
)
def test_a_wrong_output_is_said_in_words(texts: list[str], what: str, fix: str) -> None:
    with pytest.raises(InputError) as error:
        parse_outputs(texts, KNOWN)
    assert (error.value.problems[0].what, error.value.problems[0].fix) == (what, fix)


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    write_text("new → ✓", path)
    assert path.read_text(encoding="utf-8") == "new → ✓"
    assert [found.name for found in tmp_path.iterdir()] == ["report.json"]


def test_a_file_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match="taken cannot be written"):
        write_text("x", tmp_path / "taken")
    assert [found.name for found in tmp_path.iterdir()] == ["taken"]


def test_half_a_surrogate_pair_is_written_as_a_question_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_text("a\ud800b", tmp_path / "x")
    assert (tmp_path / "x").read_text() == "a?b"
    write_text("a\ud800b", None)
    assert capsys.readouterr().out == "a?b\n"
