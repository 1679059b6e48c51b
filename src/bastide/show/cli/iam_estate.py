"""What the questions of ``bastide iam`` share: which estate is asked, and how principals and context are written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError

if TYPE_CHECKING:
    from bastide.iam.access import Court
    from bastide.iam.request import Principal
    from bastide.model import Estate

FileOption = Annotated[Path, typer.Option("--file", help="The architecture file, whose declared estate is asked.")]
TargetOption = Annotated[
    str, typer.Option("--target", help="Ask what runs instead: sandbox or aws. Nothing is written.")
]
ProfileOption = Annotated[str, typer.Option(help="AWS profile, with --target aws.")]
ContextOption = Annotated[
    list[str] | None, typer.Option("--context", help="KEY=VALUE; the same key again adds a value. Repeatable.")
]
PrincipalArgument = Annotated[
    str, typer.Argument(help="ARN, service, anonymous; or role/NAME@ACCOUNT, user/NAME@ACCOUNT, root@ACCOUNT.")
]
SUPPORT = ("AWS::S3::Bucket", "Bastide::S3::AccountPublicAccessBlock")


def court(file: Path, target: str, profile: str) -> tuple[Court, Estate]:
    """A court over the declared estate, or over what runs on a target.

    Raises:
        InputError: there is no such file or target.
    """
    from bastide.iam.access import Court
    from bastide.iam.estate import POLICY_TYPES, Policies

    estate = estate_of(file, target, profile, (*POLICY_TYPES, *SUPPORT))
    return Court(Policies(estate)), estate


def estate_of(file: Path, target: str, profile: str, types: Iterable[str]) -> Estate:
    """The declared estate, or of what runs on a target the resources of ``types``.

    Raises:
        InputError: there is no such file or target.
    """
    from bastide.show.cli.options import workspace

    if not target:
        return workspace(file, "sandbox", "", "", "").modelled()
    from bastide.aws.registry import kinds
    from bastide.show.progress import bar

    place = workspace(file, target, profile, "", "")
    place.enter_to_read()
    organization = place.organization()
    with bar("reading") as progress:
        return place.observed(organization, sorted({*types} & set(kinds())), place.regions(), progress)


def principal_named(text: str, estate: Estate | None) -> Principal:
    """The principal that a person writes: an ARN, a service, anonymous, or ``role/x@account``; accounts by name too.

    Raises:
        InputError: it names none, or an account is missing or unknown.
    """
    from bastide.iam.caller_text import parse_principal

    name, _, account = text.rpartition("@")
    if name == "root" or name.startswith(("role/", "user/")):
        return parse_principal(f"arn:aws:iam::{_account(account, estate)}:{name}")
    return parse_principal(text)


def _account(text: str, estate: Estate | None) -> str:
    if text.isdigit() and len(text) == 12:
        return text
    accounts = estate.organization.accounts if estate is not None and estate.organization else ()
    found = [one.id for one in accounts if one.name == text]
    if not found:
        known = ", ".join(sorted(one.name for one in accounts)[:20])
        raise InputError(f"no such account: {text!r}", fix=f"one of {known}" if known else "write its digits")
    return found[0]


def context_of(texts: Iterable[str] | None) -> dict[str, tuple[str, ...]]:
    """Condition keys from ``KEY=VALUE``.

    Raises:
        InputError: one has no ``=``.
    """
    found: dict[str, tuple[str, ...]] = {}
    for text in texts or ():
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise InputError(f"not KEY=VALUE: {text!r}", fix="write --context aws:SourceIp=203.0.113.7")
        found[key] = (*found.get(key, ()), value)
    return found


def with_time(context: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The context with the time of day, which every request has."""
    from datetime import UTC, datetime

    if any(key.lower() in ("aws:currenttime", "aws:epochtime") for key in context):
        return context
    now = datetime.now(UTC)
    return {
        **context,
        "aws:CurrentTime": (now.strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:EpochTime": (str(int(now.timestamp())),),
    }
