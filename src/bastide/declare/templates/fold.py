"""What a template writes as resources of their own, laid into or beside the resource that it belongs to.

The one idea: IAM lets a policy be attached from either side, and a rule or a bucket policy may belong to something that
is not in the templates. Controls look at the owner; where it is missing, a stand-in is judged, of which nothing is
known but what belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bastide.declare.templates.identity import Identity, default_group, identify
from bastide.declare.templates.registry import schema_of
from bastide.declare.templates.scope import Settings
from bastide.declare.templates.template import Declared
from bastide.model import Unknown, Value

HOLDERS = {"Roles": "AWS::IAM::Role", "Users": "AWS::IAM::User", "Groups": "AWS::IAM::Group"}
INLINE = {
    "AWS::IAM::RolePolicy": ("RoleName", "AWS::IAM::Role"),
    "AWS::IAM::UserPolicy": ("UserName", "AWS::IAM::User"),
    "AWS::IAM::GroupPolicy": ("GroupName", "AWS::IAM::Group"),
}
ATTACHED = ("Policies", "ManagedPolicyArns")
GROUP = "AWS::EC2::SecurityGroup"
EGRESS = "AWS::EC2::SecurityGroupEgress"  # alone it tells of no group but the default one of a VPC
# Property that names the owner, the owner's type, and what of a stand-in is left out so that the part speaks alone: a
# policy that is public says so whatever blocks the bucket may have somewhere else.
BELONGS = {
    "AWS::S3::BucketPolicy": ("Bucket", "AWS::S3::Bucket", ("AccessControl", "PublicAccessBlockConfiguration")),
    "AWS::EC2::SecurityGroupIngress": ("GroupId", GROUP, ("SecurityGroupIngress",)),
    EGRESS: ("GroupId", GROUP, ("SecurityGroupEgress",)),
    "AWS::EC2::NetworkAclEntry": ("NetworkAclId", "AWS::EC2::NetworkAcl", ("Entries",)),
}


class Owners:
    """The resources of an estate by type and name, and the stand-ins made for those that are missing."""

    def __init__(self, declared: list[Declared], settings: Settings) -> None:
        self.settings = settings
        self.known: dict[tuple[str, str], Declared] = {}
        for one in declared:
            for name in (one.identity.ref, one.identity.id, one.identity.arn):
                self.known.setdefault((one.type, name), one)
        self.made: list[Declared] = []
        vpcs = [one.identity.ref for one in declared if one.type == "AWS::EC2::VPC"]
        self.defaults = {default_group(vpc): vpc for vpc in vpcs}
        for one in declared:  # Terraform declares the group that AWS made
            vpc = one.properties.get("VpcId") if one.type == GROUP else None
            if isinstance(vpc, str) and one.properties.get("GroupName") == "default":
                self.known.setdefault((GROUP, default_group(vpc)), one)

    def find(self, kind: str, name: Value, child: Declared, path: str) -> Declared:
        """The resource of that type and name; a stand-in that stands where ``child`` does when there is none."""
        if isinstance(name, str) and (kind, name) in self.known:
            return self.known[kind, name]
        reason = name if isinstance(name, Unknown) else Unknown(f"{name} is not in the templates")
        found = identify(kind, child.logical, f"{child.identity.id}/{path}", lambda _: None, self.settings)
        if isinstance(name, str):
            found = Identity(name, name, "", found.region)
        found = replace(found, account=child.identity.account)
        properties: dict[str, Value] = dict.fromkeys(schema_of(kind).get("properties", ()), reason)
        for attached in ATTACHED if kind in HOLDERS.values() else ():
            properties[attached] = []  # each of its policies is judged by itself
        if kind == GROUP and found.ref in self.defaults:
            properties |= {"GroupName": "default", "VpcId": self.defaults[found.ref]}  # AWS makes it with the VPC
        made = Declared(kind, child.logical, child.line, found, properties, {}, child.doubt, stands_in=child.type)
        self.known[kind, found.ref] = made
        self.made.append(made)
        return made


def fold(declared: list[Declared], settings: Settings) -> list[Declared]:
    """Lay attached policies into their holders; the stand-ins for what is not in the templates."""
    owners = Owners(declared, settings)
    for one in declared:
        for path, kind, name in _holders(one):
            if one.type == "AWS::IAM::ManagedPolicy" and not (isinstance(name, str) and (kind, name) in owners.known):
                continue  # it is judged itself
            _attach(one, owners.find(kind, name, one, path))
        if one.type in BELONGS:
            path, kind, left_out = BELONGS[one.type]
            named = one.properties.get(path)
            if one.type == EGRESS and named not in owners.defaults:
                continue
            owner = owners.find(kind, named, one, path)
            if owner.stands_in:
                for name in left_out:
                    owner.properties.pop(name, None)
            if named not in (owner.identity.ref, owner.identity.id, owner.identity.arn):
                one.properties[path] = owner.identity.ref
    return owners.made


def _holders(one: Declared) -> Iterator[tuple[str, str, Value]]:
    """Path, type and name of everyone that a policy resource says it is attached to."""
    if one.type in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for path, holder_type in HOLDERS.items():
            names = one.properties.get(path)
            for index, name in enumerate(names if isinstance(names, list) else [names] if names is not None else []):
                yield f"{path}.{index}", holder_type, name
    elif one.type in INLINE:
        path, holder_type = INLINE[one.type]
        yield path, holder_type, one.properties.get(path)


def _attach(policy: Declared, holder: Declared) -> None:
    managed = policy.type == "AWS::IAM::ManagedPolicy"
    path = "ManagedPolicyArns" if managed else "Policies"
    there = holder.properties.get(path)
    if isinstance(there, Unknown):
        return
    item: Value = policy.identity.arn or policy.identity.ref
    if not managed:
        item = {"PolicyName": policy.properties.get("PolicyName"), "PolicyDocument": _document(policy)}
    members = [*(there if isinstance(there, list) else []), item]
    holder.properties[path] = members
    place = f"{path}.{len(members) - 1}"
    holder.places[place] = policy.line
    for inner, line in policy.places.items():
        if inner.startswith("PolicyDocument"):
            holder.places[f"{place}.{inner}"] = line


def _document(policy: Declared) -> Value:
    document = policy.properties.get("PolicyDocument")
    if policy.doubt and isinstance(document, Mapping):
        return Unknown(policy.doubt)
    return document
