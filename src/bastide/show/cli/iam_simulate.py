"""``bastide iam simulate``: one request, explained like a judge: who said what, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.show.cli.iam_estate import (
    ContextOption,
    FileOption,
    PrincipalArgument,
    ProfileOption,
    TargetOption,
    context_of,
    court,
    principal_named,
    with_time,
)

if TYPE_CHECKING:
    from bastide.iam.access import Ruling
    from bastide.iam.policy_set import Documents
    from bastide.iam.request import Request

DENIED = 1
KINDS = ("identity", "boundary", "session", "resource", "scp", "rcp", "endpoint")


def simulate(
    principal: PrincipalArgument,
    action: Annotated[str, typer.Argument(help="service:Action")],
    resource: Annotated[str, typer.Argument(help="ARN; * for an action that has no resource.")] = "*",
    file: FileOption = Path("architecture.yaml"),
    target: TargetOption = "",
    profile: ProfileOption = "",
    context: ContextOption = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy", help=f"KIND=FILE instead of an estate; KIND is one of {', '.join(KINDS)}. Repeatable."
        ),
    ] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json, or FORMAT=PATH.")] = "table",
    fail: Annotated[bool, typer.Option("--fail", help="Exit with 1 unless the request is allowed.")] = False,
) -> None:
    """Decide one request over an architecture, what runs, or policy files: who said what, and what would allow it.

    Session policies may be given over an estate, too. Each SCP or RCP file is one level, from the root down. With
    policy files, --context aws:ResourceAccount=DIGITS says who owns the resource.
    """
    from bastide.iam.lint.named_action import parse_named_action
    from bastide.iam.request import Request
    from bastide.show.reports import parse_outputs
    from bastide.show.reports.formats import write_text

    (wanted,) = parse_outputs([output], ("table", "json"))
    parse_named_action(action, "ACTION")
    keys = with_time(context_of(context))
    given = _documents(policy or ())
    if given.keys() - {"session"}:
        owner = next((values[0] for key, values in keys.items() if key.lower() == "aws:resourceaccount"), "")
        ruling = _over_files(given, Request(principal_named(principal, None), action, resource, keys, owner))
    else:
        judge, estate = court(file, target, profile)
        request = Request(principal_named(principal, estate), action, resource, keys)
        ruling = judge.ruling(request, session=given.get("session"))
    write_text(_json(ruling) if wanted.format == "json" else _text(ruling), wanted.path)
    if fail and ruling.outcome != "allowed":
        raise typer.Exit(DENIED)


def _over_files(given: Mapping[str, Documents], request: Request) -> Ruling:
    """The ruling over policy files alone: what is not given does not restrict."""
    from bastide.iam.access import Ruling
    from bastide.iam.evaluator import Compiled
    from bastide.iam.policy_set import PolicySet

    policies = PolicySet(
        scp=[(one,) for one in given["scp"]] if "scp" in given else None,
        rcp=[(one,) for one in given["rcp"]] if "rcp" in given else None,
        identity=given.get("identity", ()),
        boundary=given.get("boundary"),
        session=given.get("session"),
        resource=given.get("resource"),
        endpoint=given.get("endpoint"),
    )
    return Ruling(Compiled(policies).decide(request), request, (), False)


def _documents(texts: Iterable[str]) -> dict[str, Documents]:
    """The policies in ``KIND=FILE``, by kind.

    Raises:
        InputError: a kind that there is not, a file that cannot be read, or one that holds no policy.
    """
    from bastide.errors import InputError
    from bastide.iam.parse import parse_policy
    from bastide.iam.vocabulary import suggest

    found: dict[str, Documents] = {}
    for text in texts:
        kind, _, path = text.partition("=")
        if kind not in KINDS:
            raise InputError(f"no such kind of policy: {kind!r}", fix=suggest(kind, KINDS))
        try:
            source = Path(path).read_bytes()
        except OSError as error:
            raise InputError(
                f"{path} cannot be read: {error.strerror}", fix="give a file that holds a policy"
            ) from error
        found[kind] = (*found.get(kind, ()), parse_policy(source, where=path))
    return found


def _text(ruling: Ruling) -> str:
    """The ruling as a judgment: the outcome, what each layer said, what could not be read, what would allow it."""
    request, decision = ruling.request, ruling.decision
    caller = request.principal
    name = caller.session or caller.arn or caller.service or caller.federated or "anonymous"
    verdicts = {
        "allowed": "ALLOWED", "explicit_deny": "DENIED explicitly", "implicit_deny": "DENIED: nothing allows it",
        "conditional": "DENIED as asked; allowed if conditions were met that this request does not meet",
        "unknown": "UNKNOWN: a policy that could change the answer could not be read",
    }  # fmt: skip
    lines = [f"{verdicts[ruling.outcome]}: {name}", f"  {request.action} on {request.resource}", ""]
    for reason in decision.reasons:
        mark = {"allow": "✓", "deny": "✗", "silent": "·", "exempt": "-", "rule": "!"}[reason.outcome]
        lines.append(f"{'>' if reason.decisive else ' '} {mark} {reason.text}")
        for said in reason.said:
            if said.lacks:
                lines.append(f"        {said.sid or f'statement {said.statement}'} lacks: {'; '.join(said.lacks)}")
    lines += [f"  ? {one}" for one in ruling.unread]
    if decision.fixes:
        lines += ["", "what would allow it:", *(f"  - {fix}" for fix in decision.fixes)]
    return "\n".join(lines) + "\n"


def _json(ruling: Ruling) -> str:
    import json

    request = ruling.request
    caller = request.principal
    found = {
        "schema": "bastide.simulation/1",
        "principal": caller.session or caller.arn or caller.service or caller.federated or "anonymous",
        "action": request.action,
        "resource": request.resource,
        "outcome": ruling.outcome,
        "decision": ruling.decision.decision,
        "reasons": [reason.as_json() for reason in ruling.decision.reasons],
        "unread": [str(one) for one in ruling.unread],
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
