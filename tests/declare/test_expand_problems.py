"""What contradicts itself, does not exist or does not fit: said all at once, with the place and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from bastide.declare.expand import Known, expand
from bastide.declare.expansion.regions import REGIONS
from bastide.declare.read import check
from bastide.declare.source import parse
from bastide.errors import InputError
from tests.declare.architectures import MANAGEMENT, expanded, small


def problems(value: dict[str, Any], today: str = "", **known: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        expanded(value, today=today, **known)
    return [(one.what, one.fix) for one in caught.value.problems]


def ous(**units: Any) -> dict[str, Any]:
    return small(ous={"security": {"accounts": ["log-archive", "audit"]}, **units})


@pytest.mark.parametrize(
    ("value", "what", "fix"),
    [
        pytest.param(
            small(organization="Acme!"),
            "the name 'Acme!' cannot be a part of bucket names",
            "2 to 30 of a–z, 0–9 and hyphen, beginning with a letter",
            id="organization",
        ),
        pytest.param(
            small(regions={"home": "eu-west-9"}),
            "there is no region 'eu-west-9' in partition aws",
            "did you mean eu-west-3?",
            id="region",
        ),
        pytest.param(
            small(network={"regions": ["us-east-1"]}),
            "networks are asked for in 'us-east-1', which is not an allowed region",
            "allowed: eu-west-1",
            id="network region",
        ),
        pytest.param(
            small(logs={"retain": "forever"}),
            "'forever' is not a length of time that fits here",
            "write 90d or 7y",
            id="retention",
        ),
        pytest.param(
            small(identity={"session": "13h"}),
            "'13h' is not a length of time that fits here",
            "write 1h to 12h",
            id="session",
        ),
        pytest.param(
            ous(a={"accounts": ["shop"]}, b={"accounts": {"shop": {"email": "other@acme.example"}}}),
            "the account name 'shop' stands twice: a/shop and b/shop",
            "give one of them another",
            id="account name",
        ),
        pytest.param(
            small(emails="aws@acme.example"),
            "emails has no {account}, and these accounts have no e-mail of their own: log-archive, audit, shop-dev "
            "and 1 more",
            "an e-mail belongs to one account: write aws+{account}@example.com, or `email:` for each",
            id="e-mail",
        ),
        pytest.param(
            ous(a={"accounts": ["management"]}),
            "the management account exists already and lies in the root",
            "remove it from the tree",
            id="management",
        ),
        pytest.param(
            ous(a={"accounts": {"shop": {"id": "12"}}}), "'12' is not an account's id", "write its 12 digits", id="id"
        ),
        pytest.param(
            small(ous={"security": {"accounts": ["log-archive"]}}),
            "there is no member account 'audit', which detect.account names",
            "add it to a unit, such as ous: {security: {accounts: [audit]}}",
            id="audit",
        ),
        pytest.param(
            ous(a={"b": {"c": {"d": {"e": {"f": {}}}}}}),
            "unit a/b/c/d/e/f lies 6 levels below the root, 5 are possible",
            "move it up",
            id="depth",
        ),
        pytest.param(
            small(detect={"guardduty-features": ["S3_DATA"]}),
            "GuardDuty has no feature 'S3_DATA'",
            "did you mean S3_DATA_EVENTS?",
            id="feature",
        ),
        pytest.param(
            small(detect={"inspector": ["lambda-code"]}),
            "Inspector scans lambda-code only with lambda",
            "add lambda",
            id="scan",
        ),
        pytest.param(small(network={"prefix": 30}), "a network of /30 is not possible", "write 16 to 24", id="prefix"),
        pytest.param(
            small(network={"availability-zones": 4}),
            "4 availability zones are not possible",
            "write 1 to 3",
            id="zones",
        ),
        pytest.param(
            small(network={"cidr": "10.0.0.0/20"}),
            "2 networks of /20 do not fit into 10.0.0.0/20, which holds 1",
            "take a wider range, a longer prefix or fewer regions",
            id="cidr",
        ),
        pytest.param(
            small(access={"securty": {"*": "ViewOnly"}}),
            "there is no group 'securty' in identity.groups",
            "did you mean security?",
            id="group",
        ),
        pytest.param(
            small(access={"security": {"*": "SecurityAudits"}}),
            "there is no permission set 'SecurityAudits'",
            "did you mean SecurityAudit?",
            id="permission set",
        ),
        pytest.param(
            small(access={"security": {"workload/prod": "ViewOnly"}}),
            "'workload/prod' is neither a unit's path nor an account nor '*'",
            "did you mean workloads/prod?",
            id="place",
        ),
        pytest.param(
            small(guardrails={"vpc-interet": False}),
            "no such guardrail: 'vpc-interet'",
            "did you mean vpc-internet?",
            id="guardrail",
        ),
        pytest.param(
            small(guardrails={"vpc-internet": "maybe"}),
            "guardrail vpc-internet cannot be set to 'maybe'",
            "write true, false, warn or its parameters",
            id="guardrail's value",
        ),
    ],
)
def test_a_wrong_architecture_is_refused_in_words(value: dict[str, Any], what: str, fix: str) -> None:
    assert (what, fix) in problems(value)


@pytest.mark.parametrize(
    ("changes", "what", "fix"),
    [
        (
            {"guardrail": "vpc-internets"},
            "there is no guardrail 'vpc-internets' to be exempt from",
            "did you mean vpc-internet?",
        ),
        (
            {"at": "workloads/prd"},
            "'workloads/prd' is neither a unit's path nor an account nor '*'",
            "did you mean workloads/prod?",
        ),
        ({"until": "31.12.2026"}, "'31.12.2026' is not a day", "write YYYY-MM-DD"),
        (
            {"until": "2026-11-23"},
            "the exemption ended on 2026-11-23",
            "remove the exemption, or renew it with a new reason",
        ),
        ({"why": " "}, "an exemption needs a reason", "say why, for who reads it later"),
    ],
)
def test_a_wrong_exemption_is_refused_in_words(changes: dict[str, str], what: str, fix: str) -> None:
    one = {"guardrail": "vpc-internet", "at": "workloads/prod", "why": "public shop", "until": "2027-01-31", **changes}
    assert problems(small(exempt=[one]), today="2026-11-24") == [(what, fix)]


def test_networks_that_exist_and_overlap_are_named() -> None:
    networks = {("shop", "eu-west-1"): "10.0.0.0/16", ("shop-dev", "eu-west-1"): "10.0.16.0/20"}
    what = "networks that exist overlap: 10.0.0.0/16 of shop/eu-west-1 and 10.0.16.0/20 of shop-dev/eu-west-1"
    assert problems(small(), networks=networks) == [(what, "they cannot be joined; rebuild one of them")]


def test_an_email_of_the_management_account_is_not_given_twice() -> None:
    found = problems(small(), management_email="AWS+shop@acme.example")
    assert (
        found[0][0] == "the e-mail 'aws+shop@acme.example' stands twice: the management account and workloads/prod/shop"
    )


def test_everything_is_said_at_once_and_with_its_place() -> None:
    text = """\
organization: acme
emails: aws+{account}@acme.example
regions: {home: eu-west-9}
logs: {retain: never}
ous:
  security:
    accounts: [log-archive, audit]
  workloads:
    guardrails: {vpc-interet: false}
access:
  security: {nowhere: ViewOnly}
"""
    declaration = check(parse(text.encode(), "architecture.yaml"))
    with pytest.raises(InputError) as caught:
        expand(declaration.architecture, Known(MANAGEMENT), file="architecture.yaml", places=declaration.place)
    assert [problem.where for problem in caught.value.problems] == [
        "architecture.yaml:3:11  regions.home",
        "architecture.yaml:4:8  logs.retain",
        "architecture.yaml:11:14  access.security.nowhere",
        "architecture.yaml:9:5  ous.workloads.guardrails",
    ]


def test_the_regions_are_those_that_botocore_knows() -> None:
    import botocore.session

    session = botocore.session.get_session()
    for partition, known in REGIONS.items():
        listed = set(session.get_available_regions("ec2", partition_name=partition))
        assert listed <= set(known), f"new in {partition}: {sorted(listed - set(known))}"
