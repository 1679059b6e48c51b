"""What is committed says nothing about the machine it was written on."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Assembled, so that this file does not find itself.
HOMES = "|".join(("work", "root", "home", "Users", "farm"))
MACHINE_PATH = re.compile(rf"""(?:^|[\s"'`=(\[])/(?:{HOMES})/[A-Za-z]""", re.MULTILINE)
REGISTRY = re.compile(r"files\.python" + r"hosted|pypi\.org/simple|registry\.npm" + r"js|--(?:extra-)?index-url")
LARGE = 1_000_000


def tracked() -> list[Path]:
    """Tracked files that exist and are small enough to be text that someone wrote."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path.stat().st_size < LARGE]


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["machine path", "registry address"])
def test_no_tracked_file_holds_one(pattern: re.Pattern[str]) -> None:
    found = []
    for path in tracked():
        hit = pattern.search(path.read_text(encoding="utf-8", errors="replace"))
        if hit and path != Path(__file__):
            found.append(f"{path.relative_to(ROOT)}: {hit.group().strip()}")
    assert found == []


def test_no_state_or_report_is_committed() -> None:
    ours = {".bastide", ".venv", "__pycache__"}
    assert [str(path) for path in tracked() if ours & set(path.relative_to(ROOT).parts)] == []
