"""What lies beside the code travels with it: every tracked file of the package has a suffix that the wheel takes."""

import fnmatch
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "bastide"


def test_every_file_beside_the_code_is_packaged() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"][
        "package-data"
    ]["*"]
    files = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    left = [path for path in files if not any(fnmatch.fnmatch(path.name, glob) for glob in ("*.py", *patterns))]
    assert [str(path.relative_to(PACKAGE)) for path in left] == []
