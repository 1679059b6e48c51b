"""The reference pages name everything that there is, are the same each time, and stale ones are noticed."""

import re
from pathlib import Path

import pytest

from bastide.aws.registry import kinds
from bastide.controls import all_controls
from bastide.declare.explain import json_schema
from bastide.prove.guardrail import all_guardrails
from bastide.sandbox import coverage
from bastide.show import reference
from bastide.show.cli.main import COMMANDS
from bastide.show.markdown import cell, table


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: text() for name, text in reference.PAGES.items()}


def test_every_control_guardrail_handler_command_and_service_is_on_its_page(pages: dict[str, str]) -> None:
    wanted = {
        "controls": [f"### {one.id}\n" for one in all_controls()],
        "guardrails": [f"### {name}\n" for name in all_guardrails()],
        "handlers": [f"| `{name}` |" for name in kinds()],
        "cli": [f"Usage: bastide {name}" for name in COMMANDS],
        "sandbox-coverage": [f"| {name} |" for name in coverage.SERVICES],
    }
    for name, texts in wanted.items():
        assert [text for text in texts if text not in pages[name]] == []


def test_every_key_of_the_architecture_file_is_there_with_what_it_does(pages: dict[str, str]) -> None:
    for section in json_schema()["$defs"].values():
        for key in section.get("properties", {}):
            assert f"| `{key}` |" in pages["architecture"]
    assert '| `retain` | text | `"1y"` | How long log objects cannot be deleted' in pages["architecture"]
    assert "PCI DSS asks for a year | PCI-4.0.1:10.5.1 |" in pages["architecture"]


def test_every_link_inside_a_page_leads_to_a_heading(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        headings = {line.lstrip("# ").lower().replace(" ", "-") for line in text.splitlines() if line.startswith("#")}
        assert [link for link in re.findall(r"\]\(#([^)]+)\)", text) if link not in headings] == [], name


def test_every_table_has_as_many_cells_as_heads_in_each_line(pages: dict[str, str]) -> None:
    for text in pages.values():
        for block in text.split("\n\n"):
            lines = block.splitlines()
            if lines and all(line.startswith("|") for line in lines):
                assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1


def test_the_pages_are_the_same_each_time(pages: dict[str, str]) -> None:
    for name, text in reference.PAGES.items():
        if name != "sandbox-coverage":  # it takes seconds
            assert text() == pages[name]


def test_no_page_tells_of_the_machine_it_was_written_on(pages: dict[str, str]) -> None:
    for text in pages.values():
        assert str(Path.home()) not in text
        assert str(Path(reference.__file__).parents[3]) not in text


@pytest.fixture
def two_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(reference, "PAGES", {"one": lambda: "1\n", "two": lambda: "2\n"})
    assert reference.main([str(tmp_path / "reference")]) == 0
    return tmp_path / "reference"


def test_fresh_pages_pass_the_check(two_pages: Path) -> None:
    assert sorted(path.name for path in two_pages.iterdir()) == ["one.md", "two.md"]
    assert reference.main(["--check", str(two_pages)]) == 0


@pytest.mark.parametrize("spoil", ["change", "remove"])
def test_a_stale_page_is_named_with_the_way_to_mend_it(
    two_pages: Path, spoil: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = two_pages / "two.md"
    stale.write_text("old\n") if spoil == "change" else stale.unlink()
    assert reference.main(["--check", str(two_pages)]) == 1
    assert capsys.readouterr().err == f"error: {stale} is stale\n  fix  make docs\n"
    assert spoil == "remove" or stale.read_text() == "old\n"


def test_a_page_that_nothing_makes_is_named(two_pages: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (two_pages / "three.md").write_text("3")
    assert reference.main(["--check", str(two_pages)]) == 1
    assert "three.md is made by nothing\n  fix  remove it" in capsys.readouterr().err


def test_a_cell_never_ends_its_cell_or_line() -> None:
    assert cell("a|b\n<c>") == "a\\|b &lt;c>"
    assert table(("x", "y"), [("1|2", None)]) == "| x | y |\n|---|---|\n| 1\\|2 | None |"
