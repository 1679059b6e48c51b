"""Values that AWS would refuse or that mean something else than was meant: each is told once, with place and fix."""

from __future__ import annotations

from typing import Any

import pytest

from bastide.declare.expand import Known, expand
from bastide.declare.expansion.endpoint_services import SERVICES, nearest_service
from bastide.declare.expansion.network import GATEWAYS
from bastide.declare.read import check
from bastide.declare.source import parse
from bastide.errors import InputError
from bastide.model import Estate
from tests.declare.architectures import MANAGEMENT

FILE = """\
organization: acme
emails: aws+{account}@acme.example
regions: {home: eu-west-1}
ous:
  security:
    accounts: [log-archive, audit]
"""


def declared(text: str, **known: Any) -> Estate:
    declaration = check(parse(text.encode(), "a.yaml"))
    return expand(declaration.architecture, Known(MANAGEMENT, **known), file="a.yaml", places=declaration.place)


def problems(text: str, **known: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(InputError) as caught:
        declared(text, **known)
    return [(one.what, one.where, one.fix) for one in caught.value.problems]


def pattern(emails: str) -> str:
    return FILE.replace("aws+{account}@acme.example", emails)


PATTERN_FIX = "write one such as aws+{account}@example.com"


@pytest.mark.parametrize(
    ("emails", "what", "fix"),
    [
        ("aws+{acount}@acme.example", "unknown placeholder {acount} in emails", "did you mean {account}?"),
        ("aws+{account}", "the pattern 'aws+{account}' of e-mails has no @", PATTERN_FIX),
        ("'{account}@a@b.example'", "the pattern '{account}@a@b.example' of e-mails has more than one @", PATTERN_FIX),
        (
            "'a {account}@b.example'",
            "the pattern 'a {account}@b.example' of e-mails has a part before the @ that AWS does not take",
            PATTERN_FIX,
        ),
        (
            "aws+{account}@-a.example",
            "the pattern 'aws+{account}@-a.example' of e-mails has no domain behind the @ ('-a.example')",
            PATTERN_FIX,
        ),
        (
            "aws+{account}@Ünï.example",
            "the pattern 'aws+{account}@Ünï.example' of e-mails has no domain behind the @ ('Ünï.example')",
            PATTERN_FIX,
        ),
        (
            "aws+{account}@acme",
            "the pattern 'aws+{account}@acme' of e-mails has a domain without a dot",
            PATTERN_FIX,
        ),
        ("aws+{account@a.b", "a brace stands alone in emails: 'aws+{account@a.b'", "write {account}"),
        (
            "aws@acme.example",
            "emails has no {account}, and these accounts have no e-mail of their own: log-archive, audit",
            "an e-mail belongs to one account: write aws+{account}@example.com, or `email:` for each",
        ),
    ],
)
def test_a_wrong_pattern_of_emails_is_told_once(emails: str, what: str, fix: str) -> None:
    assert problems(pattern(emails)) == [(what, "a.yaml:2:1  emails", fix)]


def test_a_pattern_needs_no_account_where_every_account_has_an_email_of_its_own() -> None:
    own = "    accounts: {log-archive: {email: logs@acme.example}, audit: {email: audit@acme.example}}\n"
    assert declared(pattern("aws@acme.example").replace("    accounts: [log-archive, audit]\n", own))


def test_an_email_of_an_account_is_judged_where_it_stands() -> None:
    text = FILE + "  prod:\n    accounts: {shop: {email: shop.acme.example}}\n"
    what, fix = "the e-mail 'shop.acme.example' has no @", "write one such as aws+shop@example.com"
    assert problems(text) == [(what, "a.yaml:8:23  ous.prod.accounts.shop.email", fix)]


def test_an_email_that_a_long_name_makes_too_long_is_told_at_the_account() -> None:
    name = "n" * 50
    ((what, where, fix),) = problems(FILE + f"  prod:\n    accounts: [{name}]\n")
    assert what == f"the e-mail 'aws+{name}@acme.example', made from emails, has 67 characters"
    assert (where, fix) == (f"a.yaml:8:16  ous.prod.accounts.{name}", f"give {name} an `email:` of at most 64")


def test_an_account_whose_name_stands_twice_is_one_problem() -> None:
    text = FILE + "  prod:\n    accounts: [shop]\n  test:\n    accounts: [shop]\n"
    what, fix = "the account name 'shop' stands twice: prod/shop and test/shop", "give one of them another"
    assert problems(text) == [(what, "a.yaml:10:16  ous.test.accounts.shop", fix)]
    within = FILE + "  prod:\n    accounts: [shop, shop]\n"
    what, fix = "the account name 'shop' stands twice here", "keep one of them"
    assert problems(within) == [(what, "a.yaml:8:22  ous.prod.accounts.1", fix)]


@pytest.mark.parametrize(
    ("accounts", "what", "where", "fix"),
    [
        (
            "[1, null]",
            "account names are text, not 1 and null",
            "a.yaml:8:16  ous.prod.accounts.0",
            'quote them ("1"), or remove them',
        ),
        (
            "[shop, [x]]",
            'account names are text, not ["x"]',
            "a.yaml:8:22  ous.prod.accounts.1",
            'quote them ("1"), or remove them',
        ),
        (
            "shop",
            'a list of account names is expected here, not "shop"',
            "a.yaml:8:5  ous.prod.accounts",
            "write accounts: [shop], or leave the key out",
        ),
        (
            "",
            "a list of account names is expected here, not null",
            "a.yaml:8:5  ous.prod.accounts",
            "write accounts: [shop], or leave the key out",
        ),
    ],
)
def test_accounts_that_are_no_names_are_told_in_words(accounts: str, what: str, where: str, fix: str) -> None:
    assert problems(FILE + f"  prod:\n    accounts: {accounts}\n") == [(what, where, fix)]


@pytest.mark.parametrize(
    ("line", "what", "where", "fix"),
    [
        ("network: {cidr: 10.0.0.1/8}", "host bits are set in 10.0.0.1/8", "network.cidr", "did you mean 10.0.0.0/8?"),
        (
            "network: {cidr: 8.0.0.0/8}",
            "8.0.0.0/8 is not a private range: addresses in it belong to others",
            "network.cidr",
            "take a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
        ),
        (
            "network: {cidr: 172.16.0.0/11}",
            "host bits are set in 172.16.0.0/11",
            "network.cidr",
            "did you mean 172.0.0.0/11?",
        ),
        (
            "network: {cidr: 10.0.0.0}",
            "10.0.0.0 is an address, not a range",
            "network.cidr",
            "say how long its prefix is, such as 10.0.0.0/8",
        ),
        (
            "network: {cidr: fd00::/8}",
            '"fd00::/8" is not a range of IPv4 addresses',
            "network.cidr",
            "write one such as 10.0.0.0/8",
        ),
        ("network: {prefix: 15}", "a network of /15 is not possible", "network.prefix", "write 16 to 24"),
        (
            "network: {prefix: 999999999999}",
            "a network of /999999999999 is not possible",
            "network.prefix",
            "write 16 to 24",
        ),
        (
            "network: {prefix: true}",
            "a whole number is expected here, not True",
            "network.prefix",
            "Prefix length of one network (16 to 24).",
        ),
        (
            "network: {availability-zones: 0}",
            "0 availability zones are not possible",
            "network.availability-zones",
            "write 1 to 3",
        ),
        (
            "network: {endpoints: [s3, ecr]}",
            "no AWS service has an endpoint called 'ecr'",
            "network.endpoints.1",
            "did you mean ecr.api or ecr.dkr?",
        ),
        (
            "organization_x: 1",
            "unknown key 'organization_x'",
            "organization_x",
            "did you mean organization?",
        ),
        (
            "tags: {aws:owner: me}",
            "tags that begin with aws: are reserved: 'aws:owner'",
            "tags.aws:owner",
            "take another name",
        ),
        (
            "tags: {Bastide:name: me}",
            "tags that begin with bastide: are reserved: 'Bastide:name'",
            "tags.Bastide:name",
            "take another name",
        ),
        (
            "tags: {owner: me, Owner: you}",
            "the tags 'owner' and 'Owner' differ in case only, which IAM does not tell apart",
            "tags.Owner",
            "keep one of them",
        ),
        (
            "tags: {owner: a<b}",
            "the tag 'owner' has characters that AWS does not take: '<'",
            "tags.owner",
            "write letters, digits, spaces and _.:/=+-@",
        ),
        (f"tags: {{k: {'v' * 257}}}", "the value of the tag 'k' has 257 characters", "tags.k", "write at most 256"),
        (
            f"tags: {{{'k' * 129}: v}}",
            f"the tag's key '{'k' * 59} has 129 characters",
            f"tags.{'k' * 129}",
            "write 1 to 128",
        ),
        (
            "tags: {" + ", ".join(f"k{number}: v" for number in range(41)) + "}",
            "41 tags are too many for one resource",
            "tags",
            "keep 40; AWS takes 50, Bastide adds its own",
        ),
        (
            "contacts: {security: {name: A, email: a.example, phone: '+49 30 1'}}",
            "'a.example' is not an e-mail",
            "contacts.security.email",
            "write one such as security@example.com",
        ),
        (
            "contacts: {billing: {name: A, email: a@b.example, phone: call me}}",
            "'call me' is not a telephone number",
            "contacts.billing.phone",
            "write up to 25 of digits, space, +, -, ( and ), such as '+49 30 1234567'",
        ),
        (
            "contacts: {billing: {name: ' ', email: a@b.example, phone: '1'}}",
            "the contact's name has 0 characters",
            "contacts.billing.name",
            "write 1 to 64",
        ),
        (
            "contacts: {billing: {name: A, email: a@b.example, phone: +4930}}",
            "text (quote it) is expected here, not 4930",
            "contacts.billing.phone",
            "Their telephone, quoted: '+49 30 1234567'.",
        ),
        (
            "identity: {session: 59m}",
            "'59m' is not a length of time that fits here",
            "identity.session",
            "write 1h to 12h",
        ),
        (
            "identity: {admin-session: 13h}",
            "'13h' is not a length of time that fits here",
            "identity.admin-session",
            "write 1h to 12h",
        ),
        ("identity: {groups: ['']}", "the group's name '' has 0 characters", "identity.groups.0", "write 1 to 1024"),
        ("logs: {retain: 101y}", "'101y' is not a length of time that fits here", "logs.retain", "write 90d or 7y"),
        ("logs: {retain: 12h}", "'12h' is not a length of time that fits here", "logs.retain", "write 90d or 7y"),
    ],
)
def test_a_wrong_value_is_told_with_its_place_and_a_fix(line: str, what: str, where: str, fix: str) -> None:
    ((said, place, told),) = [one for one in problems(FILE + line + "\n") if "missing" not in one[0]]
    assert (said, place.split("  ")[1], told) == (what, where, fix)
    assert place.startswith("a.yaml:7:")


@pytest.mark.parametrize(
    ("regions", "what", "where", "fix"),
    [
        (
            "{home: eu-west-1, allowed: [eu-central-1]}",
            "the home region eu-west-1 is not among the allowed ones: eu-central-1",
            "a.yaml:3:28  regions.allowed",
            "add eu-west-1 to regions.allowed, or take one of these as regions.home",
        ),
        (
            "{home: moon}",
            "there is no region 'moon' in partition aws",
            "a.yaml:3:11  regions.home",
            "known: af-south-1, ap-east-1, ap-east-2, ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, "
            "ap-south-2, ap-southeast-1, ap-southeast-2, ap-southeast-3, ap-southeast-4, …",
        ),
    ],
)
def test_regions_are_judged(regions: str, what: str, where: str, fix: str) -> None:
    assert problems(FILE.replace("{home: eu-west-1}", regions)) == [(what, where, fix)]


def test_a_list_with_other_things_than_text_says_what_belongs_there() -> None:
    found = problems(FILE.replace("{home: eu-west-1}", "{home: eu-west-1, allowed: [1, true, null]}"))
    does = (
        "Regions in which anything may be created; the home region must be one of them. Empty: the home region alone."
    )
    assert [(what, fix) for what, _, fix in found] == [
        ("text (quote it) is expected here, not 1", does),
        ("text (quote it) is expected here, not True", does),
        ("text (quote it) is expected here, not None", does),
    ]


@pytest.mark.parametrize("name", ["Acme", "a", "-acme", "acme-", "a.b", "Ünï", "a" * 31])
def test_an_organization_whose_buckets_could_have_no_name_is_refused(name: str) -> None:
    what, fix = (
        f"the name {name!r} cannot be a part of bucket names",
        "2 to 30 of a–z, 0–9 and hyphen, beginning with a letter",
    )
    assert problems(FILE.replace("acme\n", f"'{name}'\n", 1)) == [(what, "a.yaml:1:1  organization", fix)]


def test_an_organization_may_not_begin_as_buckets_of_aws_do() -> None:
    what = "the name 'sthree-x' begins with sthree-, which S3 keeps for itself in bucket names"
    found = problems(FILE.replace("acme\n", "sthree-x\n", 1))
    assert found == [(what, "a.yaml:1:1  organization", "take another beginning")]


def test_bucket_names_of_the_longest_organization_fit() -> None:
    estate = declared(FILE.replace("acme\n", "a" * 30 + "\n", 1))
    assert all(3 <= len(bucket.id) <= 63 for bucket in estate.of_type("AWS::S3::Bucket"))


@pytest.mark.parametrize(
    ("unit", "what", "fix"),
    [
        ("u" * 129, f"the unit's name '{'u' * 59} has 129 characters", "write 1 to 128"),
        (
            "a/b",
            "'a/b' cannot be a unit's name: a slash parts the units of a path",
            "write it without / and without control characters",
        ),
        ("''", "the unit's name '' has 0 characters", "write 1 to 128"),
    ],
)
def test_a_unit_that_can_have_no_such_name_is_refused(unit: str, what: str, fix: str) -> None:
    found = problems(FILE + f"  {unit}: {{}}\n")
    assert [(said, told) for said, _, told in found] == [(what, fix)]


@pytest.mark.parametrize("name", ["-shop", "my shop", "n" * 51])
def test_an_account_that_can_have_no_such_name_is_refused(name: str) -> None:
    found = problems(FILE + f"  prod:\n    accounts: ['{name}']\n")
    what, fix = f"{name!r} cannot be an account's name", "1 to 50 of letters, digits, dot, hyphen and underscore"
    assert found[0] == (what, f"a.yaml:8:16  ous.prod.accounts.{name}", fix)


def test_endpoints_are_named_as_privatelink_names_them() -> None:
    assert {*GATEWAYS, "ecr.api", "kms-fips", "bedrock-runtime"} <= SERVICES
    assert nearest_service("com.amazonaws.eu-west-1.ssm") == "did you mean ssm?"
    assert nearest_service("secretmanager") == "did you mean secretsmanager?"
    assert nearest_service("CloudWatch") == "did you mean monitoring or logs?"
    assert "describe-vpc-endpoint-services" in nearest_service("zzzz")
