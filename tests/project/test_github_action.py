"""The action and the hooks: they name options that exist, and the action's step does in a repository what it says."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bastide.show.cli.main import run

ROOT = Path(__file__).parents[2]
STEP = ROOT / ".github" / "assess.sh"
OPEN = """Resources:
  Sg:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: x
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0}]
"""


def git(folder: Path, *arguments: str) -> str:
    """What git prints in a folder."""
    names = {f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    command = ["git", "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(command, cwd=folder, env=os.environ | names, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one template that lets the internet in by SSH."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "a.yaml").write_text(OPEN)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    return folder


def step(folder: Path, **variables: str) -> tuple[int, str, str]:
    """Exit code, output and summary of the action's step."""
    summary = folder.parent / "summary.md"
    command = folder.parent / "bin" / "bastide"
    command.parent.mkdir(exist_ok=True)
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c "{MAIN}" "$@"\n')
    command.chmod(0o755)
    paths = {"PATH": f"{command.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")}
    environment = os.environ | paths | {"GITHUB_STEP_SUMMARY": str(summary)} | variables
    done = subprocess.run(["bash", str(STEP)], cwd=folder, env=environment, check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr, summary.read_text() if summary.exists() else ""


MAIN = "import sys; from bastide.show.cli.main import run; sys.exit(run(sys.argv[1:]))"


def test_the_step_annotates_and_fails(repository: Path) -> None:
    code, text, summary = step(repository, PATHS=".", FAIL_ON="high,new", ARGUMENTS="--each", SARIF="x.sarif", BASE="")
    assert code == 1, text
    assert "::error file=a.yaml,line=6,title=high ec2-security-group-ssh-closed" in text
    assert summary.startswith("### Bastide:")
    assert (repository / "x.sarif").exists()


def test_in_a_pull_request_only_what_is_new_counts(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    variables = {"PATHS": ".", "FAIL_ON": "high,new", "ARGUMENTS": "--each", "BASE": base}
    code, text, summary = step(repository, **variables)
    assert code == 0, text
    assert "::error" not in text and summary.startswith("### Bastide: no new findings")
    (repository / "b.yaml").write_text(OPEN)
    code, text, _ = step(repository, **variables)
    assert code == 1 and "file=b.yaml" in text and "file=a.yaml" not in text
    assert git(repository, "worktree", "list").count("\n") == 0


def test_code_scanning_gets_all_that_is_open_since_it_compares_by_itself(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    code, text, _ = step(repository, PATHS="a.yaml", FAIL_ON="high,new", ARGUMENTS="", BASE=base, SARIF="x.sarif")
    assert code == 0, text
    results = json.loads((repository / "x.sarif").read_text())["runs"][0]["results"]
    assert "ec2-security-group-ssh-closed" in {one["ruleId"] for one in results}


def test_paths_with_spaces_stand_one_a_line(repository: Path) -> None:
    folder = repository / "a folder"
    folder.mkdir()
    (folder / "c.yaml").write_text(OPEN)
    code, text, _ = step(repository, PATHS="a folder\n  a.yaml\n\n", FAIL_ON="", ARGUMENTS="", BASE="")
    assert code == 0, text
    assert "file=a.yaml," in text and "file=a folder/c.yaml," in text


def test_what_could_not_be_judged_fails_unless_it_could_not_be_before(repository: Path) -> None:
    (repository / "n.yaml").write_text(
        "Resources: {S: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://x.example/t'}}}"
    )
    variables = {"PATHS": ".", "FAIL_ON": "high,new", "ARGUMENTS": "--each"}
    assert step(repository, **variables, BASE=git(repository, "rev-parse", "HEAD"))[0] == 3
    code, text, _ = step(repository, **(variables | {"FAIL_ON": ""}), BASE="", INCOMPLETE="warn")
    assert code == 0 and "::warning title=Bastide::A part was not judged" in text
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "two")
    code, text, _ = step(repository, **variables, BASE=git(repository, "rev-parse", "HEAD"))
    assert code == 0 and "::warning title=Bastide::" in text


def test_a_path_is_no_command(repository: Path) -> None:
    step(repository, PATHS="$(touch taken) `touch taken`;touch", FAIL_ON="high", ARGUMENTS="; touch taken", BASE="")
    assert not (repository / "taken").exists()


def test_the_action_and_the_hooks_name_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    script = STEP.read_text()
    inputs = {one.replace("-", "_").upper() for one in action["inputs"]} - {"PYTHON_VERSION"}
    assert inputs <= set(action["runs"]["steps"][2]["env"]) and all(f"{{{name}:-" in script for name in inputs)
    assert run(["assess", "--help"]) == 0
    known = capsys.readouterr().out
    for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()):
        assert hook["entry"] == "bastide assess"
        assert all(word.split("=")[0] in known for word in hook["args"] if word.startswith("--"))
