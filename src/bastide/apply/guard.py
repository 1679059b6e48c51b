"""What is refused before anything is done: all of it at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from bastide.aws.handler import Handler
from bastide.errors import InputError, Problem, StalePlanError
from bastide.model import Action, Change, Plan, ResourceKey
from bastide.plan import Observation, moved, plan_digest

PLAN_AGAIN = "run `bastide plan` again"
NAMED = 5  # resources that a refusal of a stale plan names


def check_plan(plan: Plan, target: str, digest: str) -> None:
    """Nothing, when the plan is for this target and the one that was looked at.

    Raises:
        InputError: the plan was made for another target.
        StalePlanError: its digest is not ``digest`` (unless that is empty).
    """
    if plan.target != target:
        raise InputError(f"this plan was made for {plan.target}, not for {target}", fix=PLAN_AGAIN)
    if digest and plan_digest(plan) != digest:
        raise StalePlanError("this plan is not the one of that digest: it was edited", fix=PLAN_AGAIN)


def check_observation(plan: Plan, now: Observation) -> None:
    """Nothing, when the plan's resources are still what it was made from.

    Raises:
        StalePlanError: they are not; the first few that have moved are named.
    """
    if now.digest == plan.observed_digest:
        return
    changes = moved(plan, now)
    named = [Problem(f"{one.key.type} {one.name or one.key.id} has changed", _place(one)) for one in changes[:NAMED]]
    if len(changes) > NAMED:
        named.append(Problem(f"and {len(changes) - NAMED} more"))
    raise StalePlanError("what this plan was made from has changed since", fix=PLAN_AGAIN, others=named)


def _place(change: Change) -> str:
    """Where a change's resource is, with the account's name."""
    return f"{change.key} (account {change.account_name})" if change.account_name else str(change.key)


def check_changes(
    changes: Collection[Change],
    handlers: Mapping[str, Handler],
    owned: Collection[ResourceKey],
    allow_data_loss: Collection[str],
) -> None:
    """Nothing, when every change may be made.

    Raises:
        InputError: with every change that may not: of a type without a handler, a deletion of what Bastide did not
            create, or of data that ``allow_data_loss`` does not name.
    """
    problems = [problem for change in changes for problem in _problems(change, handlers, owned, allow_data_loss)]
    if problems:
        raise InputError.of(problems)


def _problems(
    change: Change, handlers: Mapping[str, Handler], owned: Collection[ResourceKey], allowed: Collection[str]
) -> Iterator[Problem]:
    handler, where = handlers.get(change.key.type), str(change.key)
    if handler is None:
        yield Problem(f"there is no handler for {change.key.type}", where)
        return
    if change.action not in (Action.DELETE, Action.REPLACE) or not _names(change).isdisjoint(allowed):
        return
    verb = "delete" if change.action is Action.DELETE else "replace"
    if change.data_bearing or handler.data_bearing:
        yield Problem(
            f"this plan would {verb} {change.key.type} {change.key.id} and the data in it",
            where,
            f"to lose the data, say --allow-data-loss {change.key.id}",
        )
    elif change.key not in owned:
        yield Problem(
            f"this plan would {verb} {change.key.type} {change.key.id}, which Bastide did not create",
            where,
            f"{verb} it by hand, or say --allow-data-loss {change.key.id}",
        )


def _names(change: Change) -> set[str]:
    return {change.key.id, str(change.key)}
