"""Writes that fail for a while because AWS has not yet seen what was done before.

One idea: IAM, Organizations and S3 are eventually consistent, so an error that says "not there (yet)" or "another write
is under way" is tried again for a bounded time; every other error is final at once. Throttling is the client's part.
Source: IAM User Guide, "Troubleshoot IAM", "Changes that I make are not always immediately visible".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import ClientError, HTTPClientError, SSLError

from bastide.aws.handler import THROTTLED, error_code
from bastide.aws.waiting import NotYet

T = TypeVar("T")

BUSY = frozenset(
    {
        "ConcurrentModification",
        "ConcurrentModificationException",
        "ConcurrentUpdateException",
        "FinalizingOrganizationException",
        "OperationAborted",
        "OperationInProgressException",
        "ResourceInUseException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
    }
)
NOT_YET = frozenset(
    {
        "NoSuchEntity", "NoSuchBucket", "NotFoundException", "ResourceNotFoundException", "InvalidPrincipal",
        "InsufficientDeliveryPolicyException", "InsufficientS3BucketPolicyException",
        "InsufficientEncryptionPolicyException", "InvalidVpcID.NotFound", "InvalidSubnetID.NotFound",
        "InvalidGroup.NotFound", "InvalidRouteTableID.NotFound", "DependencyViolation", "DeleteConflict",
        # A new account: its services are still being set up.
        "OptInRequired", "SubscriptionRequiredException",
        # Trusted access was enabled a moment ago; the organization was made a moment ago.
        "CloudTrailAccessNotEnabledException", "AWSOrganizationsNotInUseException", "PolicyTypeNotEnabledException",
    }
)  # fmt: skip
# What services call that of which they have not heard yet.
ABSENT = re.compile(r"^NoSuch|NotFound(Exception|Fault|Error)?$|(Does|Do)NotExist(Exception)?$")
# What security services say until they have seen who administers them, and who is a member. They use the codes of a
# refusal for it; IAM's own refusal says "not authorized to perform" and never passes.
DELEGATION = re.compile(
    r"^(?!.*not authorized to perform).*("
    r"delegated admin|not an? (\w+ )?administrator|must be the \w+ administrator|Organization master permission"
    r"|Invoking account does not have access|not subscribed|is not enabled|not an associated member"
    r"|not part of (your|the) organization|must first enable|Service Linked Role is not in"
    # The other way round: a service is left while it is administered still.
    r"|invited or associated members|member account|administrator or a member)",
    re.IGNORECASE | re.DOTALL,
)
# Errors of a general code that only mean "not yet" when they speak of a role, a principal, a key or a delegation.
BY_MESSAGE = {
    "AccessDeniedException": DELEGATION,
    "BadRequestException": DELEGATION,
    "InvalidAccessException": DELEGATION,
    "UnprocessedAccounts": DELEGATION,
    # Another write is under way; or there is one already, and that will not pass.
    "ConflictException": re.compile(r"^(?!.*(already(?! being)|exists))", re.IGNORECASE | re.DOTALL),
    "InvalidParameterValue": re.compile(r"role|assum|principal|policy|does not exist", re.IGNORECASE),
    "InvalidParameterValueException": re.compile(r"role|assum|principal|policy", re.IGNORECASE),
    "MalformedPolicy": re.compile(r"principal", re.IGNORECASE),
    "MalformedPolicyDocument": re.compile(r"principal", re.IGNORECASE),
    "MalformedPolicyDocumentException": re.compile(r"principal", re.IGNORECASE),
    "ValidationException": re.compile(r"assum|principal", re.IGNORECASE),
}


def passing(error: Exception) -> bool:
    """Whether the error may go away by itself."""
    if not isinstance(error, ClientError):
        return isinstance(error, HTTPClientError | NotYet) and not isinstance(error, SSLError)
    code = error_code(error)
    if ABSENT.search(code):
        return True
    if error.operation_name == "AssumeRole":
        return True  # the role of an account that was just made; whether it exists was asked before
    if code in BUSY or code in NOT_YET or code in THROTTLED:
        return True
    message = str(error.response.get("Error", {}).get("Message", ""))
    return code in BY_MESSAGE and BY_MESSAGE[code].search(message) is not None


def eventually(call: Callable[[], T], *, patience: float, sleep: Callable[[float], None]) -> T:
    """The answer of ``call``, tried again after 1, 2, 4, 8, 8, … seconds while it fails for what may pass.

    Raises:
        ClientError, HTTPClientError, NotYet: any other error, or the last one when ``patience`` (seconds) is over.
    """
    waited, pause = 0.0, 1.0
    while True:
        try:
            return call()
        except (ClientError, HTTPClientError, NotYet) as error:
            if waited >= patience or not passing(error):
                raise
        sleep(pause)
        waited, pause = waited + pause, min(pause * 2, 8.0)


def collides(error: Exception) -> bool:
    """Whether a create failed because the name is taken."""
    return isinstance(error, ClientError) and re.search(r"Exists|Duplicate|AlreadyOwned", error_code(error)) is not None
