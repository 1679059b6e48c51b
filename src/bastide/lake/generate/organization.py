"""The organization that makes the traffic: accounts with their things, roles with habits, people with hours.

One idea: everything is drawn from the seed before the first event, so that an account's traffic can be made alone, in
any process and in any order. Names are made up; account ids are random and belong to nobody we know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from bastide.lake.generate.chance import Choice, Draw
from bastide.lake.generate.form import Actor

REGIONS = (
    "us-east-1", "eu-west-1", "eu-central-1", "us-west-2", "ap-southeast-1", "ap-northeast-1", "eu-north-1",
    "us-east-2", "ca-central-1", "ap-south-1", "sa-east-1", "eu-west-2", "ap-southeast-2", "eu-west-3",
)  # fmt: skip
_TEAMS = ("payments", "search", "catalog", "billing", "identity", "mobile", "analytics", "logistics", "risk", "media")
_STAGES = ("prod", "staging", "dev", "sandbox")
_PURPOSES = ("api", "worker", "ingest", "export", "web", "scheduler", "notifier", "etl")
_FIRST = ("ana", "ben", "chloe", "deniz", "emeka", "fatima", "goran", "hana", "ivan", "jia", "kofi", "lena", "mateo")
_LAST = ("okafor", "silva", "tanaka", "muller", "rossi", "khan", "novak", "garcia", "lind", "dubois", "patel", "cho")
_SETS = ("AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess", "DeveloperAccess", "SecurityAudit")
_SDKS = (
    "aws-sdk-java/2.31.4 md/io#sync md/http#Apache ua/2.1 os/Linux#6.1 lang/java#21.0.6 md/vendor#Amazon.com",
    "Boto3/1.40.2 md/Botocore#1.40.2 ua/2.1 os/linux#5.10 md/arch#aarch64 lang/python#3.13.2 cfg/retry-mode#legacy",
    "aws-sdk-js/3.901.0 ua/2.1 os/linux#5.10.245 lang/js md/nodejs#22.14.0 api/dynamodb#3.901.0 m/E,N",
)
_CLI = "aws-cli/2.31.2 md/awscrt#0.27.6 ua/2.1 os/linux#6.1 lang/python#3.13.7"
_BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari"


@dataclass(frozen=True, slots=True)
class Habit:
    """What an actor does: `calls` by weight, in `regions` by weight; `error` is the share of calls that fail."""

    actor: Actor
    calls: Choice
    regions: Choice
    error: float = 0.0
    session: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the keyboard from 8 to 18 on weekdays, `offset` hours east of UTC."""

    name: str
    offset: int
    ip: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account: `pools` are its things by kind, `apps` and `tools` its machines' habits, `people` its humans'."""

    id: str
    name: str
    weight: float
    pools: Mapping[str, tuple[str, ...]]
    apps: tuple[Habit, ...]
    services: tuple[Habit, ...]
    security: tuple[Habit, ...]
    people: tuple[tuple[Person, Habit], ...]
    pipeline: tuple[Actor, Actor]
    breakglass: Actor


@dataclass(frozen=True, slots=True)
class Organization:
    """The organization and its trail; `home` is the trail's home Region."""

    id: str
    bucket: str
    trail: str
    home: str
    regions: tuple[str, ...]
    accounts: tuple[Account, ...]


