"""IAM customer managed policies. Who they are attached to is said by the roles, users and groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import NOT_ASKED, Connection, Found, Handler, Lister, ask, error_code, pages, tag_list
from bastide.aws.handlers.iam_principals import GONE, details, write_tags
from bastide.aws.shape import (
    actions,
    arn_of,
    before_and_after,
    member,
    parse_document,
    pick,
    present,
    render_document,
    tags_of,
    touched,
)
from bastide.aws.waiting import quietly
from bastide.model import Change, Properties, Scope, Unknown, Value

DESCRIBED = frozenset({"Description", "Tags"})  # what the bulk answer lacks
HOLDERS = (
    ("Users", "UserDetailList", "UserName"),
    ("Groups", "GroupDetailList", "GroupName"),
    ("Roles", "RoleDetailList", "RoleName"),
)
VERSIONS = 5  # Source: AWS IAM User Guide, "IAM and AWS STS quotas": versions of a managed policy that can be stored


class ManagedPolicy(Handler):
    """AWS::IAM::ManagedPolicy, identified by its ARN. Create-only: ManagedPolicyName, Path, Description.

    An update makes a new default version; of five the oldest that is not the default goes. AWS deletes none that is
    attached. ``AttachmentCount`` is observed; so are Users, Groups and Roles, which the list tells. The bulk answer
    lacks description and tags: one call a policy adds them.
    """

    type = "AWS::IAM::ManagedPolicy"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ("ManagedPolicyName",)
    actions = actions(
        read=("iam:GetPolicy", "iam:GetPolicyVersion"),
        list=("iam:GetAccountAuthorizationDetails", "iam:GetPolicy"),
        write=(
            "iam:CreatePolicy",
            "iam:CreatePolicyVersion",
            "iam:DeletePolicyVersion",
            "iam:ListPolicyVersions",
            "iam:TagPolicy",
            "iam:UntagPolicy",
        ),
        delete=("iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:ListPolicyVersions"),
    )

    def __init__(self, described: bool = True) -> None:
        """``described``: with description and tags."""
        self._described = described

    def narrowed(self, properties: Collection[str] | None) -> Lister:
        """Without the call a policy where nobody reads description or tags; these are then Unknown."""
        described = properties is None or not DESCRIBED.isdisjoint(path.split(".", 1)[0] for path in properties)
        return ManagedPolicy(described)

    def list(self, at: Connection) -> Iterable[Found]:
        iam = at.client("iam")
        for policy in details(at)["Policies"]:
            versions = policy["PolicyVersionList"]
            document = next((item["Document"] for item in versions if item["IsDefaultVersion"]), None)
            told = member(ask(iam.get_policy, PolicyArn=policy["Arn"]), "Policy") if self._described else NOT_ASKED
            found = _found(policy, document, told)
            yield found._replace(properties={**found.properties, **_holders(details(at), policy["Arn"])})

    def read(self, at: Connection, id: str) -> Found | None:
        iam = at.client("iam")
        policy = member(quietly(iam.get_policy, *GONE, PolicyArn=id), "Policy")
        if policy is None:
            return None
        version = ask(iam.get_policy_version, PolicyArn=id, VersionId=policy["DefaultVersionId"])
        return _found(policy, member(version, "PolicyVersion", "Document"), policy)

    def create(self, at: Connection, properties: Properties) -> str:
        iam, name = at.client("iam"), str(properties["ManagedPolicyName"])
        document = render_document(properties["PolicyDocument"])
        request = pick(properties, "Path", "Description") | present(Tags=tags_of(properties) or None)
        try:
            return str(iam.create_policy(PolicyName=name, PolicyDocument=document, **request)["Policy"]["Arn"])
        except ClientError as error:
            if error_code(error) != "EntityAlreadyExists":
                raise
        arn = arn_of(at, "iam", f"policy{properties.get('Path', '/')}{name}", region="")
        existing = self.read(at, arn)
        before = existing.properties if existing else {}
        if before.get("PolicyDocument") != parse_document(document):
            _new_version(iam, arn, document)
        write_tags(iam, "policy", {"PolicyArn": arn}, before.get("Tags"), properties.get("Tags") or [])
        return arn

    def update(self, at: Connection, id: str, change: Change) -> None:
        iam = at.client("iam")
        if "PolicyDocument" in touched(change):
            _new_version(iam, id, render_document((change.after or {})["PolicyDocument"]))
        if "Tags" in touched(change):
            write_tags(iam, "policy", {"PolicyArn": id}, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        iam = at.client("iam")
        if quietly(iam.get_policy, *GONE, PolicyArn=id) is None:
            return
        for version in pages(iam, "list_policy_versions", "Versions", PolicyArn=id):
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=id, VersionId=version["VersionId"])
        quietly(iam.delete_policy, *GONE, PolicyArn=id)


def _found(policy: Mapping[str, Any], document: Value, told: Value) -> Found:
    # moto: the bulk answer lacks the name, which is the ARN's end.
    name = policy.get("PolicyName") or policy["Arn"].rpartition("/")[2]
    properties = {"ManagedPolicyName": name, "PolicyArn": policy["Arn"], "Path": policy["Path"]}
    properties |= present(
        PolicyDocument=parse_document(document),
        Description=member(told, "Description") or None if not isinstance(told, Unknown) else told,
        AttachmentCount=policy.get("AttachmentCount"),
        Tags=told if isinstance(told, Unknown) else tag_list(member(told, "Tags")),
    )
    return Found(policy["Arn"], properties, policy["Arn"])


def _holders(everything: Mapping[str, Any], arn: str) -> dict[str, Value]:
    """Names of the users, groups and roles that a policy is attached to; only where there are some."""
    found = {
        kind: sorted(
            one[name]
            for one in everything.get(told, ())
            if any(item["PolicyArn"] == arn for item in one.get("AttachedManagedPolicies", ()))
        )
        for kind, told, name in HOLDERS
    }
    return {kind: names for kind, names in found.items() if names}


def _new_version(iam: Any, arn: str, document: str) -> None:
    versions = list(pages(iam, "list_policy_versions", "Versions", PolicyArn=arn))
    spare = sorted((item for item in versions if not item["IsDefaultVersion"]), key=lambda item: item["CreateDate"])
    if len(versions) >= VERSIONS:
        iam.delete_policy_version(PolicyArn=arn, VersionId=spare[0]["VersionId"])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
