"""Microseconds of one decision over all policies in force, beside moto's evaluator on the same policies.

Ours: 3 levels of SCPs, an RCP, identity policies, a resource policy, requests with a context, through the whole order
of evaluation. The main set is ``iam_realistic``: guardrails of real size, 40 roles that hold 1 to 4 of AWS's managed
policies (drawn from moto's copy of them). Beside it one application's role with small policies, alone and with managed
ones. Requests are new objects every time, those of the main set all different; policies are made ready once.

Others, on the same documents and requests. moto: each document parsed from text and asked once, as its access control
does at every call; it knows no order of layers and no conditions. PMapper: SCPs, identity and resource policy, with
conditions; it has no RCPs. It runs in its own interpreter: ``BASTIDE_PMAPPER_PYTHON=…/bin/python`` where
``principalmapper`` is installed; without that it is named as not installed. policyglass works out what policies amount
to and decides no request.

Run alone: ``python -m benchmarks.iam_decisions``.
"""

from __future__ import annotations

import importlib.util
import itertools
import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bastide.iam import Compiled, PolicySet, Principal, Request, parse_policy
from benchmarks import iam_realistic
from benchmarks.measure import Figure, timed

ACCOUNT = "111122223333"
SERVICES = 40  # statements of the identity policy beside those that are asked about
DECISIONS = 20_000
MOTO = 200
ROLES = 40
SEED = 4
Documents = list[dict[str, Any]]
Asked = Callable[[int], list[Request]]


def decisions() -> Iterator[Figure]:
    """Time to make policies ready, of a decision, of a decision with its reasons, and of moto's."""
    if importlib.util.find_spec("moto"):
        rng = random.Random(SEED)
        real, managed = iam_realistic.layers(), _managed()
        roles = [{**real, "identity": _role(rng, managed, real)} for _ in range(ROLES)]
        yield from _measured("SCPs, RCP and roles of real size", roles, iam_realistic.requests, main=True)
    layers = documents()
    yield from _measured("one application's role", [layers])
    if importlib.util.find_spec("moto"):
        rng = random.Random(SEED)
        roles = [{**layers, "identity": _role(rng, managed, layers)} for _ in range(ROLES)]
        yield from _measured(f"{ROLES} roles with AWS's managed policies", roles)