@cache
def read_habits() -> dict[str, dict[str, float]]:
    """The calls of ``habits.yaml`` with their weights, by sort of actor."""
    text = (resources.files("bastide.lake.generate") / "habits.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, float]] = yaml.safe_load(text)
    return found


def make_organization(seed: int, accounts: int, regions: tuple[str, ...]) -> Organization:
    """The organization of a seed. The first account is the management account."""
    draw = Draw(f"{seed}/organization")
    people = [_person(draw) for _ in range(max(6, accounts * 2))]
    identity = f"o-{draw.letters['hex'].take(10)}"
    made = tuple(_account(draw, number, regions, people) for number in range(accounts))
    return Organization(
        identity, f"aws-cloudtrail-logs-{identity[2:]}", "organization-trail", regions[0], regions, made
    )


def _person(draw: Draw) -> Person:
    return Person(f"{draw.pick(_FIRST)}.{draw.pick(_LAST)}", draw.pick((-8, -5, 0, 1, 1, 2, 5, 8)), draw.address())


def _account(draw: Draw, number: int, regions: tuple[str, ...], people: list[Person]) -> Account:
    identity = str(100_000_000_000 + draw.below(899_999_999_999))
    stage = _STAGES[number % len(_STAGES)] if number else "management"
    team = draw.pick(_TEAMS)
    pools = _pools(draw, team, identity)
    spread = {name: 1.0 / (place + 1) for place, name in enumerate(regions)}
    home = draw.pick(regions[:3])
    apps = tuple(_app(draw, pools, identity, home, role) for role in pools["role"])
    weight = {"prod": 6.0, "staging": 2.0, "dev": 1.5, "sandbox": 0.5, "management": 1.0}[stage]
    return Account(
        id=identity,
        name=f"{team}-{stage}",
        weight=weight * (0.5 + draw.rng.random()),
        pools=pools,
        apps=apps,
        services=_services(draw, identity, home),
        security=_security(draw, identity, spread),
        people=tuple((person, _desk(draw, identity, person, home, spread)) for person in draw.rng.sample(people, 5)),
        pipeline=(
            assumed(draw, identity, "service-role/pipeline", "codepipeline.amazonaws.com", by="codepipeline"),
            assumed(draw, identity, "cloudformation-execution", "cloudformation.amazonaws.com", by="cloudformation"),
        ),
        breakglass=_user(draw, identity, "breakglass"),
    )


def _pools(draw: Draw, team: str, account: str) -> dict[str, tuple[str, ...]]:
    """The account's things, each kind with a few to a few dozen names."""
    hexes = draw.letters["hex"].take
    purposes = draw.rng.sample(_PURPOSES, 5)
    several = [f"{team}-{purpose}" for purpose in purposes]
    ids = {"instance": "i", "volume": "vol", "image": "ami", "group": "sg", "subnet": "subnet", "vpc": "vpc"}
    return {
        **{kind: tuple(f"{short}-{hexes(17)}" for _ in range(12)) for kind, short in ids.items()},
        "bucket": tuple(f"{name}-{account[-4:]}-{suffix}" for name in several for suffix in ("data", "events")),
        "object": tuple(f"data/{number}/part-{number:05d}-{hexes(8)}.parquet" for number in range(200)),
        "table": tuple(several),
        "function": tuple(f"{name}-{verb}" for name in several for verb in ("handler", "consumer")),
        "key": tuple(draw.uuid() for _ in range(6)),
        "secret": tuple(f"{name}/database-{hexes(6)}" for name in several),
        "role": tuple(f"{name}-role" for name in several),
        "policy": tuple(f"{name}-policy" for name in several),
        "stack": tuple(several),
        "repo": tuple(several),
        "cluster": (f"{team}-cluster",),
        "queue": tuple(f"{name}-queue" for name in several),
        "topic": (f"{team}-events", f"{team}-alarms"),
        "alarm": tuple(f"{name}-errors" for name in several),
        "db": (f"{team}-db",),
        "user": ("ci-legacy", "breakglass", f"{team}-smtp"),
        "parameter": tuple(f"/app/{name}/config" for name in several),
    }


def assumed(
    draw: Draw, account: str, role: str, agent: str, *, by: str = "", ip: str = "<s.ip>", console: bool = False
) -> Actor:
    """A session of a role (name with path); `by` is the service that calls with it, if one does."""
    name = role.rpartition("/")[2]
    principal = f"AROA{draw.letters['key20'].take(17)}"
    service = f"{by}.amazonaws.com" if by else ""
    arn = f"arn:aws:sts::{account}:assumed-role/{name}/<s.name>"
    identity = {
        "type": "AssumedRole",
        "principalId": f"{principal}:<s.name>",
        "arn": arn,
        "accountId": account,
        "accessKeyId": "<s.key>",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": principal,
                "arn": f"arn:aws:iam::{account}:role/{role}",
                "accountId": account,
                "userName": name,
            },
            "attributes": {"creationDate": "<s.created>", "mfaAuthenticated": "<s.mfa>"},
        },
    }
    identity |= {"invokedBy": service} if by else {}
    return Actor(identity, arn, service or ip, service or agent, console, name)


