"""Events that are planted with a label: attacks step by step, and roles that begin to do what they never did.

One idea: what is planted is decided before the traffic is made, from the seed and the account alone; the traffic around
it neither knows nor shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

from bastide.lake.generate.chance import Draw, Session
from bastide.lake.generate.form import Actor
from bastide.lake.generate.organization import Account, Organization, assumed
from bastide.lake.generate.recipe import Recipe

# What a role may begin to do; none of it is in an application's habits.
_NEW = (
    "iam:ListRoles", "iam:GetRole", "secretsmanager:ListSecrets", "ec2:DescribeInstances", "ec2:DescribeSnapshots",
    "rds:DescribeDBInstances", "s3:GetBucketPolicy", "lambda:ListFunctions20150331", "kms:ListKeys",
    "organizations:DescribeOrganization",
)  # fmt: skip
_DRIFT_EVENTS = 24


@dataclass(frozen=True, slots=True)
class Planted:
    """One event to be made at `at` (whole seconds) and labelled; `region` is empty for the actor's own."""

    at: datetime
    actor: Actor
    session: Session
    call: str
    kind: str
    name: str
    techniques: tuple[str, ...] = ()
    error: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """What is known about an event: `kind` is attack or drift, `name` tells the story it belongs to."""

    eventID: str
    eventTime: str
    account: str
    region: str
    kind: str
    name: str
    techniques: tuple[str, ...]
    actor: str
    eventName: str


@cache
def read_attacks() -> dict[str, dict[str, Any]]:
    """The attacks of ``attacks.yaml`` by name."""
    text = (resources.files("bastide.lake.generate") / "attacks.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return found


def plan_planted(recipe: Recipe, organization: Organization) -> dict[str, list[Planted]]:
    """Account id → what is planted there, by time. Attacks take turns; accounts are drawn."""
    draw = Draw(f"{recipe.seed}/planted")
    found: dict[str, list[Planted]] = {account.id: [] for account in organization.accounts}
    names = sorted(read_attacks())
    end = recipe.start + timedelta(days=recipe.days)
    for number in range(recipe.attacks):
        account = draw.pick(organization.accounts)
        found[account.id] += _attack(draw, account, names[number % len(names)], number, _moment(draw, recipe, 0.2))
    for number in range(recipe.drift):
        account = draw.pick(organization.accounts)
        found[account.id] += _drift(draw, account, number, _moment(draw, recipe, 0.5), end)
    for planted in found.values():
        planted.sort(key=lambda one: one.at)
    return found


def _moment(draw: Draw, recipe: Recipe, earliest: float) -> datetime:
    """A time in the period, not before the share `earliest` of it and some time before its end."""
    seconds = recipe.days * 86_400
    return recipe.start + timedelta(seconds=int(seconds * (earliest + draw.rng.random() * (0.9 - earliest))))


def _attack(draw: Draw, account: Account, name: str, number: int, start: datetime) -> Iterator[Planted]:
    attack = read_attacks()[name]
    actor = _attacker(draw, account, attack["by"])
    stamp = f"{start:%Y-%m-%dT%H:%M:%SZ}"
    prefix = "AKIA" if attack["by"] == "user" else "ASIA"
    key = prefix + draw.letters["key20"].take(16)
    session = Session(key, draw.pick(account.pools["function"]), draw.address(), stamp)
    at = start
    for step in attack["steps"]:
        for _ in range(step.get("times", 1)):
            yield Planted(
                at, actor, session, step["call"], "attack", f"{name}-{number}", (step["technique"],),
                step.get("error", False),
            )  # fmt: skip
            at += timedelta(seconds=2 + draw.below(40))


def _attacker(draw: Draw, account: Account, by: str) -> Actor:
    if by == "role":
        return draw.pick(account.apps).actor
    if by == "user":
        return account.breakglass
    return assumed(draw, account.id, f"console/{account.name}-admin", "Mozilla/5.0 (X11; Linux x86_64)", console=True)


def _drift(draw: Draw, account: Account, number: int, start: datetime, end: datetime) -> Iterator[Planted]:
    """A role that goes on as before and, from `start` on, also does three new things until `end`."""
    habit = draw.pick(account.apps)
    calls: Sequence[str] = draw.rng.sample(_NEW, 3)
    session = Session("ASIA" + draw.letters["key20"].take(16), habit.session, draw.address(), "", "false")
    step = (end - start - timedelta(minutes=10)) / _DRIFT_EVENTS
    for count in range(_DRIFT_EVENTS):
        at = (start + step * count).replace(microsecond=0)
        session.created = session.created or f"{at:%Y-%m-%dT%H:%M:%SZ}"
        yield Planted(at, habit.actor, session, draw.pick(calls), "drift", f"{habit.actor.name}-{number}")
