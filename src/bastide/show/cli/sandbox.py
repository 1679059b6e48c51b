"""``bastide sandbox``: the emulated organization as a server on 127.0.0.1."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Annotated

import typer

from bastide.errors import InputError
from bastide.show.targets import sandbox_target
from bastide.show.workspace import Settings, Workspace

command = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, help=__doc__)

FileOption = Annotated[Path, typer.Option("--file", help="The architecture file; .bastide lies beside it.")]
OutputOption = Annotated[str, typer.Option("-o", "--output", help="table or json.")]
ARCHITECTURE = Path("architecture.yaml")


def _directory(file: Path) -> Path:
    return Settings(file).state / "sandbox"


@command.command()
def start(
    file: FileOption = ARCHITECTURE,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; another one when it is taken.")
    ] = 4577,
    bare: Annotated[
        bool, typer.Option("--bare", help="Enforce no policies: everybody known may do everything.")
    ] = False,
) -> None:
    """Start the server in the background; its state comes back from the journal."""
    from bastide.sandbox import process

    endpoint = process.start(_directory(file), port, bare=bare)
    typer.echo(f"the sandbox listens on {endpoint.url} (pid {endpoint.pid})")


@command.command()
def stop(file: FileOption = ARCHITECTURE) -> None:
    """Stop the server; its state stays in the journal."""
    from bastide.sandbox import process

    typer.echo("stopped" if process.stop(_directory(file)) else "it was not running")


@command.command()
def status(file: FileOption = ARCHITECTURE, output: OutputOption = "table") -> None:
    """Tell whether the server runs, and how large its journal is; exit with 3 when it does not run."""
    from bastide.sandbox import process

    found = process.status(_directory(file))
    if output == "json":
        endpoint = vars(found.endpoint) if found.endpoint else None
        facts = {"endpoint": endpoint, "requests": found.requests, "journal_bytes": found.journal_bytes}
        typer.echo(json.dumps({"schema": "bastide.sandbox-status/1", **facts}, indent=2))
    else:
        where = f"running on {found.endpoint.url} (pid {found.endpoint.pid})" if found.endpoint else "not running"
        typer.echo(f"{where}; journal: {found.requests} requests, {found.journal_bytes:,} bytes")
    raise typer.Exit(0 if found.endpoint else 3)


@command.command()
def reset(
    file: FileOption = ARCHITECTURE,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make the organization empty again; the journal and what Bastide knows of this sandbox are removed."""
    from bastide.sandbox import process
    from bastide.show.cli.apply import agree
    from bastide.show.targets import SANDBOX_LABEL
    from bastide.show.workspace import now

    agree(yes, "Remove the whole sandbox organization?")
    process.reset(_directory(file))
    workspace = Workspace(Settings(file))
    if workspace.has_store:
        stamp = now().strftime("%Y%m%d-%H%M%S")
        workspace.store.forget(SANDBOX_LABEL, f"{SANDBOX_LABEL} (reset {stamp})")
    typer.echo("the sandbox is empty, and nothing in it is known any more")


@command.command()
def clock(
    file: FileOption = ARCHITECTURE,
    to: Annotated[str, typer.Option("--set", help="Set it to a time: ISO 8601, UTC unless it says otherwise.")] = "",
    advance: Annotated[str, typer.Option(help="Let it go on by 90m, 7d, 1d12h, …")] = "",
    real: Annotated[bool, typer.Option("--real", help="The machine's time again.")] = False,
    output: OutputOption = "table",
) -> None:
    """Tell the sandbox's time, or drive it: what would have been delivered in between is delivered, sessions expire."""
    from bastide.sandbox import process

    wishes: dict[str, object] = {"set": to, "advance": advance, "real": real}
    asked = {name: value for name, value in wishes.items() if value}
    if len(asked) > 1:
        raise InputError("the clock can only do one thing at a time", fix="--set, --advance or --real")
    endpoint = process.read_endpoint(_directory(file))
    if endpoint is None:
        raise InputError("no sandbox is running", str(_directory(file)), "bastide sandbox start")
    found = process.steer(endpoint, "clock", asked) if asked else process.read_clock(endpoint)
    if output == "json":
        facts = {"time": found["time"], "ahead_seconds": found["ahead_seconds"]}
        typer.echo(json.dumps({"schema": "bastide.sandbox-clock/1", **facts}, indent=2))
        return
    typer.echo(f"{found['time']} ({_distance(float(found['ahead_seconds']))})")


def _distance(seconds: float) -> str:
    from datetime import timedelta

    if abs(seconds) < 1:
        return "the machine's time"
    return f"{timedelta(seconds=round(abs(seconds)))} {'ahead of' if seconds > 0 else 'behind'} the machine"


faults = typer.Typer(rich_markup_mode=None, help="Faults on demand: throttling, lost connections, stale reads, …")
command.add_typer(faults, name="faults")


@faults.command("set")
def set_faults(
    rules: Annotated[Path, typer.Argument(help="A YAML or JSON file of rules.")],
    file: FileOption = ARCHITECTURE,
) -> None:
    """Put the rules of a file into force, in place of those before; they outlive a restart."""
    from bastide.sandbox import process
    from bastide.sandbox.faults import read_rules

    found = read_rules(rules)
    running = process.put_faults(_directory(file), found)
    typer.echo(f"{len(found.rules)} rules are in force" + ("" if running else " once the sandbox is started"))


