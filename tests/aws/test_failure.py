"""What a failure means: the reason of a gap, the refused action, and whether it is worth another try."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from bastide.aws.consistency import eventually, passing
from bastide.aws.failure import failure, refusal
from bastide.errors import TargetError


def refused(code: str, operation: str = "ListRoles", message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(
    ("error", "service", "reason", "action"),
    [
        (refused("AccessDenied"), "iam", "ListRoles: AccessDenied", "iam:ListRoles"),
        (
            refused("AccessDenied", "GetBucketEncryption"),
            "s3", "GetBucketEncryption: AccessDenied", "s3:GetEncryptionConfiguration",
        ),
        (
            refused("AccessDeniedException", message="User: x is not authorized to perform: kms:ListKeys on *"),
            "kms", "ListRoles: AccessDeniedException", "kms:ListKeys",
        ),
        (
            refused("AccessDenied", "AssumeRole"),
            "iam", "the account's role cannot be assumed: AccessDenied", "sts:AssumeRole",
        ),
        (refused("Throttling"), "iam", "ListRoles: Throttling (throttled, after all retries)", ""),
        (refused("AuthFailure"), "ec2", "ListRoles: AuthFailure (is the region enabled in this account?)", ""),
        (refused("Weird"), "iam", "ListRoles: Weird", ""),
        (TargetError("no such thing"), "iam", "no such thing", ""),
        (KeyError("Vpcs"), "ec2", "Bastide's own fault: KeyError: 'Vpcs'", ""),
    ],
)  # fmt: skip
def test_a_refusal_says_why_in_one_line(error: Exception, service: str, reason: str, action: str) -> None:
    found = refusal(error, service)
    assert (found.reason, found.action) == (reason, action)
    assert found.expected is not isinstance(error, KeyError)


def test_no_way_to_aws_is_a_reason_too() -> None:
    assert "Could not connect" in refusal(EndpointConnectionError(endpoint_url="https://iam"), "iam").reason


def test_a_failure_carries_aws_s_code_and_words() -> None:
    assert failure(refused("LimitExceeded", "CreateRole", "too many")) == ("LimitExceeded", "CreateRole: too many")


@pytest.mark.parametrize(
    ("error", "worth"),
    [
        (refused("ConcurrentModificationException"), True),
        (refused("NoSuchEntity"), True),
        (refused("InvalidParameterValueException", message="The role cannot be assumed by Lambda."), True),
        (refused("InvalidParameterValueException", message="memory must be at least 128"), False),
        (refused("MalformedPolicyDocument", message="Invalid principal in policy"), True),
        (refused("MalformedPolicyDocument", message="Syntax errors in policy."), False),
        (refused("BadRequestException", message="you do not have required AWS Organization master permission."), True),
        (refused("BadRequestException", message="an invalid or out-of-range value is specified"), False),
        (refused("AccessDeniedException", message="you must be the Macie administrator for an organization"), True),
        (refused("AccessDeniedException", message="Invoking account does not have access to update"), True),
        (refused("AccessDeniedException", message="Macie is not enabled"), True),
        (
            refused(
                "AccessDeniedException",
                message="User: a is not authorized to perform: macie2:CreateMember because Macie is not enabled",
            ),
            False,
        ),
        (refused("BadRequestException", message="cannot delete while it has invited or associated members."), True),
        (refused("InvalidAccessException", message="Account 1 is not an administrator for this organization"), True),
        (refused("UnprocessedAccounts", message="1: Operation failed because your master must first enable it"), True),
        (refused("CloudTrailAccessNotEnabledException"), True),
        (refused("ConflictException", message="Access Analyzer Service Linked Role is not in the account"), True),
        (refused("ConflictException", message="another operation is being performed on the trail"), True),
        (refused("ConflictException", message="The organization already has a Macie administrator account"), False),
        (refused("ConflictException", message="Analyzer a already exists."), False),
        (refused("AccessDenied", "AssumeRole"), True),
        (refused("AccessDenied"), False),
        (ValueError(), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: Exception, worth: bool) -> None:
    assert passing(error) is worth


def test_patience_ends() -> None:
    slept: list[float] = []

    def always() -> None:
        raise refused("NoSuchEntity")

    with pytest.raises(ClientError):
        eventually(always, patience=20, sleep=slept.append)
    assert slept == [1, 2, 4, 8, 8]
