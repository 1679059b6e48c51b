"""A resource control policy has no effect on services that do not know of it."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, listed
from bastide.iam.services import RCP_SERVICES
from bastide.model import Statement


@lint_rule(
    title="A resource control policy names a service without support for them",
    severity="security-warning",
    kinds=("rcp",),
    source='Organizations User Guide, "Resource control policies (RCPs)", services that support RCPs (read 2026-09-26)',
    fix="guard the service by a service control policy or by resource-based policies",
)
def rcp_service_not_supported(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Action patterns of services that are not on AWS's list."""
    for pointer, pattern in listed(statement, "Action"):
        service = pattern.lower().partition(":")[0]
        if "*" not in service and "?" not in service and service not in RCP_SERVICES:
            yield Hit(f"{pattern}: resource control policies do not bind {service}, this denies nothing", pointer)
