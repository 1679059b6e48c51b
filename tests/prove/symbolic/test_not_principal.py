"""NotPrincipal as alternatives of tests says the same of every caller as the definition."""

from itertools import combinations, product

import pytest

from bastide.iam.decide import matches
from bastide.iam.request import Principal, Request
from bastide.model import PolicyDocument, Statement
from bastide.prove.difference import RESOURCE, difference
from bastide.prove.symbolic import Rule

A, B = "111122223333", "444455556666"
ROLE, USER, SESSION = f"arn:aws:iam::{A}:role/x", f"arn:aws:iam::{A}:user/u", f"arn:aws:sts::{A}:assumed-role/x/s"
NAMES = (A, f"arn:aws:iam::{A}:root", ROLE, USER, SESSION, B, f"arn:aws:iam::{B}:role/x")
CALLERS = (
    Principal(f"arn:aws:iam::{A}:root"), Principal(ROLE), Principal(f"{ROLE}y"), Principal(USER),
    Principal(ROLE, session=SESSION), Principal(ROLE, session=f"{SESSION}2"), Principal(f"arn:aws:iam::{B}:role/x"),
    Principal(), Principal(service="ec2.amazonaws.com"), Principal(service="s3.amazonaws.com"),
    Principal(federated="provider"),
)  # fmt: skip


def keys_of(caller: Principal) -> dict[str, tuple[str, ...]]:
    pseudo = {"@session": caller.session, "@service": caller.service, "@federated": caller.federated}
    return caller.keys() | {key: (value,) for key, value in pseudo.items() if value}


@pytest.mark.parametrize("effect", ["Deny", "Allow"])
@pytest.mark.parametrize(("service", "provider"), [*product((False, True), repeat=2)])
def test_every_list_of_names_leaves_out_the_same_callers(effect: str, service: bool, provider: bool) -> None:
    for names in (some for size in range(4) for some in combinations(NAMES, size)):
        listed = {"AWS": names} if names else {}
        listed |= {"Service": ("ec2.amazonaws.com",)} if service else {}
        listed |= {"Federated": ("provider",)} if provider else {}
        statement = Statement(effect, not_principal=listed, action=("*",), resource=("*",))
        alternatives = Rule(statement).alternatives()
        for caller in CALLERS if listed else ():
            keys = keys_of(caller)
            symbolic = any(all(test.holds(keys.get(test.key, ())) for test in one) for one in alternatives)
            assert symbolic == matches(statement, Request(caller, "s3:GetObject")), (listed, caller)


def test_an_account_more_in_a_not_principal_spares_its_root_user_only() -> None:
    def policy(*accounts: str) -> PolicyDocument:
        everybody = Statement("Allow", principal={"*": ("*",)}, action=("s3:GetObject",), resource=("*",))
        others = Statement("Deny", not_principal={"AWS": accounts}, action=("s3:*",), resource=("*",))
        return PolicyDocument((everybody, others))

    found = difference([[policy(A)]], [[policy(A, B)]], RESOURCE)
    assert [dict(one.keys)["aws:principalarn"] for one in found.more] == [(f"arn:aws:iam::{B}:root",)]
    assert not found.less and not found.undecided
