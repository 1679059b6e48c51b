"""What lies beside the code travels with it: every tracked file of the package has a suffix that the wheel takes."""

import fnmatch
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "bastide"


def test_every_file_beside_the_code_is_packaged() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = [*setup["package-data"]["*"], "*.so"]  # an extension travels built
    sources = {ROOT / source for module in setup["ext-modules"] for source in module["sources"]}
    files = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    files = [path for path in files if path not in sources]
    left = [path for path in files if not any(fnmatch.fnmatch(path.name, glob) for glob in ("*.py", *patterns))]
    assert [str(path.relative_to(PACKAGE)) for path in left] == []
