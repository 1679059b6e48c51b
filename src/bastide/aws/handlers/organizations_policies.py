"""AWS Organizations: policies of all types and what they are attached to. What they mean is told by ``iam``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from bastide.aws.differences import desired, missing
from bastide.aws.handler import Connection, Found, error_code
from bastide.aws.handlers.organizations import (
    NO_ORGANIZATION,
    OrganizationsHandler,
    known_roots,
    listed,
    policy_types,
    tags_of,
)
from bastide.aws.shape import parse_document, render_document, touched
from bastide.aws.waiting import quietly, shown
from bastide.model import Change, Properties


class Policy(OrganizationsHandler):
    """AWS::Organizations::Policy: a customer's policy of any type, with what it is attached to (TargetIds, sorted).

    Create-only: Type. Policies that AWS manages are not listed. New targets are attached before old ones are detached:
    a node must always have one service control policy. Content is written minified, as whitespace counts for the quota.
    Source: AWS Organizations API Reference, CreatePolicy, AttachPolicy; User Guide, "Quotas for AWS Organizations".
    """

    type = "AWS::Organizations::Policy"
    late = True  # a failed account must not leave the organization without its guardrails
    identified_by = ("Type", "Name")
    actions: ClassVar = {
        "list": (
            "organizations:ListRoots",
            "organizations:DescribePolicy",
            "organizations:ListTargetsForPolicy",
            "organizations:ListTagsForResource",
        ),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        for policy_type in policy_types(known_roots(at)):
            for summary in listed(at, "list_policies", "Policies", Filter=policy_type):
                if not summary["AwsManaged"]:
                    found = self.read(at, summary["Id"])
                    if found is not None:
                        yield found

    def read(self, at: Connection, id: str) -> Found | None:
        client = at.client("organizations")
        policy = quietly(client.describe_policy, "PolicyNotFoundException", NO_ORGANIZATION, PolicyId=id)
        if policy is None:
            return None
        summary = policy["Policy"]["PolicySummary"]
        properties = {
            "Id": id,
            "Arn": summary["Arn"],
            "Name": summary["Name"],
            "Type": summary["Type"],
            "Description": summary.get("Description", ""),
            "Content": parse_document(policy["Policy"]["Content"]),
            "TargetIds": self._targets(at, id),
            "Tags": tags_of(at, id),
        }
        return Found(id, properties, summary["Arn"])

    def _targets(self, at: Connection, id: str) -> Sequence[str]:
        return sorted(target["TargetId"] for target in listed(at, "list_targets_for_policy", "Targets", PolicyId=id))

    def create(self, at: Connection, properties: Properties) -> str:
        client = at.client("organizations")
        given = {
            "Name": properties["Name"],
            "Type": properties["Type"],
            "Description": properties.get("Description", ""),
            "Content": render_document(properties["Content"]),
        } | ({"Tags": properties["Tags"]} if properties.get("Tags") else {})
        made = self.write(client.create_policy, "DuplicatePolicyException", **given)
        if made is None:
            return self._adopt(at, properties)
        id = str(made["Policy"]["PolicySummary"]["Id"])
        self._retarget(at, id, [], properties.get("TargetIds"))
        return id

    def _adopt(self, at: Connection, properties: Properties) -> str:
        summaries = listed(at, "list_policies", "Policies", Filter=properties["Type"])
        found = (str(summary["Id"]) for summary in summaries if summary["Name"] == properties["Name"])
        id = shown(found, f"the policy {properties['Name']}")
        self._rewrite(at, id, properties)
        self._retarget(at, id, self._targets(at, id), properties.get("TargetIds"))
        if properties.get("Tags"):
            self.retag(at, id, tags_of(at, id), properties["Tags"])
        return id

    def _rewrite(self, at: Connection, id: str, properties: Properties) -> None:
        self.write(
            at.client("organizations").update_policy,
            PolicyId=id,
            Name=properties["Name"],
            Description=properties.get("Description", ""),
            Content=render_document(properties["Content"]),
        )

    def _retarget(self, at: Connection, id: str, before: Any, after: Any) -> None:
        client = at.client("organizations")
        for target in missing(after, before):
            self.write(client.attach_policy, "DuplicatePolicyAttachmentException", PolicyId=id, TargetId=target)
        if after is not None:
            for target in missing(before, after):
                self.write(client.detach_policy, "PolicyNotAttachedException", PolicyId=id, TargetId=target)

    def update(self, at: Connection, id: str, change: Change) -> None:
        names, before, after = touched(change), change.before or {}, desired(change)
        if names & {"Name", "Description", "Content"}:
            self._rewrite(at, id, after)
        if "TargetIds" in names:
            self._retarget(at, id, before.get("TargetIds"), after.get("TargetIds"))
        if "Tags" in names:
            self.retag(at, id, before.get("Tags"), after.get("Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        try:
            self._retarget(at, id, self._targets(at, id), [])
        except ClientError as error:
            if error_code(error) != "PolicyNotFoundException":
                raise
        self.write(at.client("organizations").delete_policy, "PolicyNotFoundException", PolicyId=id)
