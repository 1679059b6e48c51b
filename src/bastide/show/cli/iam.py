"""``bastide iam``: lint and compare policies, decide requests, and print the IAM policies that Bastide itself needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bastide.show.cli.iam_access import what_can, who_can
from bastide.show.cli.iam_diff import command as diff
from bastide.show.cli.iam_evaluate import evaluate
from bastide.show.cli.iam_external import command as external_access
from bastide.show.cli.iam_lint import command as lint
from bastide.show.cli.iam_review import command as scp_review
from bastide.show.cli.iam_simulate import simulate
from bastide.show.cli.iam_what_if import command as what_if
from bastide.show.cli.options import FileArgument, ProfileOption, TargetOption, workspace

command = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, help=__doc__)

command.command("lint")(lint)
command.command("diff")(diff)
command.command("evaluate")(evaluate)
command.command("simulate")(simulate)
command.command("who-can")(who_can)
command.command("what-can")(what_can)
command.command("external-access")(external_access)
command.command("what-if")(what_if)
command.command("scp-review")(scp_review)

SplitOption = Annotated[
    bool, typer.Option("--split", help="As managed policies of at most 6,144 characters, one JSON document a line.")
]


@command.command("deployer-policy")
def deployer_policy(split: SplitOption = False) -> None:
    """Print what a principal of the management account needs to apply plans: exactly what the handlers call."""
    from bastide.aws import permissions
    from bastide.aws.registry import kinds

    _print(list(permissions.deployer_policy(kinds())), split)


@command.command("reader-policy")
def reader_policy(split: SplitOption = False) -> None:
    """Print what a principal of the management account needs to plan and assess: reads, and the reader's role."""
    from bastide.aws import permissions
    from bastide.aws.registry import kinds

    _print(list(permissions.reader_policy(kinds())), split)


@command.command("external-id")
def external_id(
    file: FileArgument = Path("architecture.yaml"), target: TargetOption = "sandbox", profile: ProfileOption = ""
) -> None:
    """Print what bastide-deployer and bastide-reader ask for, for who takes them without Bastide."""
    typer.echo(workspace(file, target, profile, "", "").external_id)


def _print(policies: list[dict[str, object]], split: bool) -> None:
    for policy in policies:
        typer.echo(json.dumps(policy, separators=(",", ":")) if split else json.dumps(policy, indent=2))
