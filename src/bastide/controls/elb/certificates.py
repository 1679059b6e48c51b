"""Whether a certificate comes from AWS Certificate Manager: by its ARN.

A certificate of IAM's has an ARN of IAM; what is not an ARN (a name, an id) is not said to be either.
"""

from __future__ import annotations

import re

from bastide.controls.lookup import text
from bastide.model import PASS, Unknown, Value, Verdict, fail, unknown

MANAGER = re.compile(r"arn:[^:]+:acm:.+")


def judge_certificate(certificate: Value, path: str) -> Verdict:
    """FAIL for a certificate that is missing or not Certificate Manager's."""
    if certificate is None:
        return fail("there is no certificate", path)
    arn = text(certificate)
    if isinstance(arn, Unknown):
        return unknown(arn, path)
    return PASS if MANAGER.fullmatch(arn) else fail("the certificate is not of AWS Certificate Manager", path)
