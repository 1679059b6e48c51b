"""Properties that a template writes as resources of their own, laid into the resource that they belong to.

The one idea: IAM lets a policy be attached from either side; controls read it at the holder. What names a holder that
is not in the estate is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bastide.declare.templates.template import Declared
from bastide.model import Unknown, Value

HOLDERS = {"Roles": "AWS::IAM::Role", "Users": "AWS::IAM::User", "Groups": "AWS::IAM::Group"}
INLINE = {
    "AWS::IAM::RolePolicy": ("RoleName", "AWS::IAM::Role"),
    "AWS::IAM::UserPolicy": ("UserName", "AWS::IAM::User"),
    "AWS::IAM::GroupPolicy": ("GroupName", "AWS::IAM::Group"),
}
Told = tuple[Declared, str]


def fold(declared: list[Declared]) -> list[Told]:
    """Lay attached policies into their holders; those whose holder is not there come back, with words."""
    by_name = {(one.type, one.identity.ref): one for one in declared}
    told: list[Told] = []
    for one in declared:
        for holder_type, name in _holders(one):
            if isinstance(name, Unknown) or not isinstance(name, str):
                continue
            holder = by_name.get((holder_type, name))
            if holder is None:
                if one.type != "AWS::IAM::ManagedPolicy":
                    told.append((one, f"{one.logical}: {name} is not in the templates; its policy was not judged"))
            else:
                _attach(one, holder)
    return told


def _holders(one: Declared) -> Iterator[tuple[str, Value]]:
    """Type and name of everyone that a policy resource says it is attached to."""
    if one.type in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for path, holder_type in HOLDERS.items():
            names = one.properties.get(path)
            for name in names if isinstance(names, list) else []:
                yield holder_type, name
    elif one.type in INLINE:
        path, holder_type = INLINE[one.type]
        yield holder_type, one.properties.get(path)


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
