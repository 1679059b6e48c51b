"""``bastide prove --confirm``: what a real call confirms, refutes, or leaves open."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bastide.iam.parse import parse_policy
from bastide.prove.proof import Proof, nobody_can
from bastide.prove.symbolic import Question, pinned, rules
from bastide.prove.symbolic.actions import Actions
from bastide.prove.symbolic.callers import anonymous, identities, service
from bastide.prove.symbolic.constraint import RESOURCE, within
from bastide.sandbox import Sandbox
from bastide.show.cli.main import run
from bastide.show.confirming import CONFIRMED, NOT_REPLAYED, REFUTED, Replay, Trial

ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# The exemption is meant for role/pipeline/*, and whoever may name a role gets it.
WEAK = {
    "Effect": "Deny", "Action": ["cloudtrail:StopLogging", "sqs:DeleteQueue"], "Resource": "*",
    "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*pipeline*"}},
}  # fmt: skip


class Member:
    """A member account under one service control policy."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.organizations = sandbox.session().client("organizations")
        self.organization = self.organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        root = self.organizations.list_roots()["Roots"][0]["Id"]
        self.organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        made = self.organizations.create_account(AccountName="work", Email="work@acme.example")["CreateAccountStatus"]
        self.account = self.organizations.describe_create_account_status(CreateAccountRequestId=made["Id"])[
            "CreateAccountStatus"
        ]["AccountId"]
        self.attach(WEAK)

    def attach(self, statement: dict[str, Any]) -> None:
        kind = "SERVICE_CONTROL_POLICY"
        number = len(self.organizations.list_policies(Filter=kind)["Policies"])
        text = json.dumps({"Version": "2012-10-17", "Statement": statement})
        policy = self.organizations.create_policy(Content=text, Name=f"p{number}", Description="p", Type=kind)
        self.organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=self.account)

    def asked(self, *actions: str, callers: Any = None, denies: Any = (WEAK,), given: Any = ()) -> Proof:
        """Nobody in the account can do it, by these denies: with a counterexample."""
        document = parse_policy({"Version": "2012-10-17", "Statement": [ALLOW, *denies]})
        every = rules(document)
        who = callers or identities(self.account, organization=self.organization)
        allows = (tuple(one for one in every if one.allows),)
        shut = tuple(one for one in every if not one.allows)
        return nobody_can(Question(allows, shut, (*who.tests, *given), Actions(actions)))

    def tried(self, proof: Proof) -> Replay:
        return Trial(self.sandbox, {}).replay(proof, proof.examples[0], proof.questions[0])


@pytest.fixture(scope="module")
def member() -> Iterator[Member]:
    sandbox = Sandbox()
    yield Member(sandbox)
    sandbox.close()


def test_a_guardrail_with_too_wide_an_exemption_is_passed_by_a_call_that_really_stops_the_trail(member: Member) -> None:
    found = member.tried(member.asked("cloudtrail:StopLogging"))
    assert (found.status, found.answer, found.call) == (CONFIRMED, "succeeded", "cloudtrail:StopLogging")
    assert "pipeline" in found.why
    region, name = found.resource.split(":")[3], found.resource.rpartition("/")[2]
    status = member.sandbox.session(member.account, region).client("cloudtrail").get_trail_status(Name=name)
    assert status["IsLogging"] is False


@pytest.mark.parametrize(
    "action",
    ["s3:GetObject", "s3:PutObject", "kms:Decrypt", "sqs:DeleteQueue", "iam:DeleteUser", "iam:CreateGroup",
     "ssm:PutParameter", "secretsmanager:GetSecretValue", "dynamodb:DeleteTable", "sts:AssumeRole",
     "ec2:CreateInternetGateway", "logs:DeleteLogGroup", "sns:Publish"],
)  # fmt: skip
def test_what_nothing_forbids_is_confirmed_by_a_call(member: Member, action: str) -> None:
    found = member.tried(member.asked(action))
    assert found.status == CONFIRMED, found
    assert found.answer == "succeeded", found


