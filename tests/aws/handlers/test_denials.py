"""What a denied read becomes: Unknown where it is one property, an error where it is the list itself."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.aws.handlers.guardduty import Detector
from bastide.aws.handlers.inspector2 import OrganizationConfiguration as InspectorConfiguration
from bastide.aws.handlers.macie2 import OrganizationAdmin as MacieAdmin
from bastide.aws.handlers.macie2 import OrganizationConfiguration as MacieConfiguration
from bastide.aws.handlers.macie2 import Session
from bastide.aws.handlers.organizations import Organization, OrganizationalUnit
from bastide.aws.handlers.organizations_policies import Policy
from bastide.aws.handlers.securityhub import FindingAggregator, Hub
from bastide.aws.handlers.securityhub import OrganizationConfiguration as HubConfiguration
from bastide.aws.handlers.sso import PermissionSet
from bastide.model import GLOBAL, Unknown
from bastide.sandbox.call import Call
from bastide.sandbox.wire import AwsError
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.test_organizations import policy, root, unit
from tests.aws.handlers.test_sso import permission_set


def denying(*operations: str) -> Callable[[Call], None]:
    """What IAM says to these operations."""

    def authorize(call: Call) -> None:
        if call.operation in operations and not call.internal:
            text = f"User: {call.principal.arn} is not authorized to perform: {call.service}:{call.operation}"
            raise AwsError("AccessDeniedException", text, 403)

    return authorize


def test_tags_that_may_not_be_read_are_unknown(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    unit(at)
    Policy().create(at, policy(at))
    at.sandbox.front.authorize = denying("ListTagsForResource")
    for handler in (OrganizationalUnit, Policy):
        (found,) = handler().list(at)
        assert found.properties["Tags"] == Unknown("ListTagsForResource: AccessDeniedException")
        assert found.properties["Name"]


def test_the_root_that_may_not_be_read_is_unknown(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    root(at)
    at.sandbox.front.authorize = denying("ListRoots")
    (found,) = Organization().list(at)
    assert found.properties["RootId"] == Unknown("ListRoots: AccessDeniedException")


def test_parts_of_a_permission_set_that_may_not_be_read_are_unknown(connection: Connect) -> None:
    at = connection(region=GLOBAL)
    PermissionSet().create(at, permission_set(at))
    at.sandbox.front.authorize = denying(
        "GetInlinePolicyForPermissionSet",
        "GetPermissionsBoundaryForPermissionSet",
        "ListTagsForResource",
        "ListManagedPoliciesInPermissionSet",
        "ListCustomerManagedPolicyReferencesInPermissionSet",
    )
    (found,) = PermissionSet().list(at)
    unread = {name for name, value in found.properties.items() if isinstance(value, Unknown)}
    assert unread == {
        "InlinePolicy",
        "PermissionsBoundary",
        "Tags",
        "ManagedPolicies",
        "CustomerManagedPolicyReferences",
    }


LISTS: list[tuple[Any, str]] = [
    (Detector, "ListDetectors"),
    (Hub, "DescribeHub"),
    (HubConfiguration, "DescribeOrganizationConfiguration"),
    (FindingAggregator, "ListFindingAggregators"),
    (Session, "GetMacieSession"),
    (MacieAdmin, "ListOrganizationAdminAccounts"),
    (MacieConfiguration, "DescribeOrganizationConfiguration"),
    (InspectorConfiguration, "DescribeOrganizationConfiguration"),
    (OrganizationalUnit, "ListRoots"),
]


@pytest.mark.parametrize(("handler", "operation"), LISTS, ids=lambda value: getattr(value, "type", ""))
def test_a_list_that_iam_denies_is_an_error_never_nothing(handler: Any, operation: str, connection: Connect) -> None:
    at = connection()
    root(at)
    at.sandbox.front.authorize = denying(operation)
    with pytest.raises(ClientError, match="not authorized to perform"):
        list(handler().list(at))
