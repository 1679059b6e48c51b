"""What a service says about a signature that it does not accept: code, status and words by protocol.

One idea: four things can be wrong (missing, malformed, not matching, out of time); each has one method here, and the
table behind it says what S3, EC2 and the protocols call it.
Source: IAM, DynamoDB and EC2 API References, "Common errors"; S3 API Reference, "Error responses"; IAM User Guide,
"Troubleshoot signed requests for AWS APIs".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bastide.sandbox.wire import AwsError

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
_S3_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
Table = dict[str, tuple[str, int]]
_WRONG: Table = {
    "json": ("InvalidSignatureException", 400),
    "rest-json": ("InvalidSignatureException", 403),
    "ec2": ("AuthFailure", 401),
    "": ("SignatureDoesNotMatch", 403),
}
_INCOMPLETE: Table = {
    "json": ("IncompleteSignatureException", 400),
    "rest-json": ("IncompleteSignatureException", 403),
    "": ("IncompleteSignature", 400),
}
_MISSING: Table = {
    "json": ("MissingAuthenticationTokenException", 400),
    "rest-json": ("MissingAuthenticationTokenException", 403),
    "": ("MissingAuthenticationToken", 403),
}


def missing(protocol: str) -> AwsError:
    """For a request that is not signed at all."""
    code, status = _MISSING.get(protocol, _MISSING[""])
    return AwsError(code, "Request is missing Authentication Token", status)


@dataclass(frozen=True, slots=True)
class Refusals:
    """The words of one service: `service` is botocore's name, `protocol` what the request speaks."""

    service: str
    protocol: str

    @property
    def is_s3(self) -> bool:
        """Whether S3's own codes are in use."""
        return self.service == "s3"

    def wrong(self, text: str = "", **members: object) -> AwsError:
        """The signature is not the one that the request must have."""
        if self.is_s3:
            return AwsError("SignatureDoesNotMatch", text or _S3_MISMATCH, 403, **members)
        code, status = _WRONG.get(self.protocol, _WRONG[""])
        if self.protocol == "ec2":  # says no more than this
            text = "AWS was not able to validate the provided access credentials"
        return AwsError(code, text or MISMATCH, status)

    def incomplete(self, text: str, *, query: bool = False) -> AwsError:
        """The authorization has not the parts, or the form, that it must have."""
        if self.is_s3 and query:
            return AwsError("AuthorizationQueryParametersError", text, 400)
        if self.is_s3:
            return AwsError("AuthorizationHeaderMalformed", f"The authorization header is malformed; {text}", 400)
        code, status = _INCOMPLETE.get(self.protocol, _INCOMPLETE[""])
        return AwsError(code, text, status)

    def scope(self, text: str, *, query: bool) -> AwsError:
        """The credential scope and the request differ: S3 calls that malformed, others a wrong signature."""
        return self.incomplete(text, query=query) if self.is_s3 else self.wrong(text)

    def unsupported(self, algorithm: str) -> AwsError:
        """Another way of signing than Signature Version 4."""
        if self.is_s3:
            text = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
            return AwsError("InvalidRequest", text, 400)
        return self.incomplete(f"Unsupported AWS 'algorithm': '{algorithm}'. The sandbox verifies AWS4-HMAC-SHA256.")

    def skewed(self, signed: datetime, now: datetime, seconds: int) -> AwsError:
        """A header's signature that is further than `seconds` from now."""
        if self.is_s3:
            text = "The difference between the request time and the current time is too large."
            more = {"RequestTime": _stamp(signed), "ServerTime": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
            return AwsError("RequestTimeTooSkewed", text, 403, **more, MaxAllowedSkewMilliseconds=seconds * 1000)
        if signed < now:
            return self.over(signed, now, f"({_stamp(now)} - {seconds // 60} min.)")
        return self.early(signed, now)

    def over(self, ended: datetime, now: datetime, note: str = "") -> AwsError:
        """What was signed was good until `ended`."""
        if self.is_s3:
            more = {"Expires": f"{ended:%Y-%m-%dT%H:%M:%SZ}", "ServerTime": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
            return AwsError("AccessDenied", "Request has expired", 403, **more)
        if self.protocol == "ec2":
            return AwsError("RequestExpired", "Request has expired.", 400)
        return self.wrong(f"Signature expired: {_stamp(ended)} is now earlier than {_stamp(now)} {note}".strip())

    def early(self, signed: datetime, now: datetime) -> AwsError:
        """What was signed is of a time that has not come."""
        if self.is_s3:
            return AwsError("AccessDenied", "Request is not valid yet", 403)
        if self.protocol == "ec2":
            return AwsError("RequestExpired", "Request has expired.", 400)
        return self.wrong(f"Signature not yet current: {_stamp(signed)} is still later than {_stamp(now)}")


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"
