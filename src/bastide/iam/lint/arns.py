"""The parts of an ARN or of a pattern of ARNs, and what AWS takes in them.

Source: IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)"; regions: AWS General Reference (read
2026-10; regions that are announced and not open are missing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bastide.iam.lint.subject import PLACEHOLDER, VARIABLE

PARTITIONS = {
    "aws": "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 "
    "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 "
    "ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 "
    "il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2",
    "aws-cn": "cn-north-1 cn-northwest-1",
    "aws-us-gov": "us-gov-east-1 us-gov-west-1",
    "aws-iso": "us-iso-east-1 us-iso-west-1",
    "aws-iso-b": "us-isob-east-1 us-isob-west-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-east-1 us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}
REGIONS = frozenset(region for regions in PARTITIONS.values() for region in regions.split())
ACCOUNT = re.compile(r"\d{12}")
NAMED_ACCOUNTS = frozenset(
    {"aws", "aws-managed", "cloudfront", "aws-marketplace", "amazon"}
)  # arn:aws:iam::aws:policy/…
FIELDS = 6


@dataclass(frozen=True, slots=True)
class Parts:
    """The fields of an ARN pattern; those behind a last ``*`` that may run over colons are missing and ``open``."""

    fields: tuple[str, ...]
    open: bool

    def part(self, index: int) -> str:
        """The field, ``*`` where the pattern leaves it open."""
        return self.fields[index] if index < len(self.fields) else "*"


def parts(value: str) -> Parts | None:
    """The fields of a pattern that begins like an ARN; variables and placeholders are open. None for anything else."""
    plain = VARIABLE.sub("*", PLACEHOLDER.sub("*", value))
    if not plain.startswith("arn:"):
        return None
    fields = tuple(plain.split(":", FIELDS - 1))
    return Parts(fields, len(fields) < FIELDS and fields[-1].endswith("*"))


def closed(field: str) -> bool:
    """A field that is there and holds no wildcard."""
    return bool(field) and "*" not in field and "?" not in field
