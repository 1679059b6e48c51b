"""Resource policies that a service keeps as a text beside the resource, or by its ARN: one row a type of resource.

One idea: (service in the ARN, what stands behind the account) → the text in moto's state. A caller of another account
needs both sides; of the same account the resource's own word is enough. A resource without a policy says nothing.
Source: IAM User Guide, "AWS services that work with IAM", column "Resource-based policies"; the services' guides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bastide.sandbox import moto


@dataclass(frozen=True)
class Row:
    """`service` of the ARN and of boto3, the resource's part of the ARN, and its policy in moto's backend."""

    service: str
    engine: str
    resource: str
    read: Callable[[Any, str, re.Match[str]], Any]

    def policy(self, arn: str, account: str, region: str) -> str:
        """The policy of the resource, or an empty string."""
        found = re.fullmatch(self.resource, arn.split(":", 5)[5])
        backends = moto.backend_dict(self.engine)
        if found is None or account not in backends or region not in backends[account]:
            return ""
        text = self.read(backends[account][region], arn, found)
        return text if isinstance(text, str) else json.dumps(text) if text else ""


def _one(group: Any, key: str, name: str) -> Any:
    """A member of the object that stands under the key; None where there is none."""
    return getattr(group.get(key), name, None)


def _bus(backend: Any, arn: str, found: re.Match[str]) -> Any:
    return _one(backend.event_buses, found[1], "policy")


def _table(backend: Any, arn: str, found: re.Match[str]) -> Any:
    # An index is the table's, a stream has a policy of its own.
    own = arn if "/stream/" in arn else arn.rpartition(found[1])[0] + found[1]
    return _one(backend.resource_policies, own, "policy_doc")


def _by_arn(backend: Any, arn: str, found: re.Match[str]) -> Any:
    kept = backend.resource_policies.get(arn)
    return getattr(kept, "policy", kept)


def _catalog(backend: Any, arn: str, found: re.Match[str]) -> Any:
    # One policy for the whole catalog. Source: AWS Glue Developer Guide, "Resource-based policies".
    return (backend.resource_policies.get(backend.default_catalog_arn) or {}).get("PolicyInJson")


def _layer(backend: Any, arn: str, found: re.Match[str]) -> Any:
    for version in backend._layers.get_layer_versions(found[1]) if found[1] in backend._layers._layers else ():
        if str(version.version) == found[2] and version.policy.statements:
            return {"Version": "2012-10-17", "Statement": version.policy.statements}
    return None


def _identity(backend: Any, arn: str, found: re.Match[str]) -> Any:
    """All policies of an e-mail identity as one: each of them has a say."""
    kept = getattr(backend.email_identities.get(found[1]), "policies", {})
    documents = [json.loads(text) if isinstance(text, str) else text for text in kept.values()]
    statements = [row for document in documents for row in _listed(document.get("Statement"))]
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


ROWS = (
    Row("events", "events", r"event-bus/([^/]+)", _bus),
    Row("dynamodb", "dynamodb", r"table/([^/]+)(?:/.*)?", _table),
    Row("kinesis", "kinesis", r"stream/.+", _by_arn),
    Row("es", "opensearch", r"domain/([^/]+)(?:/.*)?",
        lambda backend, arn, found: _one(backend.domains, found[1], "access_policies")),
    Row("elasticfilesystem", "efs", r"file-system/(.+)",
        lambda backend, arn, found: _one(backend.file_systems_by_id, found[1], "file_system_policy")),
    Row("glue", "glue", r"(?:catalog|database|table|userDefinedFunction|connection)(?:/.*)?", _catalog),
    Row("backup", "backup", r"backup-vault:(.+)",
        lambda backend, arn, found: _one(backend.vaults, found[1], "access_policy")),
    Row("acm-pca", "acm-pca", r"certificate-authority/.+",
        lambda backend, arn, found: _one(backend.certificate_authorities, arn, "policy")),
    Row("logs", "logs", r"destination:(.+)",
        lambda backend, arn, found: _one(backend.destinations, arn, "access_policy")),
    Row("lambda", "lambda", r"layer:([^:]+):(\d+)", _layer),
    Row("ses", "ses", r"identity/(.+)", _identity),
    Row("mediastore", "mediastore", r"container/([^/]+)(?:/.*)?",
        lambda backend, arn, found: _one(backend._containers, found[1], "policy")),
    Row("cloudhsm", "cloudhsmv2", r"backup/.+", _by_arn),
    Row("vpc-lattice", "vpc-lattice", r"(?:service|servicenetwork|resourceconfiguration)/.+", _by_arn),
    Row("lex", "lexv2-models", r"bot(?:-alias)?/.+", _by_arn),
)  # fmt: skip
SERVICES = frozenset(row.service for row in ROWS)


def read_text(arn: str, account: str, region: str) -> str:
    """The policy that a resource of these services has, or an empty string."""
    service = arn.split(":", 3)[2]
    return next((text for row in ROWS if row.service == service and (text := row.policy(arn, account, region))), "")
