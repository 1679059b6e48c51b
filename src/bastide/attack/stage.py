"""Where attacks play: the accounts, and everybody who acts in them with a session of their own.

One idea: a technique says *as whom* it calls, and every call of an attacker is noted with its request id, so that the
audit log can be asked for exactly that call. It opens sessions through a function that it is given.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
MEMBER_ROLE = "OrganizationAccountAccessRole"


@dataclass(frozen=True, slots=True)
class Made:
    """One call that was answered. ``error`` is AWS's code, empty when there was none."""

    account: str
    region: str
    service: str
    operation: str
    request_id: str
    error: str = ""


@dataclass
class Actor:
    """Somebody who acts in an account: a boto3 session, its clients, and the calls that it made."""

    session: Any
    account: str
    region: str
    calls: list[Made] = field(default_factory=list)
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note every answer from now on."""
        self.session.events.register("after-call", self._note)

    def client(self, service: str, region: str = "") -> Any:
        """A client of ``service`` in the home region, or in the one named."""
        place = (service, region or self.region)
        if place not in self._clients:
            self._clients[place] = self.session.client(service, region_name=place[1])
        return self._clients[place]

    def _note(self, model: Any, parsed: Mapping[str, Any], context: Mapping[str, Any], **_: Any) -> None:
        said = parsed.get("ResponseMetadata", {})
        self.calls.append(
            Made(
                self.account,
                str(context.get("client_region") or self.region),
                str(model.service_model.service_name),
                str(model.name),
                # moto: EC2's answers all say the same id in their bodies; the header is what the audit log has.
                str(said.get("HTTPHeaders", {}).get("x-amzn-requestid") or said.get("RequestId", "")),
                str(parsed.get("Error", {}).get("Code", "")),
            )
        )


# Keys as boto3 names them → a session that signs with them, in a region.
Open = Callable[[dict[str, str], str], Any]


class Stage:
    """The organization as attackers and owners find it. One stage serves many techniques, one at a time."""

    def __init__(
        self,
        open_session: Open,
        management: Any,
        accounts: Mapping[str, str],
        *,
        victim: str,
        neighbour: str,
        home: str,
        elsewhere: str,
    ) -> None:
        """A stage in which the account named ``victim`` was broken into; ``neighbour`` is another member.

        ``accounts``: digits by name, with ``management``, ``log-archive`` and ``audit`` under these names and
        ``outsider`` for one outside the organization. ``management``: a session of the management account's
        administrator. ``home``: the region of work; ``elsewhere``: one that nobody uses.
        """
        self.accounts = accounts
        self.victim = accounts[victim]
        self.neighbour = accounts[neighbour]
        self.outsider = accounts["outsider"]
        self.home = home
        self.elsewhere = elsewhere
        self._open = open_session
        self._numbers = 0
        self._technique = "attack"
        self._owners: dict[str, Actor] = {accounts["management"]: Actor(management, accounts["management"], home)}
        self._attackers: list[Actor] = []
        self._administrators: dict[str, Actor] = {}

    # ── who acts ────────────────────────────────────────────────────────────────────────────────────────────────────

    def begin(self, technique: str) -> None:
        """The next technique: attackers enter anew, under its name."""
        self._technique = technique
        self._attackers = []
        self._administrators = {}

    @property
    def calls(self) -> tuple[Made, ...]:
        """What attackers called since ``begin``."""
        return tuple(call for actor in self._attackers for call in actor.calls)

    def owner(self, account: str = "") -> Actor:
        """Who owns an account (the victim's when none is named) and prepares it: AWS's own role in members."""
        account = account or self.victim
        if account not in self._owners:
            role = f"arn:aws:iam::{account}:role/{MEMBER_ROLE}"
            self._owners[account] = self._assumed(self._owners[self.accounts["management"]], role, "owner")
        return self._owners[account]

    def attacker(self, account: str = "") -> Actor:
        """A compromised administrator of an account (the victim's when none is named): only guardrails bind it."""
        account = account or self.victim
        if account not in self._administrators:
            role = self._administrator_role(account)
            self._administrators[account] = self.entered(role)
        return self._administrators[account]

    def entered(self, role_arn: str, by: Actor | None = None) -> Actor:
        """A compromised session of a role, which ``by`` (the account's owner when left out) took."""
        actor = self._assumed(by or self.owner(role_arn.split(":")[4]), role_arn, self._technique)
        self._attackers.append(actor)
        return actor

    def signed_in(self, keys: Mapping[str, Any]) -> Actor:
        """Who holds keys of the victim's account, as CreateAccessKey or STS answers them."""
        actor = Actor(self._open(_for_boto3(keys), self.home), self.victim, self.home)
        self._attackers.append(actor)
        return actor

    def stranger(self) -> Actor:
        """An administrator of the account outside the organization; its calls count as the attack's."""
        actor = self.owner(self.outsider)
        if actor not in self._attackers:
            actor.calls.clear()
            self._attackers.append(actor)
        return actor

    def _assumed(self, by: Actor, role_arn: str, session_name: str) -> Actor:
        made = by.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=session_name[:64])["Credentials"]
        return Actor(self._open(_for_boto3(made), self.home), role_arn.split(":")[4], self.home)

    # ── what techniques need again and again ────────────────────────────────────────────────────────────────────────

    def name(self, stem: str) -> str:
        """A name that no other technique has used."""
        self._numbers += 1
        return f"{stem}-{self._numbers}"

    def role(self, stem: str, *, trusts: Mapping[str, Any] | None = None, allows: Any = None, account: str = "") -> str:
        """ARN of a new role made by the account's owner; by default the account itself is trusted.

        ``allows``: actions of an inline policy on everything; None attaches AdministratorAccess.
        """
        account = account or self.victim
        iam, name = self.owner(account).client("iam"), self.name(stem)
        trust = trusts or {"AWS": f"arn:aws:iam::{account}:root"}
        document = {"Effect": "Allow", "Principal": trust, "Action": "sts:AssumeRole"}
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(document))["Role"]
        if allows is None:
            iam.attach_role_policy(RoleName=name, PolicyArn=ADMINISTRATOR)
        else:
            allowed = policy({"Effect": "Allow", "Action": allows, "Resource": "*"})
            iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=allowed)
        return str(made["Arn"])

    def drop_role(self, arn: str) -> None:
        """Delete a role with all its policies."""
        iam, name = self.owner(arn.split(":")[4]).client("iam"), arn.rpartition("/")[2]
        for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
        for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=inline)
        iam.delete_role(RoleName=name)

    def bucket(self, stem: str, *, account: str = "") -> str:
        """A new bucket in the home region with one object, ``customers.csv``."""
        s3, name = self.owner(account).client("s3"), f"{self.name(stem)}-{account or self.victim}"
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": self.home})
        s3.put_object(Bucket=name, Key="customers.csv", Body=b"name,card\n")
        return name

    def drop_bucket(self, name: str, *, account: str = "") -> None:
        """Delete a bucket with all that it holds."""
        s3 = self.owner(account).client("s3")
        found = s3.list_object_versions(Bucket=name)
        for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
            s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])
        s3.delete_bucket(Bucket=name)

    def _administrator_role(self, account: str) -> str:
        """The role that was compromised: made once in an account, as its own team would have made it."""
        arn = f"arn:aws:iam::{account}:role/team-administrator"
        iam = self.owner(account).client("iam")
        if not any(role["Arn"] == arn for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]):
            document = {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": "sts:AssumeRole",
            }
            iam.create_role(RoleName="team-administrator", AssumeRolePolicyDocument=policy(document))
            iam.attach_role_policy(RoleName="team-administrator", PolicyArn=ADMINISTRATOR)
        return arn


def _for_boto3(keys: Mapping[str, Any]) -> dict[str, str]:
    found = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
    return found | ({"aws_session_token": keys["SessionToken"]} if "SessionToken" in keys else {})


def policy(*statements: Mapping[str, Any]) -> str:
    """A policy document of these statements, as text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
