"""Secrets are taken out of properties before they are stored.

One idea: by type, the paths that hold secrets; anywhere else, what has the form of an access key, a private key or a
password in a connection string. A masked value keeps a fingerprint, so that a change of it still shows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from bastide.model import Unknown, Value

MASKED = "Bastide::Masked"

# ``*`` stands for every item of a list or mapping. Source: CloudFormation resource schemas of these types.
SECRET_PATHS: dict[str, tuple[str, ...]] = {
    "AWS::CodeBuild::Project": ("Environment.EnvironmentVariables.*.Value",),
    "AWS::EC2::Instance": ("UserData",),
    "AWS::EC2::LaunchTemplate": ("LaunchTemplateData.UserData",),
    "AWS::AutoScaling::LaunchConfiguration": ("UserData",),
    "AWS::ECS::TaskDefinition": ("ContainerDefinitions.*.Environment.*.Value",),
    "AWS::ElastiCache::ReplicationGroup": ("AuthToken",),
    "AWS::IAM::AccessKey": ("SecretAccessKey",),
    "AWS::IAM::User": ("LoginProfile.Password",),
    "AWS::Lambda::Function": ("Environment.Variables.*",),
    "AWS::RDS::DBCluster": ("MasterUserPassword",),
    "AWS::RDS::DBInstance": ("MasterUserPassword",),
    "AWS::Redshift::Cluster": ("MasterUserPassword",),
    "AWS::SSM::Parameter": ("Value",),
    "AWS::SecretsManager::Secret": ("SecretString",),
}
# Source: IAM User Guide, "IAM identifiers", unique id prefixes; RFC 7468 for PEM.
PATTERNS = re.compile(
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",
    re.DOTALL,
)


def mask(resource_type: str, properties: Value) -> Value:
    """``properties`` without secrets: each is ``{"Bastide::Masked": fingerprint}`` or, inside a text, its mark."""
    for path in SECRET_PATHS.get(resource_type, ()):
        properties = _at(properties, path.split("."), _mask_whole)
    return _everywhere(properties)


def is_masked(value: Value) -> bool:
    """Whether a value, or a part of it, is not the real one any more."""
    if isinstance(value, Mapping):
        return MASKED in value or any(is_masked(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(is_masked(item) for item in value)
    return isinstance(value, str) and f"[{MASKED}" in value


def _fingerprint(value: Value) -> str:
    """Eight hex digits: enough to see a change, too few to search for a secret of any length."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:8]


def _mask_whole(value: Value) -> Value:
    return value if value is None or isinstance(value, Unknown) else {MASKED: _fingerprint(value)}


def _at(value: Value, path: list[str], change: Callable[[Value], Value]) -> Value:
    """A copy of ``value`` in which everything at ``path`` is changed."""
    if not path:
        return change(value)
    head, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {key: _at(item, rest, change) if head in ("*", key) else item for key, item in value.items()}
    if isinstance(value, list | tuple) and head == "*":
        return [_at(item, rest, change) for item in value]
    return value


def _everywhere(value: Value) -> Value:
    if isinstance(value, str):
        return PATTERNS.sub(lambda found: f"[{MASKED} {_fingerprint(found.group())}]", value)
    if isinstance(value, Mapping):
        return {key: _everywhere(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_everywhere(item) for item in value]
    return value
