"""What a request says of its own signature: header or presigned URL, read strictly.

One idea: both forms become one record; what is missing or malformed is refused here, in AWS's words, so that the
verification only computes. Source: IAM User Guide, "Elements of an AWS API request signature"; Amazon S3 API Reference,
"Authenticating Requests: Using Query Parameters".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import parse_qsl

from bastide.sandbox.signature.canonical import ALGORITHM, S3_NAMES, Key, Parts, derive
from bastide.sandbox.signature.refusals import Refusals

LONGEST = 604_800  # seconds that a presigned URL may live. Source: S3 API Reference, "Authenticating requests: query"
_FIELDS = ("Credential", "Signature", "SignedHeaders")
_FIRST_YEAR, _LAST_YEAR = 1900, 9000  # so that a week more or less is still a date
_REGION = re.compile(r"[a-z0-9-]+")
_DATE = re.compile(r"\d{8}T\d{6}Z")
_QUERY = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders")


@dataclass(frozen=True, slots=True)
class Claim:
    """A signature of Version 4. `at` is when it was made (aware UTC), `expires` its seconds in a presigned URL."""

    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    time: str
    at: datetime
    query: bool = False
    expires: int | None = None

    def check_date(self, say: Refusals) -> None:
        """Raises AwsError when the scope is of another day than the signature."""
        if self.date != self.time[:8]:
            text = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP"
            text += f": '{_printable(self.date)}' != '{self.time[:8]}', from '{self.time}'."
            raise say.scope(text, query=self.query)

    def key(self, secret: str) -> Key:
        """The key that the signature must have been made with."""
        scope = f"{self.date}/{self.region}/{self.service}/aws4_request"
        return Key(derive(secret, self.date, self.region, self.service), self.time, scope)

    @property
    def is_s3(self) -> bool:
        """Whether it was signed by S3's rules."""
        return self.service in S3_NAMES


def read_header(parts: Parts, say: Refusals) -> Claim:
    """The claim of an Authorization header. Raises AwsError."""
    text = parts.request.header("authorization")
    pairs = (part.partition("=") for part in text[len(ALGORITHM) :].split(","))
    fields = {name.strip(): value.strip() for name, _, value in pairs}
    time = parts.request.header("x-amz-date") or parts.request.header("date")
    absent = [f"Authorization header requires '{name}' parameter." for name in _FIELDS if not fields.get(name)]
    if not time:
        absent.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if absent:
        raise say.incomplete(" ".join(absent))
    at = read_time(time)
    if at is None:
        raise say.incomplete(f"Date must be in ISO-8601 'basic format'. Got '{_printable(time)}'.")
    return _claim(fields["Credential"], fields["SignedHeaders"], fields["Signature"], at, say)


def read_query(parts: Parts, say: Refusals) -> Claim:
    """The claim of a presigned URL. Raises AwsError."""
    fields = dict(parse_qsl(parts.query, keep_blank_values=True))
    needed = (*_QUERY, "X-Amz-Expires") if say.is_s3 else _QUERY
    if not all(fields.get(name) for name in needed):
        text = f"Query-string authentication version 4 requires the {', '.join((*_QUERY, 'X-Amz-Expires'))} parameters."
        raise say.incomplete(text, query=True)
    if fields["X-Amz-Algorithm"] != ALGORITHM:
        raise say.unsupported(_printable(fields["X-Amz-Algorithm"]))
    at = read_time(fields["X-Amz-Date"]) if _DATE.fullmatch(fields["X-Amz-Date"]) else None
    if at is None:
        raise say.incomplete("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"", query=True)
    seconds = _seconds(fields.get("X-Amz-Expires"), say)
    names = fields["X-Amz-SignedHeaders"]
    return _claim(fields["X-Amz-Credential"], names, fields["X-Amz-Signature"], at, say, query=True, expires=seconds)


def _seconds(text: str | None, say: Refusals) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise say.incomplete("X-Amz-Expires should be a number", query=True)
    if int(text) < 0:
        raise say.incomplete("X-Amz-Expires must be non-negative", query=True)
    if int(text) > LONGEST:
        raise say.incomplete(f"X-Amz-Expires must be less than a week (in seconds) that is {LONGEST}", query=True)
    return int(text)


def _claim(
    credential: str, names: str, signature: str, at: datetime, say: Refusals, *, query: bool = False,
    expires: int | None = None,
) -> Claim:  # fmt: skip
    time = _stamp(at)
    scope = credential.split("/")[-4:]
    if credential.count("/") < 4:
        form = "AWS-ACCESS-KEY-ID/YYYYMMDD/REGION/SERVICE/aws4_request"
        raise say.incomplete(f"Credential must have the form {form}, not '{_printable(credential)}'", query=query)
    date, region, service, last = scope
    if last != "aws4_request":
        text = f"Credential should be scoped with a valid terminator: 'aws4_request', not '{_printable(last)}'."
        raise say.scope(text, query=query)
    if not _REGION.fullmatch(region):
        raise say.scope(f"Credential should be scoped to a valid Region, not '{_printable(region)}'.", query=query)
    return Claim(date, region, service, _names(names), signature, time, at, query, expires)


@lru_cache(1024)
def _names(text: str) -> tuple[str, ...]:
    return tuple(text.lower().split(";"))


@lru_cache(64)
def read_time(text: str) -> datetime | None:
    """A time (aware UTC) in ISO 8601's basic format, or of a Date header; None when it is neither."""
    try:
        basic = _DATE.fullmatch(text)
        found = datetime.strptime(text, "%Y%m%dT%H%M%SZ") if basic else parsedate_to_datetime(text)
        at = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return at if _FIRST_YEAR <= at.year <= _LAST_YEAR else None


@lru_cache(64)
def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _printable(text: str) -> str:
    """What of a caller's text can stand in an answer of any format."""
    return "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text[:200])
