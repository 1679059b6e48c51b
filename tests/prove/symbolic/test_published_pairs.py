"""Pairs of policies that others compare: every pair is decided, and no random request contradicts the answer.

The policies lie outside of the project (``BASTIDE_CORPUS`` names their folder): a folder holds one and its variants.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from bastide.errors import InputError
from bastide.iam.decide import find
from bastide.iam.parse import parse_policy
from bastide.iam.request import Principal, Request
from bastide.model import PolicyDocument
from bastide.prove.difference import difference

CORPUS = Path(os.environ.get("BASTIDE_CORPUS", "corpus-not-set")) / "iam/quacky"
SEED, TRIES = 20_261_124, 40


def pairs() -> Iterator[tuple[str, PolicyDocument, PolicyDocument]]:
    for folder in sorted({file.parent for file in CORPUS.rglob("*.json")}):
        found = []
        for file in sorted(folder.glob("*.json")):
            try:
                found.append((file.relative_to(CORPUS), parse_policy(file.read_text("utf-8"))))
            except InputError:
                continue  # some variants are no policies
        for name, policy in found[1:]:
            yield str(name), found[0][1], policy


def filled(chance: random.Random, pattern: str) -> str:
    return "".join(chance.choice(("x", "", "a/b")) if char == "*" else "x" if char == "?" else char for char in pattern)


def requests(chance: random.Random, *policies: PolicyDocument) -> Iterator[Request]:
    """Requests made of the policies' own words."""
    statements = [statement for policy in policies for statement in policy.statements]
    actions = [text for one in statements for text in (*(one.action or ()), *(one.not_action or ()))]
    resources = [text for one in statements for text in (*(one.resource or ()), *(one.not_resource or ()))]
    keys = {key: values for one in statements for tests in one.condition.values() for key, values in tests.items()}
    caller = Principal("arn:aws:iam::111122223333:user/ana")
    for _ in range(TRIES):
        action = filled(chance, chance.choice(actions))
        context = {key: filled(chance, chance.choice(values)) for key, values in keys.items()
                   if values and chance.random() < 0.6}  # fmt: skip
        yield Request(
            caller,
            action if ":" in action else "s3:GetObject",
            filled(chance, chance.choice(resources or ["*"])),
            context,
        )


def allows(policy: PolicyDocument, request: Request) -> bool:
    return find((policy,), request, "Allow") is not None and find((policy,), request, "Deny") is None


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.exists(), reason="BASTIDE_CORPUS is not set")
def test_every_published_pair_is_decided_and_no_random_request_contradicts() -> None:
    chance, decided = random.Random(SEED), 0
    for name, old, new in pairs():
        principals = [one.principal or one.not_principal for one in (*old.statements, *new.statements)]
        found = difference(((old,),), ((new,),), "resource" if any(principals) else "identity", most=1)
        assert found.more or found.less or not found.undecided, (name, found.undecided)
        decided += 1
        for request in requests(chance, old, new):
            before, after = allows(old, request), allows(new, request)
            assert before or not after or found.more, (name, request)
            assert after or not before or found.less, (name, request)
    assert decided > 500
