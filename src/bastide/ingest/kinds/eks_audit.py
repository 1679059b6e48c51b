"""EKS audit logs: exports of CloudWatch Logs, subscription files, and plain JSON lines of audit.k8s.io events.

One idea: the log group holds all of the control plane's logs, so that a message that is no audit event is kept too: its
text in `rest.message`, flagged `no-audit-event`, at the time that CloudWatch Logs gave it.
Source: Kubernetes, "Auditing" (audit.k8s.io/v1 Event); Amazon EKS User Guide, "Send control plane logs to CloudWatch
Logs" (log group /aws/eks/CLUSTER/cluster, streams kube-apiserver-audit-…, authenticator-…, …)
"""

from __future__ import annotations

from collections.abc import Iterator

from bastide.ingest.kinds import Kind, NotThisKindError, Rendered
from bastide.ingest.kinds.forms import cloudwatch
from bastide.ingest.kinds.forms.records import Fields, Row, Shape, is_json, parse_fields, read_types, split
from bastide.ingest.source import Item

SHAPE = Shape(
    {
        "kind": "string", "apiVersion": "string", "level": "string", "auditID": "string", "stage": "string",
        "requestURI": "string", "verb": "string", "user": "json", "impersonatedUser": "json", "sourceIPs": "json",
        "userAgent": "string", "objectRef": "json", "responseStatus": "json", "requestObject": "json",
        "responseObject": "json", "requestReceivedTimestamp": "time", "stageTimestamp": "time", "annotations": "json",
    },
    fraction=6,
)  # fmt: skip
_MARKS = (b"audit.k8s.io/", b'"auditID"', b'"stage"', b'"requestURI"', b'"stageTimestamp"')
_OWN = ("_account", "_region", "_time", "cluster", "logStream", "sourceFile")
_USER = {"username": "$.username", "uid": "$.uid", "groups": "$.groups", "arn": "$.extra.arn[0]"}
_OBJECT = {
    "resource": "$.resource", "subresource": "$.subresource", "namespace": "$.namespace", "name": "$.name",
    "apiGroup": "$.apiGroup",
}  # fmt: skip


def detect(name: str, head: bytes) -> bool:
    """By three marks of an audit event; a wrapped file also by the name of its log group or stream."""
    inner = cloudwatch.peek(head)
    text = head if inner is None else inner.encode()
    if is_json(text) and sum(mark in text for mark in _MARKS) >= 3:
        return True
    return inner is not None and (b'"/aws/eks/' in head[:8192] or "kube-apiserver-audit-" in name)


def render(data: bytes, item: Item) -> Rendered:
    """The events. Raises NotThisKindError at a plain record that is no audit event."""
    wrapped = cloudwatch.peek(data[: 64 * 1024]) is not None
    rows = list(_wrapped(data, item) if wrapped else _plain(data, item))
    return Rendered(b"\n".join(row.render() for row in rows), len(rows), sum(bool(row.flags) for row in rows))


def _plain(data: bytes, item: Item) -> Iterator[Row]:
    for number, record in enumerate(split(data, ("items",)), start=1):
        fields = parse_fields(record)
        if fields is None or "auditID" not in fields:
            raise NotThisKindError(f"record {number} is no audit event")
        yield SHAPE.lay_out(fields, _row(item))


def _wrapped(data: bytes, item: Item) -> Iterator[Row]:
    for message in cloudwatch.read_messages(data, item):
        group = message.group.split("/")
        row = _row(item)
        row.columns |= {"_time": message.time, "logStream": message.stream}
        if message.owner:
            row.columns["_account"] = message.owner
        if message.group.startswith("/aws/eks/") and len(group) == 5:
            row.columns["cluster"] = group[3]
        fields: Fields | None = parse_fields(message.text.encode()) if message.text[:1] == "{" else None
        if fields is None or "auditID" not in fields:
            row.rest["message"] = message.text
            row.flags.append("no-audit-event")
            yield row
        else:
            yield SHAPE.lay_out(fields, row)


def _row(item: Item) -> Row:
    return Row({"_account": item.account, "_region": item.region, "sourceFile": item.address})


KIND = Kind(
    name="eks-audit",
    table="eks_audit",
    detect=detect,
    render=render,
    read=read_types(SHAPE, _OWN),
    derive={
        "_user": f'json_extract_string("user", {list(_USER.values())})',
        "_object": f"json_extract_string(objectRef, {list(_OBJECT.values())})",
    },
    select={
        "stageTimestamp": f"coalesce(TRY_CAST(stageTimestamp AS TIMESTAMPTZ), {cloudwatch.time_column('_time')})",
        "requestReceivedTimestamp": "TRY_CAST(requestReceivedTimestamp AS TIMESTAMPTZ)",
        "account": "nullif(_account, '')",
        "region": "nullif(_region, '')",
        "logStream": "nullif(logStream, '')",
        **{name: f"_user[{number}]" for number, name in enumerate(_USER, start=1)},
        "impersonatedUsername": "json_extract_string(impersonatedUser, '$.username')",
        "sourceIP": "json_extract_string(sourceIPs, '$[0]')",
        **{name: f"_object[{number}]" for number, name in enumerate(_OBJECT, start=1)},
        "code": "TRY_CAST(json_extract_string(responseStatus, '$.code') AS INTEGER)",
        "decision": "json_extract_string(annotations, '$.\"authorization.k8s.io/decision\"')",
    },
    rank=22,
)
