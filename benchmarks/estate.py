"""A large estate made of chance and a seed: the same seed gives the same resources.

The one idea: a realistic mix. Each type comes as often as in an organization of a hundred accounts, most resources are
right, some are wrong in the way that people get them wrong, and a few properties could not be read. Types that a
control judges and that have no recipe here are taken from the cases beside that control.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain, count, islice
from typing import Any

from bastide.controls import Control, all_controls, cases_of
from bastide.controls.control import ACCOUNT, ACCOUNT_REGION
from bastide.model import GLOBAL, Account, Estate, Gap, Organization, Resource, Unit, Unknown
from benchmarks.recipes import ACCOUNT_WIDE, OF_RECIPES, PER_REGION, RECIPES, Place

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
ACCOUNTS = 100
GLOBAL_SERVICES = ("AWS::IAM::", "AWS::Organizations::", "Bastide::IAM::", "Bastide::Organizations::")


def generated(size: int, seed: int = 7) -> Estate:
    """An estate of ``size`` resources in 100 accounts and 4 regions."""
    chance = random.Random(seed)
    organization = _organization()
    places = [
        Place(account.id, region, organization.id) for account in organization.accounts for region in (*REGIONS, GLOBAL)
    ]
    made = [resource for place in places for resource in _settings(place, chance)]
    made += _from_cases(places, chance, size)
    gaps = _gaps(places)
    unlisted = {(gap.type, gap.account, gap.region) for gap in gaps}
    listed = (one for one in chain(made, _many(places, chance)) if (one.type, one.account, one.region) not in unlisted)
    return Estate(tuple(islice(listed, size)), organization, gaps, REGIONS, "sandbox", "2026-01-01T00:00:00Z")


def _organization() -> Organization:
    units = tuple(Unit(f"ou-{name}", name, "r-1", name) for name in ("prod", "dev", "sandbox"))
    accounts = tuple(
        Account(f"{number:012d}", f"team-{number}", f"aws+{number}@example.com", units[number % 3].id)
        for number in range(1, ACCOUNTS + 1)
    )
    return Organization("o-benchmark", "r-1", accounts[0].id, accounts, units)


def _settings(place: Place, chance: random.Random) -> Iterator[Resource]:
    """What exists once in every account, or in every region of it."""
    for kind, recipe in (ACCOUNT_WIDE if place.region == GLOBAL else PER_REGION).items():
        yield _resource(kind, place, place.account, recipe(place, place.account, chance))


def _many(places: list[Place], chance: random.Random) -> Iterator[Resource]:
    """Without end, resources of the types that there are many of, each with the ones that belong to it."""
    regional = [place for place in places if place.region != GLOBAL]
    world = [place for place in places if place.region == GLOBAL]
    kinds, weights = list(RECIPES), [weight for weight, _ in RECIPES.values()]
    for number in count():
        (kind,) = chance.choices(kinds, weights)
        place = chance.choice(world if kind.startswith(GLOBAL_SERVICES) else regional)
        name = f"{kind.rsplit(':', 1)[1].lower()}-{number:06d}"
        for type_name, id_, properties in RECIPES[kind][1](place, name, chance):
            yield _resource(type_name, place, id_, properties)


def _resource(kind: str, place: Place, id_: str, properties: dict[str, Any]) -> Resource:
    service = kind.split("::")[1].lower()
    region = "" if place.region == GLOBAL else place.region
    return Resource(
        kind, place.account, place.region, id_, properties, f"arn:aws:{service}:{region}:{place.account}:{id_}"
    )


def _from_cases(places: list[Place], chance: random.Random, size: int) -> Iterator[Resource]:
    """Resources of every judged type without a recipe, a third of all at most, drawn from the cases of its controls."""
    known = {*RECIPES, *OF_RECIPES, *ACCOUNT_WIDE, *PER_REGION, ACCOUNT, ACCOUNT_REGION}
    cases: dict[str, list[dict[str, Any]]] = {}
    for control in all_controls():
        if control.resource_type not in known:
            cases.setdefault(control.resource_type, []).extend(_cases(control))
    for kind, found in sorted(cases.items()):
        fitting = [place for place in places if (place.region == GLOBAL) == kind.startswith(GLOBAL_SERVICES)]
        for place in chance.sample(fitting, min(len(fitting), max(2, size // (3 * len(cases))))):
            if found:
                case = chance.choice(found)
                id_ = f"{case.get('id', 'one')}-{place.account}"
                yield _resource(kind, place, id_, revive(case.get("properties") or {}))


def _cases(control: Control) -> list[dict[str, Any]]:
    return [case["resource"] for case in cases_of(control) if "resource" in case]


def revive(value: Any) -> Any:
    """A copy with ``{unknown: reason}`` turned into Unknown."""
    if isinstance(value, dict):
        if set(value) == {"unknown"}:
            return Unknown(value["unknown"])
        return {key: revive(item) for key, item in value.items()}
    return [revive(item) for item in value] if isinstance(value, list) else value


def _gaps(places: list[Place]) -> tuple[Gap, ...]:
    """One account denies to list two types."""
    denied = (("AWS::EC2::Volume", "ec2:DescribeVolumes"), ("AWS::KMS::Key", "kms:ListKeys"))
    return tuple(
        Gap(kind, place.account, place.region, "AccessDenied", action)
        for place in places[-5:-1]
        for kind, action in denied
    )