def _app(draw: Draw, pools: Mapping[str, tuple[str, ...]], account: str, home: str, role: str) -> Habit:
    work = read_habits()["application"]
    calls = draw.rng.sample(list(work), 7)
    session = draw.pick((draw.pick(pools["function"]), draw.pick(pools["instance"]), draw.letters["hex"].take(32)))
    actor = assumed(draw, account, role, draw.pick(_SDKS))
    return Habit(actor, Choice.of({call: work[call] for call in calls}), Choice.of({home: 1.0}), 0.012, session)


def _services(draw: Draw, account: str, home: str) -> tuple[Habit, ...]:
    """Services in their own name, by their service-linked roles, and the agents on instances."""
    here = Choice.of({home: 1.0})
    made = [_habit(_service(name), name, here) for name in ("lambda", "ecs-tasks", "ec2", "states", "s3", "dynamodb")]
    for short, name in (("autoscaling", "AutoScaling"), ("ecs", "ECS"), ("config", "Config")):
        made.append(_habit(_linked(draw, account, short, name), short, here, 0.004, name))
    agent = "aws-sdk-go/1.55.5 (go1.23; linux; arm64) amazon-ssm-agent/3.3.1345.0"
    managed = assumed(draw, account, "instance-baseline", agent)
    return (*made, _habit(managed, "systems-manager", here, 0.002, f"i-{draw.letters['hex'].take(17)}"))


def _habit(actor: Actor, calls: str, regions: Choice, error: float = 0.0, session: str = "") -> Habit:
    return Habit(actor, Choice.of(read_habits()[calls]), regions, error, session)


def _service(name: str) -> Actor:
    """A service that calls in its own name."""
    host = f"{name}.amazonaws.com"
    return Actor({"type": "AWSService", "invokedBy": host}, host, host, host, name=name)


def _linked(draw: Draw, account: str, short: str, name: str) -> Actor:
    role = f"aws-service-role/{short}.amazonaws.com/AWSServiceRoleFor{name}"
    return assumed(draw, account, role, "", by=short)


def _security(draw: Draw, account: str, spread: dict[str, float]) -> tuple[Habit, ...]:
    agent = "Boto3/1.40.2 md/Botocore#1.40.2 ua/2.1 os/linux lang/python#3.12.9 cfg/retry-mode#adaptive"
    regions = Choice.of(spread)
    scanner = assumed(draw, account, "security/posture-scanner", agent)
    return (
        _habit(scanner, "scanner", regions, 0.03, "posture-scan"),
        _habit(_linked(draw, account, "securityhub", "SecurityHub"), "security-hub", regions, 0.0, "securityhub"),
    )


def _desk(draw: Draw, account: str, person: Person, home: str, spread: dict[str, float]) -> Habit:
    """What somebody does in the console or on the command line with a permission set."""
    chosen = draw.pick(_SETS)
    role = f"aws-reserved/sso.amazonaws.com/AWSReservedSSO_{chosen}_{draw.letters['hex'].take(16)}"
    console = draw.rng.random() < 0.7
    agent = _BROWSER if console else _CLI
    reads = read_habits()["reader"]
    calls = reads if chosen in ("ReadOnlyAccess", "SecurityAudit") else reads | read_habits()["writer"]
    regions = Choice.of({**{name: share * 0.2 for name, share in spread.items()}, home: 3.0})
    actor = assumed(draw, account, role, agent, ip=person.ip, console=console)
    return Habit(actor, Choice.of(calls), regions, 0.02, f"{person.name}@example.com")


def _user(draw: Draw, account: str, name: str) -> Actor:
    """An IAM user with a long-lived key."""
    arn = f"arn:aws:iam::{account}:user/{name}"
    identity = {
        "type": "IAMUser",
        "principalId": f"AIDA{draw.letters['key20'].take(17)}",
        "arn": arn,
        "accountId": account,
        "accessKeyId": "<s.key>",
        "userName": name,
    }
    return Actor(identity, arn, "<s.ip>", _CLI, name=name)
