"""What a new SCP would take away, which denies do nothing, and that packing keeps the meaning."""

from __future__ import annotations

from typing import Any

from bastide.iam.parse import parse_policy
from bastide.model import Account, Estate, Organization, OrganizationPolicy, Resource
from bastide.prove.claims import example_parameters
from bastide.prove.guardrail import SCP, all_guardrails
from bastide.prove.invariants_estate import Policies
from bastide.prove.packing import pack
from bastide.prove.render import render
from bastide.prove.symbolic import Example
from bastide.prove.what_if import grants, redundant, same_meaning, what_if

ROOT, MANAGEMENT, OWN = "r-abcd", "100000000000", "100000000001"
ROLE = f"arn:aws:iam::{OWN}:role/app"


def policy(*statements: dict[str, Any]) -> Any:
    return parse_policy({"Version": "2012-10-17", "Statement": list(statements)})


def deny(*actions: str, **rest: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": list(actions), "Resource": "*", **rest}


def estate(*attached: dict[str, Any], managed: tuple[str, ...] = ()) -> Policies:
    full = OrganizationPolicy(
        "p-1", "Full", SCP, policy({"Effect": "Allow", "Action": "*", "Resource": "*"}), (ROOT, OWN)
    )
    own = tuple(
        OrganizationPolicy(f"p-{index}", f"scp-{index}", SCP, policy(one), (ROOT,))
        for index, one in enumerate(attached, 2)
    )
    accounts = (Account(MANAGEMENT, "m", parent_id=ROOT), Account(OWN, "own", parent_id=ROOT))
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    properties = {"Policies": [{"PolicyName": "own", "PolicyDocument": document}], "ManagedPolicyArns": list(managed)}
    role = Resource("AWS::IAM::Role", OWN, "global", "app", properties, ROLE)
    return Policies(Estate((role,), Organization("o-abc1234567", ROOT, MANAGEMENT, accounts, (), (full, *own))))


def test_a_granted_permission_that_the_new_policy_denies_is_lost() -> None:
    (loss,) = what_if(estate(), policy(deny("s3:DeleteBucket", "ec2:RunInstances")), [OWN])
    assert (loss.principal, loss.actions) == (ROLE, ("s3:DeleteBucket",))
    assert loss.example is not None and loss.example.action == "s3:DeleteBucket"


def test_what_was_never_granted_or_is_denied_already_is_no_loss() -> None:
    assert what_if(estate(), policy(deny("ec2:RunInstances")), [OWN]) == []
    assert what_if(estate(deny("s3:Delete*")), policy(deny("s3:DeleteBucket")), [OWN]) == []


def test_with_a_list_of_used_actions_only_these_count() -> None:
    new = policy(deny("s3:DeleteBucket"))
    assert what_if(estate(), new, [OWN], {ROLE: ["s3:GetObject"]}) == []
    assert what_if(estate(), new, [OWN], {}) == []
    assert [loss.actions for loss in what_if(estate(), new, [OWN], {ROLE: ["s3:DeleteBucket"]})] == [
        ("s3:DeleteBucket",)
    ]


def test_a_managed_policy_that_is_not_in_the_estate_is_named() -> None:
    (one,) = grants(estate(managed=("arn:aws:iam::aws:policy/ReadOnlyAccess",)), OWN)
    assert one.unread == ("arn:aws:iam::aws:policy/ReadOnlyAccess",)


def test_a_deny_that_others_cover_together_is_redundant() -> None:
    bare = deny("s3:PutBucketAcl")
    by_region = [
        deny("s3:Put*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
        deny("s3:Put*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}),
    ]
    found = redundant(estate(*by_region, bare), OWN)
    assert [(one.statement.split()[0], len(one.by)) for one in found] == [("scp-4", 2)]
    assert redundant(estate(by_region[0], bare), OWN) == []


def test_packing_the_whole_library_changes_no_meaning() -> None:
    library = {name: render(one, example_parameters(one)) for name, one in all_guardrails().items() if one.kind == SCP}
    packed = pack(library, SCP, name="all")
    before = [statement for statements in library.values() for statement in statements]
    after = [statement for one in packed for statement in one.document.statements]
    assert same_meaning(before, after) is None
    assert isinstance(same_meaning(before[:-1], before), Example) or same_meaning(before[:-1], before) is None