def test_keys_of_the_counterexample_travel_with_the_call(member: Member) -> None:
    given = (pinned("aws:sourceip", "198.51.100.7"), pinned("aws:requestedregion", "eu-west-1"))
    found = member.tried(member.asked("sqs:CreateQueue", given=given))
    assert (found.status, found.answer) == (CONFIRMED, "succeeded")
    assert member.sandbox.session(member.account, "eu-west-1").client("sqs").list_queues()["QueueUrls"]


def test_a_call_that_the_sandbox_denies_refutes_what_the_engine_believes(member: Member) -> None:
    member.attach({"Effect": "Deny", "Action": "sqs:PurgeQueue", "Resource": "*"})
    found = member.tried(member.asked("sqs:PurgeQueue"))  # the question does not know of that deny
    assert found.status == REFUTED
    assert "refused by scp" in found.why


def test_what_no_call_can_be_is_not_replayed_and_says_why(member: Member) -> None:
    by_service = member.tried(member.asked("s3:GetObject", callers=service("backup.amazonaws.com")))
    assert by_service.status == NOT_REPLAYED and "nobody signs as it" in by_service.why
    by_nobody = member.tried(member.asked("sqs:SendMessage", callers=anonymous()))
    assert by_nobody.status == NOT_REPLAYED and "without credentials" in by_nobody.why
    unknown = member.tried(member.asked("gamelift:DeleteFleet"))
    assert unknown.status == NOT_REPLAYED and "no call of the sandbox's" in unknown.why


def test_what_a_bucket_opens_to_everybody_is_tried_without_credentials(member: Member) -> None:
    s3 = member.sandbox.session(member.account).client("s3")
    s3.create_bucket(Bucket="open-to-all")
    s3.put_object(Bucket="open-to-all", Key="k", Body=b"x")
    s3.delete_public_access_block(Bucket="open-to-all")
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::open-to-all/*",
    }
    s3.put_bucket_policy(Bucket="open-to-all", Policy=json.dumps({"Version": "2012-10-17", "Statement": everybody}))
    given = (within(RESOURCE, "arn:aws:s3:::open-to-all/k"),)
    found = member.tried(member.asked("s3:GetObject", callers=anonymous(), denies=(), given=given))
    assert (found.status, found.answer) == (CONFIRMED, "succeeded"), found


def test_a_call_about_something_else_confirms_nothing(member: Member) -> None:
    # The sandbox's administrator has MFA nowhere: the call itself says when the session was made.
    bound = (pinned("aws:requestedregion", "us-gov-west-1"), within(RESOURCE, "arn:aws:sqs:eu-west-1:*:elsewhere"))
    found = member.tried(member.asked("sqs:DeleteQueue", given=bound))
    assert found.status == NOT_REPLAYED


ARCHITECTURE = """
organization: acme
emails: aws+{account}@acme.example
regions: {home: eu-west-1, allowed: [eu-west-1]}
guardrails:
  default: relaxed
  cloudtrail-protect: {exempt: ["arn:*:iam::*:role/bastide*", "arn:*:iam::*:role/OrganizationAccountAccessRole"]}
ous:
  security: {accounts: [log-archive, audit]}
"""


@pytest.mark.slow
def test_the_command_deploys_the_file_and_tries_its_counterexamples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "architecture.yaml"
    file.write_text(ARCHITECTURE)
    assert run(["prove", str(file), "--confirm", "--only", "cloudtrail-protect", "-o", "json"]) == 1
    (proof,) = json.loads(capsys.readouterr().out)["proofs"]
    assert proof["status"] == "COUNTEREXAMPLE"
    assert {one["status"] for one in proof["replays"]} == {"confirmed"}
    assert len(proof["replays"]) == len(proof["examples"])
    assert "role/bastide-deployer called cloudtrail:DeleteTrail" in proof["replays"][0]["why"]
    assert not (tmp_path / ".bastide").exists()


def test_without_a_counterexample_nothing_is_deployed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "architecture.yaml"
    file.write_text(ARCHITECTURE)
    assert run(["prove", str(file), "--confirm", "--only", "leave-organization"]) == 0
    assert "no counterexample to try" in capsys.readouterr().out
    assert run(["prove", str(file), "--confirm", "--target", "sandbox"]) == 2
    assert "leave --target out" in capsys.readouterr().err
