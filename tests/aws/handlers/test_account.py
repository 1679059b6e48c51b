"""Handlers of account management on the sandbox."""

from bastide.aws.handlers.account import AlternateContact
from bastide.model import GLOBAL
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, keeps_its_contract

SECURITY = {
    "AlternateContactType": "SECURITY",
    "Name": "Security",
    "Title": "Team",
    "EmailAddress": "security@acme.example",
    "PhoneNumber": "+4411111111",
}


def test_it_keeps_its_contract(connection: Connect) -> None:
    changed = {"EmailAddress": "soc@acme.example", "Title": "SOC"}
    keeps_its_contract(Case(AlternateContact, lambda at: SECURITY, changed), connection(region=GLOBAL))


def test_each_of_the_three_kinds_is_listed_that_is_set(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    for kind in ("SECURITY", "BILLING"):
        AlternateContact().create(at, SECURITY | {"AlternateContactType": kind})
    assert [found.id for found in AlternateContact().list(at)] == ["BILLING", "SECURITY"]