def _measured(
    what: str, sets: list[dict[str, Documents]], asked: Asked | None = None, *, main: bool = False
) -> Iterator[Figure]:
    asked = asked or requests
    name = f"decisions: {what}"
    parsed = [policy_set(layers) for layers in sets]
    with timed() as taken:
        compiled = [Compiled(policies) for policies in parsed]
    yield Figure(name, "make one set of policies ready", taken[0] / len(sets) * 1e3, "ms")
    decide = [one.decide for one in compiled]
    yield Figure(name, "one decision on an action not met before, CPU", _average(decide, asked(400)), "µs")
    _average(decide, asked(DECISIONS // 2))
    ours = _average(decide, asked(DECISIONS))
    yield Figure(name, "one decision, CPU", ours, "µs", "≤ 25")
    yield Figure(name, "decisions per CPU second", 1e6 / ours, "/s")
    explained = _average([lambda request, one=one: one.decide(request).reasons for one in compiled], asked(400))
    yield Figure(name, "one decision with its reasons, CPU", explained, "µs")
    if importlib.util.find_spec("moto"):
        theirs = _moto(sets, asked(MOTO))
        yield Figure(name, "moto, the same documents, CPU", theirs, "µs")
        yield Figure(name, "times faster than moto", theirs / ours, "×", "≥ 100" if len(sets) > 1 else "")
    if main:
        pmapper = _pmapper(sets, asked(MOTO))
        if pmapper is None:
            yield Figure(name, "PMapper: not installed (BASTIDE_PMAPPER_PYTHON)", 0, "")
        else:
            yield Figure(name, "PMapper, the same documents but the RCP, CPU", pmapper, "µs")
            yield Figure(name, "times faster than PMapper", pmapper / ours, "×", "≥ 100")


def _managed() -> Documents:
    """AWS's managed policies, as moto carries them."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    return [one["Document"] for one in json.loads(aws_managed_policies_data).values()]


def _role(rng: random.Random, managed: Documents, layers: dict[str, Documents]) -> Documents:
    return [*layers["identity"], *rng.sample(managed, rng.randint(1, 4))]


def _average(decide: list[Callable[[Request], Any]], asked: list[Request]) -> float:
    """Microseconds of CPU for one call; the callables take turns."""
    turns = list(zip(asked, itertools.cycle(decide), strict=False))
    begin = time.process_time()
    for request, call in turns:
        call(request)
    return (time.process_time() - begin) / len(asked) * 1e6


def _moto(sets: list[dict[str, Documents]], asked: list[Request]) -> float:
    from moto.iam.access_control import IAMPolicy

    texts = [[json.dumps(one) for documents in layers.values() for one in documents] for layers in sets]
    begin = time.process_time()
    for request, mine in zip(asked, itertools.cycle(texts), strict=False):
        for text in mine:
            IAMPolicy(text).is_action_permitted(request.action, request.resource)
    return (time.process_time() - begin) / MOTO * 1e6


def _pmapper(sets: list[dict[str, Documents]], asked: list[Request]) -> float | None:
    """Microseconds of one decision of PMapper in its own interpreter; None where that is not named."""
    python = os.environ.get("BASTIDE_PMAPPER_PYTHON")
    if not python:
        return None
    told = {
        "account": ACCOUNT,
        "sets": [
            {
                "scp": [found for place, found in one.items() if place.startswith("scp ")],
                "identity": one["identity"],
                "resource": one["resource"][0],
            }
            for one in sets
        ],
        "requests": [
            {
                "principal": one.principal.arn, "action": one.action, "resource": one.resource,
                "context": dict(one.context),
            }
            for one in asked
        ],
    }  # fmt: skip
    script = Path(__file__).with_name("iam_pmapper.py")
    done = subprocess.run([python, str(script)], input=json.dumps(told), capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["microseconds"])


def requests(count: int) -> list[Request]:
    """Requests of 50 role sessions for 4 actions on 7 teams' objects."""
    actions = ("s3:GetObject", "s3:PutObject", "ec2:DescribeInstances", "s3:DeleteObject")
    return [
        Request(
            Principal(
                f"arn:aws:iam::{ACCOUNT}:role/app{number % 50}",
                f"arn:aws:sts::{ACCOUNT}:assumed-role/app{number % 50}/session",
                organization="o-acme",
            ),
            actions[number % 4],
            f"arn:aws:s3:::app-data/team{number % 7}/key-{number}",
            {
                "aws:RequestedRegion": "eu-west-1",
                "aws:SecureTransport": "true",
                "aws:SourceIp": "10.1.2.3",
                "aws:PrincipalTag/team": f"team{number % 7}",
            },
        )
        for number in range(count)
    ]


def policy_set(layers: dict[str, Documents]) -> PolicySet:
    """The documents parsed, each where it belongs."""
    parsed = {kind: tuple(map(parse_policy, found)) for kind, found in layers.items()}
    levels = (parsed["scp root"], parsed["scp unit"], parsed["scp account"])
    return PolicySet(
        scp=levels,
        rcp=(parsed["rcp"],),
        identity=parsed["identity"],
        resource=parsed["resource"],
        resource_account=ACCOUNT,
    )


def documents() -> dict[str, Documents]:
    """A region guardrail, log protection, a data perimeter, an application's role and its bucket."""
    full = _policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    regions = _policy({
        "Effect": "Deny", "NotAction": ["iam:*", "sts:*", "organizations:*", "route53:*", "cloudfront:*"],
        "Resource": "*",
        "Condition": {
            "StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]},
            "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/break-glass"},
        },
    })  # fmt: skip
    trail = _policy(
        {"Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:Delete*"], "Resource": "*"},
        {
            "Effect": "Deny", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-trail", "arn:aws:s3:::acme-trail/*"],
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/logs/*"}},
        },
    )  # fmt: skip
    perimeter = _policy({
        "Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*", "kms:*"], "Resource": "*",
        "Condition": {
            "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-acme"},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        },
    })  # fmt: skip
    application = _policy(
        {
            "Effect": "Allow", "Action": ["s3:Get*", "s3:List*", "s3:PutObject"],
            "Resource": "arn:aws:s3:::app-*/${aws:PrincipalTag/team}/*",
        },
        {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"},
        *({"Effect": "Allow", "Action": f"service{number}:*", "Resource": "*"} for number in range(SERVICES)),
    )  # fmt: skip
    bucket = _policy(
        {
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::app-data/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::app-data/*",
        },
    )  # fmt: skip
    return {
        "scp root": [full, regions], "scp unit": [full, trail], "scp account": [full], "rcp": [perimeter],
        "identity": [application], "resource": [bucket],
    }  # fmt: skip


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def main() -> None:
    """Print the figures."""
    for figure in decisions():
        print(f"{figure.scenario:<52} {figure.name:<40} {figure.value:>12,.2f} {figure.unit:<10} {figure.must}")


if __name__ == "__main__":
    main()
