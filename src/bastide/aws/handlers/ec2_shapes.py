"""What EC2's handlers share: tags at creation and after, filters, and finding what there is already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bastide.aws.handler import Connection, pages
from bastide.aws.shape import arn_of, tag_changes, tags_of
from bastide.aws.waiting import quietly
from bastide.model import Properties, Value


def listed(at: Connection, operation: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
    """Every item of a describe call, asked once for this account and region; the parameters belong to the operation."""
    return at.once(f"ec2:{operation}", lambda: list(pages(at.client("ec2"), operation, key, **parameters)))


def described(at: Connection, operation: str, key: str, *absent: str, **ids: list[str]) -> dict[str, Any] | None:
    """What a describe call tells of an id; None when there is none, which EC2 says by one of the codes ``absent``."""
    answer = quietly(getattr(at.client("ec2"), operation), *absent, **ids)
    return answer[key][0] if answer and answer[key] else None


def filters(wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """EC2's filters: all of these must hold."""
    return [{"Name": name, "Values": [value]} for name, value in wanted.items()]


def existing(at: Connection, operation: str, key: str, wanted: Mapping[str, str]) -> dict[str, Any] | None:
    """The first item that passes the filters; None when there is none, or when a value to look for is empty."""
    if not all(wanted.values()):
        return None
    return next(pages(at.client("ec2"), operation, key, Filters=filters(wanted)), None)


def tag_specification(kind: str, properties: Properties) -> dict[str, Any]:
    """The TagSpecifications parameter of a create call; empty without tags."""
    tags = tags_of(properties)
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def write_tags(at: Connection, id: str, before: Value, after: Value) -> None:
    """Bring the tags of a resource from one list to the other."""
    wanted, gone = tag_changes(before, after)
    if gone:
        at.client("ec2").delete_tags(Resources=[id], Tags=[{"Key": key} for key in gone])
    if wanted:
        at.client("ec2").create_tags(Resources=[id], Tags=wanted)


def ec2_arn(at: Connection, kind: str, id: str) -> str:
    """The ARN of an EC2 resource, such as kind ``vpc``."""
    return arn_of(at, "ec2", f"{kind}/{id}")
