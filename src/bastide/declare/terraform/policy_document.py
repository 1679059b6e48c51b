"""The policy that ``data.aws_iam_policy_document`` will come to, with Unknown where a part is known after apply.

Source: Terraform AWS provider documentation, "Data Source: aws_iam_policy_document".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bastide.declare.shaping.convert import document
from bastide.declare.shaping.converters import many
from bastide.model import Unknown, Value

MEMBERS = (
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
)
MERGED = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")


def policy_of(values: Mapping[str, Any]) -> Value:
    """The policy document of a data source's values; Unknown when it is merged from what is not known."""
    text = values.get("json")
    if isinstance(text, str) and text:
        return document(text)
    merged = [one for name in MERGED for one in many(values.get(name)) if one not in (None, "")]
    if merged:
        return next((one for one in merged if isinstance(one, Unknown)), Unknown("merged from other documents"))
    blocks = values.get("statement")
    if isinstance(blocks, Unknown):
        return {"Version": values.get("version") or "2012-10-17", "Statement": blocks}
    return {"Version": values.get("version") or "2012-10-17", "Statement": [_statement(one) for one in many(blocks)]}


def _statement(block: Any) -> Value:
    if not isinstance(block, Mapping):
        return block
    made: dict[str, Value] = {"Effect": block.get("effect") or "Allow"}
    if block.get("sid"):
        made["Sid"] = block["sid"]
    for name, target in MEMBERS:
        found = block.get(name)
        if isinstance(found, Unknown) or found:
            made[target] = found
    for name, target in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        found = block.get(name)
        if isinstance(found, Unknown) or found:
            made[target] = _principals(found)
    conditions = block.get("condition")
    if isinstance(conditions, Unknown) or conditions:
        made["Condition"] = _conditions(conditions)
    return made


def _principals(blocks: Any) -> Value:
    made: dict[str, Value] = {}
    for one in many(blocks):
        if not isinstance(one, Mapping):
            return one
        kind, names = one.get("type"), one.get("identifiers")
        if isinstance(kind, Unknown) or isinstance(names, Unknown):
            return kind if isinstance(kind, Unknown) else names
        if kind == "*":
            return "*"
        made[str(kind)] = [*many(made.get(str(kind))), *many(names)]
    return made


def _conditions(blocks: Any) -> Value:
    made: dict[str, dict[str, Value]] = {}
    for one in many(blocks):
        if not isinstance(one, Mapping):
            return one
        test, key = one.get("test"), one.get("variable")
        unread = next((part for part in (test, key) if isinstance(part, Unknown)), None)
        if unread is not None:
            return unread
        made.setdefault(str(test), {})[str(key)] = one.get("values")
    return made
