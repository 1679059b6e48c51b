"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from bastide.errors import InputError
from bastide.show.workspace import Settings, Workspace


def not_empty(context: typer.Context, option: typer.CallbackParam, value: Any) -> Any:
    """The value of an option; its callback, for those of which an empty one would mean another thing than was meant.

    Raises:
        InputError: the command line gives an empty text, as an unset variable of a shell does.
    """
    source = context.get_parameter_source(str(option.name))
    given = source is not None and source.name == "COMMANDLINE"
    texts = value if isinstance(value, list | tuple) else [value]
    if given and any(isinstance(text, str) and not text.strip() for text in texts):
        raise InputError("an option has no value", option.opts[0], "give one, or leave the option out")
    return value


FileArgument = Annotated[Path, typer.Argument(help="The architecture file; .bastide lies beside it.")]
TargetOption = Annotated[str, typer.Option(help="sandbox (an emulated organization on this machine) or aws.")]
ProfileOption = Annotated[
    str, typer.Option(help="AWS profile of the management account (or a delegated administrator).")
]
RoleOption = Annotated[
    str, typer.Option(help="Role to take in member accounts (name with path) instead of bastide-reader or -deployer.")
]
ExternalIdOption = Annotated[str, typer.Option(help="External id that the role asks for, when it is not the kept one.")]
AsRoleOption = Annotated[
    list[str] | None,
    typer.Option(
        help="ARN of a role to read the bucket as; several are taken one by the other. Without it: you, else the "
        "architecture's bastide-log-reader."
    ),
]
AsRoleExternalIdOption = Annotated[str, typer.Option(help="External id that the roles of --as-role ask for.")]
OutputOption = Annotated[
    list[str] | None, typer.Option("-o", "--output", help="FORMAT or FORMAT=PATH; may be given several times.")
]


def workspace(file: Path, target: str, profile: str, role: str, external_id: str) -> Workspace:
    """The workspace that a command line names.

    Raises:
        InputError: there is no such target, or the options do not go with it.
    """
    return Workspace(Settings(file, target, profile, role, external_id))


def warn_of_entry(place: Workspace, made: Iterable[str] = ()) -> None:
    """Say on stderr which accounts were entered by another role than the one that should be taken.

    ``made``: accounts whose roles were only just made.
    """
    from bastide.show.entering import notice

    text = notice(place.target, made)
    if text:
        typer.echo(text, err=True)
