"""One resource of an estate, in CloudFormation registry shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bastide.model.unknown import Properties, Value, value_at

GLOBAL = "global"  # the region of resources that have none (IAM, Organizations, Identity Center permission sets)
# Types whose tags the registry calls otherwise than Tags. Source: the tagProperty of their schemas.
TAGS_BY_TYPE = {
    "AWS::Backup::BackupPlan": "BackupPlanTags", "AWS::Backup::BackupVault": "BackupVaultTags",
    "AWS::Cognito::IdentityPool": "IdentityPoolTags", "AWS::Cognito::UserPool": "UserPoolTags",
    "AWS::EFS::AccessPoint": "AccessPointTags", "AWS::EFS::FileSystem": "FileSystemTags",
    "AWS::Route53::HealthCheck": "HealthCheckTags", "AWS::Route53::HostedZone": "HostedZoneTags",
}  # fmt: skip


class ResourceKey(NamedTuple):
    """What tells one resource from every other: type, account (12 digits), region and primary identifier."""

    type: str
    account: str
    region: str
    id: str

    def __str__(self) -> str:
        """The key as one readable word, stable across runs."""
        return f"{self.account}/{self.region}/{self.type}/{self.id}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a resource's facts come from: a file's place, or an API and when it was asked."""

    source: str = "declared"  # declared | template | observed | recorded
    file: str = ""
    line: int = 0
    column: int = 0
    read_at: str = ""  # ISO 8601 UTC, of an observation
    detail: str = ""  # the declaring path, such as ous.workloads.accounts.shop-prod, or the API call

    def __str__(self) -> str:
        """``file:line`` where there is a file, else the detail."""
        return f"{self.file}:{self.line}" if self.file else self.detail or self.source


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: type, place, primary identifier and properties in registry shape.

    ``id`` is the registry's primary identifier (parts joined by ``|``). In a declared estate an identifier that AWS
    will choose is *provisional* (see ``model/provisional.py``): a plain string that can be recognized and is bound
    later. ``depends_on`` names what must exist first although no property says so (CloudFormation's DependsOn).
    ``recorded`` is the configuration item of AWS Config that it was read from, where it was.
    """

    type: str
    account: str
    region: str
    id: str
    properties: Properties = field(default_factory=dict)
    arn: str = ""
    origin: Origin = Origin()
    depends_on: tuple[ResourceKey, ...] = ()
    recorded: Mapping[str, Value] | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> ResourceKey:
        """Type, account, region and id."""
        return ResourceKey(self.type, self.account, self.region, self.id)

    def get(self, path: str) -> Value:
        """The property at a dotted path: its value, None when absent, Unknown when it could not be read."""
        return value_at(self.properties, path)

    @property
    def tags(self) -> dict[str, str]:
        """Tags by key, from a list of Key/Value or a mapping; without those that could not be read."""
        own = TAGS_BY_TYPE.get(self.type)
        tags = self.properties.get(own) if own else None
        tags = self.properties.get("Tags") if tags is None else tags
        if isinstance(tags, Mapping):
            pairs = list(tags.items())
        elif isinstance(tags, list | tuple):
            pairs = [(tag.get("Key"), tag.get("Value")) for tag in tags if isinstance(tag, Mapping)]
        else:
            pairs = []
        return {key: value for key, value in pairs if isinstance(key, str) and isinstance(value, str)}

    @property
    def name(self) -> str:
        """What a person calls it: its Name tag, else its id."""
        return self.tags.get("Name") or self.id

    def with_properties(self, properties: Properties) -> Resource:
        """The same resource with other properties."""
        return replace(self, properties=properties)
