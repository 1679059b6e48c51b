"""The layering rules bite: each is broken once in a small copy of the package, and lint-imports says so."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = [
    "errors",
    "model",
    "iam",
    "network",
    "prove",
    "plan",
    "controls",
    "assess",
    "detect",
    "respond",
    "declare",
    "aws",
    "lake",
    "store",
    "collect",
    "apply",
    "ingest",
    "sandbox",
    "show",
]
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"


def verdict(folder: Path, contract: str, breaches: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What lint-imports answers about an empty copy of Bastide with the given modules in it."""
    package = folder / "bastide"
    for name in FOLDERS:
        (package / name).mkdir(parents=True)
        (package / name / "__init__.py").touch()
    (package / "__init__.py").touch()
    for name, text in breaches.items():
        (package / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-c", LINT, "--no-cache", "--no-logo", "--config", str(ROOT / "pyproject.toml")]
    environment = {"PYTHONPATH": str(folder), "COLUMNS": "120"}
    return subprocess.run(
        [*command, "--contract", contract], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("contract", "breaches"),
    [
        ("layers", {"model/estate.py": "import bastide.iam"}),
        ("layers", {"controls/s3.py": "from bastide import aws"}),
        ("layers", {"declare/file.py": "import bastide.store"}),
        ("layers", {"surprise.py": ""}),
        ("acyclic", {"iam/one.py": "import bastide.iam.two", "iam/two.py": "import bastide.iam.one"}),
        ("boto3", {"collect/live.py": "import boto3"}),
        ("boto3", {"show/demo.py": "from botocore.exceptions import ClientError"}),
        ("moto", {"sandbox/front.py": "import moto"}),
        ("databases", {"assess/run.py": "import duckdb"}),
        ("databases", {"plan/diff.py": "import typer"}),
    ],
)
def test_a_breach_is_found(tmp_path: Path, contract: str, breaches: dict[str, str]) -> None:
    answer = verdict(tmp_path, contract, breaches)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "1 broken" in answer.stdout


def test_what_the_rules_allow_passes(tmp_path: Path) -> None:
    allowed = {
        "aws/session.py": "import boto3\nimport bastide.plan",
        "sandbox/moto.py": "import moto\nimport bastide.apply",
        "store/runs.py": "import sqlalchemy",
        "show/assess.py": "import typer\nimport bastide.sandbox\nimport bastide.aws",
        "controls/s3.py": "import bastide.iam\nimport bastide.model",
    }
    for number, contract in enumerate(("layers", "acyclic", "boto3", "moto", "databases")):
        answer = verdict(tmp_path / str(number), contract, allowed)
        assert answer.returncode == 0, answer.stdout + answer.stderr