@faults.command("show")
def show_faults(file: FileOption = ARCHITECTURE, output: OutputOption = "table") -> None:
    """Print the rules in force, and how many calls each kind of fault has befallen."""
    from bastide.sandbox import process
    from bastide.sandbox.faults import render_rules

    found = render_rules(process.read_faults(_directory(file)))
    endpoint = process.read_endpoint(_directory(file))
    struck = process.read_state(endpoint).get("struck", {}) if endpoint else {}
    if output == "json":
        typer.echo(json.dumps({"schema": "bastide.sandbox-faults/1", **found, "struck": struck}, indent=2))
        return
    for rule in found["rules"]:
        match = " ".join(f"{name}={','.join(patterns)}" for name, patterns in rule.pop("match", {}).items())
        fault = rule.pop("fault")
        rest = " ".join(f"{name}={value}" for name, value in rule.items())
        typer.echo(f"{fault:<12}{match or 'every call':<44} {rest}".rstrip())
    counts = ", ".join(f"{count} × {fault}" for fault, count in sorted(struck.items()))
    typer.echo((f"befallen so far: {counts}" if counts else "nothing befallen yet") if found["rules"] else "no faults")


@faults.command("clear")
def clear_faults(file: FileOption = ARCHITECTURE) -> None:
    """Let everything work again."""
    from bastide.sandbox import process
    from bastide.sandbox.faults import Rules

    process.put_faults(_directory(file), Rules())
    typer.echo("no faults")


@command.command()
def env(
    account: Annotated[
        str, typer.Argument(help="Name or 12 digits of an account; the management account without it.")
    ] = "",
    file: FileOption = ARCHITECTURE,
    region: Annotated[str, typer.Option(help="The default region.")] = "eu-west-1",
    role: Annotated[
        str,
        typer.Option(help="A role of the account, made an administrator if missing: guardrails bind it."),
    ] = "",
    output: Annotated[str, typer.Option("-o", "--output", help="shell or json.")] = "shell",
) -> None:
    """Print the variables that point the AWS CLI at an account: `eval "$(bastide sandbox env shop-prod)"`."""
    from bastide.sandbox import process

    workspace = Workspace(Settings(file))
    endpoint = workspace.sandbox_endpoint()
    found = _account(workspace, account) if account else None
    if role and not found:
        raise InputError("--role names a role of a member account", "--role", "name the account too")
    variables = process.environment(endpoint, found, region, role)
    if output == "json":
        typer.echo(json.dumps(variables, indent=2))
        return
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")


def _account(workspace: Workspace, text: str) -> str:
    """The digits of an account named by digits or name.

    Raises:
        InputError: the sandbox has no such account.
    """
    import difflib

    from bastide.collect import read_organization

    organization = read_organization(sandbox_target(workspace.sandbox_endpoint()))
    accounts = organization.accounts if organization else ()
    for account in accounts:
        if text in (account.id, account.name):
            return account.id
    near = difflib.get_close_matches(text, [account.name for account in accounts], n=1)
    fix = f"did you mean {near[0]}?" if near else "`bastide apply` makes the accounts of the file"
    raise InputError(f"the sandbox has no account {text!r}", fix=fix)


@command.command()
def coverage(
    service: Annotated[str, typer.Argument(help="One service (boto3's name); all that are covered without it.")] = "",
    output: OutputOption = "table",
) -> None:
    """Print the operations of each service: real (moto), shimmed (ours) or refused (NotImplementedInSandbox).

    Of how many authorization knows the IAM action, of how many of those the resource, and how many it decides on `*`.
    """
    from collections import Counter
    from dataclasses import asdict

    from bastide.sandbox import coverage as covered

    if service and service not in covered.SERVICES:
        raise InputError(f"{service!r} is not covered", fix=f"one of {', '.join(covered.SERVICES)}")
    rows = covered.coverage([service] if service else covered.SERVICES)
    if output == "json":
        document = {"schema": "bastide.sandbox-coverage/1", "operations": [asdict(row) for row in rows]}
        typer.echo(json.dumps(document, indent=1))
        return
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        for name in (row.service, "in all"):
            counts.setdefault(name, Counter()).update((row.kind, "action" if row.action else "", row.resource))
    typer.echo(f"{'service':<28}{'real':>6}{'shimmed':>9}{'refused':>9}{'action':>8}{'resource':>10}{'on *':>6}")
    for name, count in sorted(counts.items(), key=lambda one: (one[0] == "in all", one[0])):
        known = count["arn"] + count["none"]
        line = f"{name:<28}{count['real']:>6}{count['shimmed']:>9}{count['refused']:>9}"
        typer.echo(f"{line}{count['action']:>8}{known:>10}{count['undecided']:>6}")
    if service:
        for row in rows:
            about = {"arn": "", "none": " on * (it has no resources)", "undecided": " on *"}.get(row.resource, "")
            typer.echo(f"  {row.kind:<8} {row.operation}: {row.action or 'no known action'}{about}")
