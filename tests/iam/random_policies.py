"""Random policies, requests and policy sets over small domains: small enough that most of them meet.

Plain generators with a seed and not hypothesis: a thousand times more cases in the same time.
"""

from random import Random
from typing import Any

from bastide.iam.parse import parse_policy
from bastide.iam.policy_set import PolicySet
from bastide.iam.request import ANONYMOUS, Principal, Request
from bastide.model import PolicyDocument

HOME, AWAY = "111122223333", "444455556666"
USER = Principal(f"arn:aws:iam::{HOME}:user/u")
SESSION = Principal(f"arn:aws:iam::{HOME}:role/r", f"arn:aws:sts::{HOME}:assumed-role/r/s", path_known=False)
ROOT = Principal(f"arn:aws:iam::{HOME}:root")
OUTSIDER = Principal(f"arn:aws:iam::{AWAY}:user/u")
SERVICE = Principal(service="sns.amazonaws.com")
CALLERS = [USER, SESSION, ROOT, OUTSIDER, SERVICE, ANONYMOUS]
ACTIONS = ["sqs:Send", "sqs:Receive", "s3:Get", "kms:Decrypt"]
RESOURCES = [f"arn:aws:sqs:r:{HOME}:q", f"arn:aws:sqs:r:{HOME}:p", "arn:aws:s3:::b/k", f"arn:aws:kms:r:{HOME}:key/1"]
PATTERNS = ["*", "arn:aws:sqs:*", f"arn:aws:sqs:r:{HOME}:?", "arn:aws:s3:::b/${t:a}", f"arn:aws:sqs:r:{HOME}:${{t:a}}"]
NAMED = ["*", HOME, USER.arn, SESSION.arn, SESSION.session, AWAY, OUTSIDER.arn, ROOT.arn]
OPERATORS = [
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIfExists", "Null", "Bool",
    "ForAllValues:StringEquals", "ForAnyValue:StringLike", "ForAnyValue:StringNotEquals", "NumericLessThan",
    "ArnLike", "ForAllValues:StringNotLike", "NumericGreaterThanIfExists", "StringEqualsIgnoreCase",
]  # fmt: skip
VALUES = ["a", "b", "A", "a*", "?", "1", "2", "true", "false", "${t:b}", "${t:b, 'a'}", "k", "q"]
SEEN = ["a", "b", "1", "2", "true", "ab", "k", "q", "*"]


FULL = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


def some(rng: Random, values: list[str], most: int = 3) -> list[str]:
    return rng.sample(values, rng.randint(1, min(most, len(values))))


def condition(rng: Random) -> dict[str, Any]:
    names = rng.sample(OPERATORS, rng.choice([0, 0, 1, 1, 2]))
    return {name: {rng.choice(["t:a", "t:b"]): some(rng, VALUES)} for name in names}


def statement(rng: Random, principal: bool, effect: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": effect or rng.choice(["Allow", "Allow", "Deny"])}
    found[rng.choice(["Action", "Action", "NotAction"])] = some(rng, [*ACTIONS, "*", "sqs:*", "SQS:S*"])
    found[rng.choice(["Resource", "Resource", "NotResource"])] = some(rng, [*PATTERNS, *RESOURCES])
    if principal:
        name = rng.choice(["Principal", "Principal", "NotPrincipal"])
        found[name] = {"AWS": some(rng, NAMED)} if rng.random() < 0.8 else {"Service": ["sns.amazonaws.com"]}
    tests = condition(rng)
    return found | ({"Condition": tests} if tests else {})


def policy(rng: Random, principal: bool = False, effect: str = "") -> PolicyDocument:
    version = rng.choice(["2012-10-17", "2012-10-17", "2008-10-17"])
    listed = [statement(rng, principal, effect) for _ in range(rng.randint(1, 3))]
    return parse_policy({"Version": version, "Statement": listed})


def documents(rng: Random, principal: bool = False) -> tuple[PolicyDocument, ...]:
    return tuple(policy(rng, principal) for _ in range(rng.choice([0, 1, 1, 2])))


def level(rng: Random) -> tuple[PolicyDocument, ...]:
    return (FULL, *documents(rng)) if rng.random() < 0.8 else documents(rng)


def policy_set(rng: Random) -> PolicySet:
    def maybe(value: Any) -> Any:
        return value if rng.random() < 0.5 else None

    return PolicySet(
        scp=maybe(tuple(level(rng) for _ in range(rng.randint(0, 3)))),
        rcp=maybe(tuple(documents(rng, principal=True) for _ in range(rng.randint(0, 2)))),
        identity=documents(rng),
        boundary=maybe(documents(rng)),
        session=maybe(documents(rng)),
        resource=maybe((policy(rng, principal=True),)),
        endpoint=maybe(documents(rng, principal=True)),
    )


def request(rng: Random) -> Request:
    keys = rng.sample(["t:a", "T:B"], rng.randint(0, 2))
    context = {key: some(rng, SEEN, 2) if rng.random() < 0.9 else [] for key in keys}
    return Request(rng.choice(CALLERS), rng.choice(ACTIONS), rng.choice([*RESOURCES, *RESOURCES, "*"]), context)
