"""Stack sets as values: what they deploy, where, and what became of it.

One idea: an instance is one account and Region; an operation is a list of results. Nothing here calls anything.
Source: AWS CloudFormation API Reference, data types StackSet, StackInstance, StackSetOperation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Instance:
    """A stack of the set in one account and Region: `stack` is its id, `unit` the OU that it was deployed for."""

    account: str
    region: str
    unit: str = ""
    stack: str = ""
    status: str = "OUTDATED"
    detail: str = "PENDING"
    reason: str = ""
    overrides: dict[str, str] = field(default_factory=dict)
    operation: str = ""


@dataclass
class Operation:
    """One operation on the set; `results` in the order of the work."""

    id: str
    action: str  # CREATE, UPDATE, DELETE
    at: datetime
    given: dict[str, Any] = field(default_factory=dict)
    status: str = "RUNNING"
    results: list[dict[str, str]] = field(default_factory=list)


@dataclass
class StackSet:
    """`units`: Regions by target OU, which auto-deployment follows. `settings`: in CreateStackSet's own names."""

    id: str
    name: str
    administrator: str
    region: str
    body: str
    parameters: dict[str, str]
    settings: dict[str, Any] = field(default_factory=dict)
    instances: dict[tuple[str, str], Instance] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    units: dict[str, list[str]] = field(default_factory=dict)
    deleted: bool = False

    @property
    def arn(self) -> str:
        """The set's ARN."""
        return f"arn:aws:cloudformation:{self.region}:{self.administrator}:stackset/{self.id}"

    @property
    def service_managed(self) -> bool:
        """Deployed by the organization's own roles."""
        return self.settings.get("PermissionModel") == "SERVICE_MANAGED"

    @property
    def auto(self) -> bool:
        """New accounts of the target OUs get the stack by themselves."""
        return bool((self.settings.get("AutoDeployment") or {}).get("Enabled"))

    @property
    def retains(self) -> bool:
        """Stacks stay when their account leaves a target OU."""
        return bool((self.settings.get("AutoDeployment") or {}).get("RetainStacksOnAccountRemoval"))
