"""The documentation names what exists: a page for each folder, and no link into nothing."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "bastide"
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
PARTS = ("**Input.**", "**Output.**", "**Entry point.**", "**Limits.**")


@pytest.mark.parametrize("folder", sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")))
def test_each_folder_has_a_page_in_the_same_order(folder: str) -> None:
    page = ROOT / "docs" / f"{folder}.md"
    text = page.read_text(encoding="utf-8")
    places = [text.find(part) for part in PARTS]
    assert -1 not in places, f"{page.name} lacks {PARTS[places.index(-1)]}"
    assert places == sorted(places)
    assert f"]({folder}.md)" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    links = [link for link in links if "reference/" not in link]  # generated; `make check` says when they are missing
    assert [link for link in links if not (page.parent / link).exists()] == []
