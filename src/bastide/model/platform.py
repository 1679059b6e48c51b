"""Names of the roles and policies that Bastide itself stands on in every account.

One idea: what ``declare`` makes, ``aws`` takes and guardrails exempt must be one name, so it stands here. The path is
what guardrails exempt and protect; the names are distinctive because IAM's names are unique in an account whatever
their path, and ``deployer`` may be somebody else's already.
Source: IAM User Guide, "IAM identifiers", friendly names and paths.
"""

from __future__ import annotations

PATH = "/bastide/"
DEPLOYER = "bastide-deployer"
READER = "bastide-reader"
LOG_READER = "bastide-log-reader"
BREAK_GLASS = "bastide-break-glass"
AGGREGATOR = "bastide-config-aggregator"
BOUNDARY = "bastide-boundary"
# The role that AWS makes with an account: the way in until the others are there.
# Source: AWS Organizations User Guide, "Accessing member accounts in your organization".
MEMBER_ROLE = "OrganizationAccountAccessRole"
# Where delegated administrators keep their own roles and policies: nothing unbounded may lie there.
DELEGATED = "/delegated/"


def role_path(name: str) -> str:
    """A role's name with its path, as it stands in an ARN behind ``role/``.

    >>> role_path(READER)
    'bastide/bastide-reader'
    """
    return f"{PATH}{name}".strip("/")
