"""From arguments to a command, and from an error to its words and exit code.

The command's own module, and so boto3, moto and the rest, is imported only when that command is run: ``--version`` and
``--help`` import nothing (difflib, logging and traceback are a third of their time, too).
"""

from __future__ import annotations

import importlib
import sys

from bastide import __version__
from bastide.errors import BastideError

INTERRUPTED = 130
INTERNAL = 4
USAGE = 2

# Command → what it does. The module ``show/cli/<command>.py`` holds a function or a typer app named ``command``.
COMMANDS = {
    "init": "Write a commented starter architecture file.",
    "explain": "Show every setting, why it is so and who asks for it; or a control or guardrail.",
    "render": "Write CloudFormation templates, or AWS Config conformance packs.",
    "prove": "Prove guardrails and isolation for all requests, or show a request that breaks them.",
    "plan": "Show what would change to make the organization what the file says.",
    "apply": "Make the changes of a plan file, or of a new plan.",
    "undo": "Take back the changes of a run.",
    "runs": "List past runs, and check the ledger's chain.",
    "assess": "Judge what runs (or what the file declares) by all controls.",
    "diff": "List what changed between two assessments, or since one.",
    "evidence": "Verify an evidence pack of assess, offline.",
    "ingest": "Take logs from files, folders, buckets and queues into the lake, exactly once.",
    "trail": "Verify that CloudTrail's log files are as they were delivered.",
    "lake": "What the lake holds, event data stores, retention, compaction; traffic to try it with.",
    "query": "Ask the lake in SQL: logs, inventory, findings, exemptions; a library and a console.",
    "iam": "Lint, compare and simulate policies; print those that Bastide itself needs.",
    "attack": "Play what intruders do against a deployed architecture in a sandbox.",
    "sandbox": "Start, stop, reset or enter the emulated organization.",
    "demo": "Deploy, break and heal a whole organization in the sandbox.",
}


def main() -> None:
    """Run the command that ``sys.argv`` names, and exit with its code."""
    raise SystemExit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit code of one command line; errors go to stderr, without a traceback unless ``--debug`` asks for it."""
    debug = "--debug" in arguments
    name, *rest = [argument for argument in arguments if argument != "--debug"] or ["--help"]
    if name in ("--version", "-V"):
        print(f"bastide {__version__}")
        return 0
    if name in ("--help", "-h", "help"):
        print(help_text())
        return 0
    if name not in COMMANDS:
        return _unknown(name)
    import logging

    # What a worker logs (a handler's own fault) is in the result as a reason; its traceback is for --debug.
    logging.basicConfig(level=logging.WARNING if debug else logging.CRITICAL)
    try:
        return _invoke(name, rest)
    except KeyboardInterrupt:
        print("interrupted; what was done is kept", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the outermost edge
        if debug:
            import traceback

            traceback.print_exc()
        return _explained(error)


def help_text() -> str:
    """What ``bastide --help`` prints."""
    lines = [f"  {name:<9} {line}" for name, line in COMMANDS.items()]
    return "\n".join(
        [
            "Usage: bastide COMMAND [OPTIONS]",
            "",
            "AWS security architecture as software: declare, plan, apply, assess and heal an organization.",
            "",
            *lines,
            "",
            "bastide COMMAND --help tells a command's options; --debug adds a traceback to an error.",
            "Exit codes: 0 fine, 1 gate hit, 2 usage or configuration, 3 incomplete, 4 our bug, 130 interrupted.",
        ]
    )


def _unknown(name: str) -> int:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    fix = f"did you mean {near[0]}?" if near else "see bastide --help"
    print(f"error: there is no command {name!r}\n  fix  {fix}", file=sys.stderr)
    return USAGE


def _invoke(name: str, arguments: list[str]) -> int:
    """Import the command and run it; typer ends every run with SystemExit, usage errors with 2, Ctrl-C with 130."""
    import typer

    module = importlib.import_module(f"bastide.show.cli.{name}")
    app = module.command
    if not isinstance(app, typer.Typer):
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        app.command()(module.command)
    try:
        app(args=arguments, prog_name=f"bastide {name}")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def _explained(error: Exception) -> int:
    """Words for an error on stderr, and its exit code."""
    from bastide.show.reports.report import shown

    if isinstance(error, BastideError):
        for problem in error.problems:  # names of files and resources may hold what moves a cursor
            print("\n".join(map(shown, f"error: {problem}".split("\n"))), file=sys.stderr)
        return error.exit_code
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        print(shown(f"error: cannot use{where}: {error.strerror or error}"), file=sys.stderr)
        print(
            "  fix  give the permission, or name another folder (BASTIDE_STATE holds Bastide's state)", file=sys.stderr
        )
        return USAGE
    print(shown(f"error: {type(error).__name__}: {error}"), file=sys.stderr)
    print("  fix  this is a bug of Bastide; run again with --debug and report what it prints", file=sys.stderr)
    return INTERNAL
