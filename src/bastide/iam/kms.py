"""Grants of a KMS key, a source of permission beside its key policy.

Source: AWS KMS Developer Guide, "Grants in AWS KMS" and "Grant constraints".
"""

from __future__ import annotations

from collections.abc import Iterable

from bastide.iam.policy_set import Grant
from bastide.iam.principals import DELEGATED, statement_names
from bastide.iam.question import Question

CONTEXT = "kms:encryptioncontext:"


def granted(grants: Iterable[Grant], question: Question) -> bool:
    """Whether a grant names the caller for the operation, and its constraint on the encryption context holds."""
    service, _, operation = question.action.partition(":")
    return service == "kms" and any(
        operation in (one.lower() for one in grant.operations) and _names(grant, question) and _holds(grant, question)
        for grant in grants
    )


def _names(grant: Grant, question: Question) -> bool:
    """A grant names one identity; an account's ARN there is that account as a whole and delegates nothing."""
    names = question.caller.names
    listed = statement_names({"AWS": (grant.grantee,), "Service": (grant.grantee,)})
    return any(strength > DELEGATED and name in listed for name, strength in names.items())


def _holds(grant: Grant, question: Question) -> bool:
    """Whether the encryption context, as the keys ``kms:EncryptionContext:…`` tell it, is as the grant demands."""
    found = {key: values for key, values in question.keys.items() if key.startswith(CONTEXT)}
    if grant.context_equals is not None:
        wanted = {CONTEXT + key.lower(): (value,) for key, value in grant.context_equals}
        if found != wanted:
            return False
    return all(found.get(CONTEXT + key.lower()) == (value,) for key, value in grant.context_subset or ())
