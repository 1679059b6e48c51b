"""``bastide init``: a commented architecture file to start from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bastide.errors import InputError, Problem

# What the file says of each path was said by an option.
OPTIONS = {
    "organization": "--organization",
    "emails": "--emails",
    "regions.home": "--region",
    "regions.allowed.0": "--region",
    "regions.allowed": "--region",
}
FILE = "the starter"


def command(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("architecture.yaml"),
    organization: Annotated[str, typer.Option(help="Name of the organization (a-z, 0-9, hyphen).")] = "acme",
    emails: Annotated[str, typer.Option(help="Pattern of root e-mails; {account} is the account's name.")] = "",
    region: Annotated[str, typer.Option(help="The home region.")] = "eu-west-1",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that exists.")] = False,
) -> None:
    """Write a commented starter architecture file; a file that exists is left alone."""
    from bastide.declare.starter import starter
    from bastide.show.workspace import now

    until = (now() + timedelta(days=365)).date().isoformat()  # a year, then somebody looks at it again
    text = starter(organization, emails or f"aws+{{account}}@{organization}.example", region, until)
    try:
        _check(text)
    except InputError as error:
        raise InputError.of(_of_options(error, bool(emails))) from error
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError(f"{path} exists already", fix="name another file, or use --force") from error
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from error
    typer.echo(f"wrote {path}; next: bastide explain {path}, then bastide plan {path}", err=True)


def _check(text: str) -> None:
    """Read and expand what is to be written, with an account that stands for the management account.

    Raises:
        InputError: it would not expand.
    """
    from bastide.declare import source
    from bastide.declare.expand import Known, expand
    from bastide.declare.read import check
    from bastide.show.stated import MODEL_ACCOUNT

    declaration = check(source.parse(text.encode(), FILE))
    expand(declaration.architecture, Known(MODEL_ACCOUNT), file=FILE, places=declaration.place)


def _of_options(error: InputError, emails_given: bool) -> list[Problem]:
    """The problems at the options that they come from, each once.

    Without ``--emails`` the pattern is made of the organization's name: what is wrong with the name is said alone.
    """
    found = [Problem(one.what, OPTIONS.get(_path(one), one.where), one.fix) for one in error.problems]
    alone = [one for one in found if one.where != "--emails"]
    return list(dict.fromkeys(found if emails_given or not alone else alone))


def _path(problem: Problem) -> str:
    return problem.where.rpartition("  ")[2]
