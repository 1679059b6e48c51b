"""Amazon Resource Names.

Source: AWS General Reference, "Identify AWS resources with Amazon Resource Names (ARNs)".
"""

from __future__ import annotations

from dataclasses import dataclass

from bastide.errors import InputError

PARTS = 6


@dataclass(frozen=True, slots=True)
class Arn:
    """One ARN in its six parts; ``region`` and ``account`` are empty where the service leaves them out."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn:
        """The ARN in ``text``.

        Raises:
            InputError: the text does not have the form ``arn:partition:service:region:account:resource``.
        """
        parts = text.split(":", PARTS - 1)
        if len(parts) != PARTS or parts[0] != "arn" or not parts[1] or not parts[2] or not parts[5]:
            raise InputError(f"not an ARN: {text!r}", fix="write arn:partition:service:region:account:resource")
        return cls(*parts[1:])

    @property
    def resource_type(self) -> str:
        """What stands before the first ``/`` or ``:`` of the resource part, or an empty string."""
        for index, letter in enumerate(self.resource):
            if letter in "/:":
                return self.resource[:index]
        return ""

    @property
    def resource_id(self) -> str:
        """What stands behind the resource type; the whole resource part where there is no type."""
        kind = self.resource_type
        return self.resource[len(kind) + 1 :] if kind else self.resource

    def __str__(self) -> str:
        """The ARN as text."""
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"
