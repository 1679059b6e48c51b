"""A service-linked role for any service, where AWS's own name condition would hold it to one."""

from collections.abc import Iterator

from bastide.iam.lint.granted import on_everything
from bastide.iam.lint.presence import needs_key
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement

ACTION = "iam:createservicelinkedrole"


@lint_rule(
    title="iam:CreateServiceLinkedRole for any service",
    severity="warning",
    analyzer="CREATE_SLR_WITH_STAR_IN_RESOURCE",
    kinds=("identity",),
    source='IAM Access Analyzer policy check reference, "Create SLR with star in resource"',
    fix="add StringEquals on iam:AWSServiceName, or name the role's path",
)
def service_linked_role_for_any_service(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """The action by name, on all roles, without the service's name."""
    named = any(one.lower() == ACTION for one in statement.action or ())
    if statement.effect != "Allow" or not named or not on_everything(statement):
        return
    if not any(test.key.lower() == "iam:awsservicename" and needs_key(test) for test in tests(statement)):
        yield Hit("the statement allows to make the service-linked role of every service", "/Action")
