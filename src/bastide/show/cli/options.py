"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bastide.show.workspace import Settings, Workspace

FileArgument = Annotated[Path, typer.Argument(help="The architecture file; .bastide lies beside it.")]
TargetOption = Annotated[str, typer.Option(help="sandbox (an emulated organization on this machine) or aws.")]
ProfileOption = Annotated[
    str, typer.Option(help="AWS profile of the management account (or a delegated administrator).")
]
RoleOption = Annotated[str, typer.Option(help="Role to take in member accounts (name with path).")]
ExternalIdOption = Annotated[str, typer.Option(help="External id for that role.")]
OutputOption = Annotated[
    list[str] | None, typer.Option("-o", "--output", help="FORMAT or FORMAT=PATH; may be given several times.")
]


def workspace(file: Path, target: str, profile: str, role: str, external_id: str) -> Workspace:
    """The workspace that a command line names.

    Raises:
        InputError: there is no such target, or the options do not go with it.
    """
    return Workspace(Settings(file, target, profile, role, external_id))
