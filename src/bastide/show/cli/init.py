"""``bastide init``: a commented architecture file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bastide.errors import InputError


def command(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("architecture.yaml"),
    organization: Annotated[str, typer.Option(help="Name of the organization (a-z, 0-9, hyphen).")] = "acme",
    emails: Annotated[str, typer.Option(help="Pattern of root e-mails; {account} is the account's name.")] = "",
    region: Annotated[str, typer.Option(help="The home region.")] = "eu-west-1",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
) -> None:
    """Write a commented starter architecture file; a file that exists is left alone."""
    from bastide.declare import source
    from bastide.declare.read import check
    from bastide.declare.starter import starter

    text = starter(organization, emails or f"aws+{{account}}@{organization}.example", region)
    check(source.parse(text.encode(), "the starter"))
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError(f"{path} exists already", fix="name another file, or use --force") from error
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    typer.echo(f"wrote {path}; next: bastide explain {path}, then bastide plan {path}", err=True)
