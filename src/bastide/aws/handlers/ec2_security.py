"""Amazon EC2: security groups and network ACLs, each with all of its rules as one resource.

One idea: AWS keeps rules by what they mean, not as they were written, so both sides are flattened into single rules and
compared as sets. What has to go goes first: a rule that closes something is never delayed by one that opens something.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler, error_code, tag_list
from bastide.aws.handlers.ec2_shapes import described, ec2_arn, existing, listed, tag_specification, write_tags
from bastide.aws.shape import actions, before_and_after, pick, present, tag_value, touched
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Value

Rule = dict[str, Value]
INGRESS, EGRESS = "SecurityGroupIngress", "SecurityGroupEgress"
# Registry's name of the other end → (IpPermission's list, its member), by side.
ENDS = {
    INGRESS: {
        "CidrIp": ("IpRanges", "CidrIp"),
        "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
        "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
        "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    },
    EGRESS: {
        "CidrIp": ("IpRanges", "CidrIp"),
        "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
        "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
        "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    },
}
SIDES = {INGRESS: "IpPermissions", EGRESS: "IpPermissionsEgress"}
OWNER = "SourceSecurityGroupOwnerId"
ALL = "-1"
IMPLICIT = 32767  # the rule number of the deny that ends every network ACL


def security_groups(at: Connection) -> list[dict[str, Any]]:
    """All security groups of this account and region, asked once."""
    return listed(at, "describe_security_groups", "SecurityGroups")


def network_acls(at: Connection) -> list[dict[str, Any]]:
    """All network ACLs of this account and region, asked once."""
    return listed(at, "describe_network_acls", "NetworkAcls")


def flat_rules(permissions: Iterable[Mapping[str, Any]], side: str, account: str) -> list[Rule]:
    """One rule for each other end of each permission, in registry shape, sorted."""
    return sorted(_flat(permissions, side, account), key=_text)


def _flat(permissions: Iterable[Mapping[str, Any]], side: str, account: str) -> Iterator[Rule]:
    for permission in permissions:
        ports = pick(permission, "IpProtocol", "FromPort", "ToPort")
        for name, (many, one) in ENDS[side].items():
            for end in permission.get(many, ()):
                owner = end.get("UserId")
                others = side == INGRESS and many == "UserIdGroupPairs" and owner not in (None, "", account)
                yield (
                    ports
                    | {name: end[one]}
                    | present(Description=end.get("Description") or None, **({OWNER: owner} if others else {}))
                )


def _permission(rule: Mapping[str, Any], side: str) -> dict[str, Any]:
    name = next((name for name in ENDS[side] if name in rule), "")
    if not name:
        raise TargetError("a security group's rule names nobody", side, f"one of {', '.join(sorted(ENDS[side]))}")
    if rule.get("IpProtocol") in (None, ""):
        raise TargetError("a security group's rule names no protocol", side, "IpProtocol: tcp, udp, icmp or -1 for all")
    many, one = ENDS[side][name]
    end = {one: rule[name]} | pick(rule, "Description") | present(UserId=rule.get(OWNER))
    ports = () if str(rule["IpProtocol"]) == ALL else ("FromPort", "ToPort")
    return {"IpProtocol": str(rule["IpProtocol"])} | pick(rule, *ports) | {many: [end]}


def _text(rule: Mapping[str, Any]) -> str:
    """The same text for rules that mean the same."""
    shown = {key: value for key, value in rule.items() if value not in (None, "")}
    if str(shown.get("IpProtocol")) == ALL:
        shown = {key: value for key, value in shown.items() if key not in ("FromPort", "ToPort")}
    return json.dumps(shown | {"IpProtocol": str(shown.get("IpProtocol"))}, sort_keys=True)


class SecurityGroup(Handler):
    """AWS::EC2::SecurityGroup with all its rules. Create-only: GroupName, GroupDescription, VpcId.

    Creating the group ``default`` adopts the one that every VPC has; deleting it puts AWS's default rules back. A
    new group has no egress but what is declared: AWS's allow-all is removed. A rule whose description changes is
    made anew.
    Source: Amazon VPC User Guide, "Default security groups for your VPCs", "Security group rules".
    """

    type = "AWS::EC2::SecurityGroup"
    service = "ec2"
    identified_by = ("VpcId", "GroupName")
    actions = actions(
        read=("ec2:DescribeSecurityGroups",),
        write=(
            "ec2:CreateSecurityGroup",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ),
        delete=(
            "ec2:DeleteSecurityGroup",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress",
        ),
    )

    def stays(self, properties: Properties) -> bool:
        return properties.get("GroupName") == "default"

    def list(self, at: Connection) -> Iterable[Found]:
        return [_group(at, group) for group in security_groups(at)]

    def read(self, at: Connection, id: str) -> Found | None:
        absent = ("InvalidGroup.NotFound", "InvalidGroupId.Malformed")
        group = described(at, "describe_security_groups", "SecurityGroups", *absent, GroupIds=[id])
        return _group(at, group) if group else None

    def create(self, at: Connection, properties: Properties) -> str:
        ec2 = at.client("ec2")
        wanted = {"vpc-id": str(properties.get("VpcId") or ""), "group-name": str(properties["GroupName"])}
        group = existing(at, "describe_security_groups", "SecurityGroups", wanted)
        if group is None:
            made = ec2.create_security_group(
                GroupName=properties["GroupName"],
                Description=properties["GroupDescription"],
                **pick(properties, "VpcId"),
                **tag_specification("security-group", properties),
            )
            ec2.get_waiter("security_group_exists").wait(GroupIds=[made["GroupId"]])
            group = ec2.describe_security_groups(GroupIds=[made["GroupId"]])["SecurityGroups"][0]
        else:
            write_tags(at, group["GroupId"], tag_list(group.get("Tags")), properties.get("Tags"))
        now = _group(at, group).properties
        for side in (INGRESS, EGRESS):
            _write_rules(ec2, group["GroupId"], side, now[side], properties.get(side) or [])
        return str(group["GroupId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        for side in (INGRESS, EGRESS):
            if side in touched(change):
                before, after = before_and_after(change, side)
                _write_rules(at.client("ec2"), id, side, before or [], after or [])
        if "Tags" in touched(change):
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        found = self.read(at, id)
        if found is None:
            return
        if found.properties.get("GroupName") == "default":
            own = [{"IpProtocol": ALL, "SourceSecurityGroupId": id}]
            _write_rules(at.client("ec2"), id, INGRESS, found.properties[INGRESS], own)
            everywhere = [{"IpProtocol": ALL, "CidrIp": "0.0.0.0/0"}]
            _write_rules(at.client("ec2"), id, EGRESS, found.properties[EGRESS], everywhere)
        else:
            at.client("ec2").delete_security_group(GroupId=id)


def _group(at: Connection, group: Mapping[str, Any]) -> Found:
    id = group["GroupId"]
    rules = {side: flat_rules(group.get(key, ()), side, at.account) for side, key in SIDES.items()}
    properties = {"Id": id, "GroupId": id, "GroupDescription": group["Description"], **rules}
    properties |= pick(group, "GroupName", "VpcId") | {"Tags": tag_list(group.get("Tags"))}
    return Found(id, properties, ec2_arn(at, "security-group", id))


def _write_rules(ec2: Any, id: str, side: str, before: Iterable[Rule], after: Iterable[Rule]) -> None:
    old, new = {_text(rule): rule for rule in before}, {_text(rule): rule for rule in after}
    gone = [_permission(old[text], side) for text in sorted(old.keys() - new.keys())]
    added = [_permission(new[text], side) for text in sorted(new.keys() - old.keys())]
    way = side.removeprefix("SecurityGroup").lower()
    if gone:
        absent = ("InvalidPermission.NotFound",)
        quietly(getattr(ec2, f"revoke_security_group_{way}"), *absent, GroupId=id, IpPermissions=gone)
    for permission in added:  # one by one: a rule that is there already must not keep the others out
        absent = ("InvalidPermission.Duplicate",)
        quietly(getattr(ec2, f"authorize_security_group_{way}"), *absent, GroupId=id, IpPermissions=[permission])


# What AWS gives the ACL of a new VPC. Source: Amazon VPC User Guide, "Default network ACL".
DEFAULT_ENTRIES = tuple(
    {"RuleNumber": 100, "Egress": egress, "Protocol": -1, "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
    for egress in (False, True)
)


class NetworkAcl(Handler):
    """AWS::EC2::NetworkAcl. Create-only: VpcId. Ours: ``IsDefault``, ``SubnetIds`` (observed) and ``Entries``.

    An entry is a registry NetworkAclEntry {RuleNumber, Egress, Protocol, RuleAction, CidrBlock | Ipv6CidrBlock,
    PortRange, Icmp}, sorted by direction and number; the deny that ends every ACL is left out. Creating one with
    IsDefault true adopts the VPC's own; deleting that one puts AWS's
    default entries back. Source: Amazon VPC User Guide, "Network ACL basics".
    """

    type = "AWS::EC2::NetworkAcl"
    service = "ec2"
    identified_by = ("VpcId", "Tags.Name")
    actions = actions(
        read=("ec2:DescribeNetworkAcls",),
        write=(
            "ec2:CreateNetworkAcl",
            "ec2:CreateNetworkAclEntry",
            "ec2:ReplaceNetworkAclEntry",
            "ec2:DeleteNetworkAclEntry",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ),
        delete=("ec2:DeleteNetworkAcl",),
    )

    def stays(self, properties: Properties) -> bool:
        return properties.get("IsDefault") is True

    def list(self, at: Connection) -> Iterable[Found]:
        return [_acl(at, acl) for acl in network_acls(at)]

    def read(self, at: Connection, id: str) -> Found | None:
        # moto: answers with the code of route tables.
        absent = ("InvalidNetworkAclID.NotFound", "InvalidRouteTableID.NotFound")
        acl = described(at, "describe_network_acls", "NetworkAcls", *absent, NetworkAclIds=[id])
        return _acl(at, acl) if acl else None

    def create(self, at: Connection, properties: Properties) -> str:
        ec2, vpc = at.client("ec2"), str(properties["VpcId"])
        if properties.get("IsDefault"):
            acl = existing(at, "describe_network_acls", "NetworkAcls", {"vpc-id": vpc, "default": "true"})
        else:
            wanted = {"vpc-id": vpc, "tag:Name": tag_value(properties, "Name")}
            acl = existing(at, "describe_network_acls", "NetworkAcls", wanted)
        if acl is None:
            tags = tag_specification("network-acl", properties)
            acl = ec2.create_network_acl(VpcId=vpc, **tags)["NetworkAcl"]
        now = _acl(at, acl)
        write_tags(at, now.id, now.properties["Tags"], properties.get("Tags"))
        if properties.get("Entries") is not None:
            _write_entries(ec2, now.id, now.properties["Entries"], properties["Entries"])
        return now.id

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "Entries" in touched(change):
            before, after = before_and_after(change, "Entries")
            _write_entries(at.client("ec2"), id, before or [], after or [])
        if "Tags" in touched(change):
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        found = self.read(at, id)
        if found and found.properties["IsDefault"]:
            _write_entries(at.client("ec2"), id, found.properties["Entries"], DEFAULT_ENTRIES)
            write_tags(at, id, found.properties["Tags"], [])
            return
        try:
            at.client("ec2").delete_network_acl(NetworkAclId=id)
        except ClientError as error:
            if error_code(error) != "InvalidNetworkAclID.NotFound":
                raise


def _acl(at: Connection, acl: Mapping[str, Any]) -> Found:
    entries = [_entry(entry) for entry in acl["Entries"] if entry["RuleNumber"] < IMPLICIT]
    id = acl["NetworkAclId"]
    properties = {
        "Id": id,
        "VpcId": acl["VpcId"],
        "IsDefault": acl["IsDefault"],
        "Entries": sorted(entries, key=_place),
        "SubnetIds": sorted(item["SubnetId"] for item in acl.get("Associations", ()) if item.get("SubnetId")),
        "Tags": tag_list(acl.get("Tags")),
    }
    return Found(id, properties, ec2_arn(at, "network-acl", id))


def _entry(entry: Mapping[str, Any]) -> dict[str, Value]:
    shape = pick(entry, "RuleNumber", "Egress", "RuleAction", "CidrBlock", "Ipv6CidrBlock", "PortRange")
    # The registry has the protocol as a number, EC2 as text.
    return shape | {"Protocol": int(entry["Protocol"])} | present(Icmp=entry.get("IcmpTypeCode"))


def _place(entry: Mapping[str, Any]) -> tuple[bool, int]:
    return bool(entry["Egress"]), int(entry["RuleNumber"])


def _write_entries(ec2: Any, id: str, before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> None:
    old, new = {_place(entry): entry for entry in before}, {_place(entry): entry for entry in after}
    for place, entry in sorted(new.items()):
        if old.get(place) != entry:
            request = pick(entry, "RuleNumber", "Egress", "RuleAction", "CidrBlock", "Ipv6CidrBlock", "PortRange")
            request |= {"Protocol": str(entry["Protocol"])} | present(IcmpTypeCode=entry.get("Icmp"))
            put = ec2.replace_network_acl_entry if place in old else ec2.create_network_acl_entry
            put(NetworkAclId=id, **request)
    for egress, number in sorted(old.keys() - new.keys()):
        ec2.delete_network_acl_entry(NetworkAclId=id, Egress=egress, RuleNumber=number)
