"""The verdict on a request's signature, whatever way it is signed, and the request as it is to be performed.

One idea: who is named by a key proves to have its secret, or the request goes no further. In process nothing is sent
and nothing is signed: botocore's hook hands the secret over (`HttpRequest.secret`), and it is compared.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qsl

from bastide.sandbox.clock import Clock
from bastide.sandbox.signature import chunks, older
from bastide.sandbox.signature.canonical import ALGORITHM, NOTHING, Key, Parts
from bastide.sandbox.signature.claim import Claim, read_header, read_query, read_time
from bastide.sandbox.signature.refusals import Refusals, missing
from bastide.sandbox.wire import AwsError, HttpRequest

# Source: S3 API Reference, "Error responses" (RequestTimeTooSkewed); IAM User Guide, "Troubleshoot signed requests".
S3_SKEW, SKEW = 900, 300  # seconds
_OLDER_LIFE = timedelta(hours=1)
_LAST_MOMENT = 1 << 37  # seconds since epoch; some 4,000 years
UNSIGNED = "UNSIGNED-PAYLOAD"
_HASH = re.compile(r"[0-9a-fA-F]{64}")


def verify(request: HttpRequest, secret: str, service: str, protocol: str, clock: Clock) -> HttpRequest:
    """The request with its body unwrapped, once it has proved to come from who has the secret.

    `service` is botocore's name, `protocol` what the request speaks. Raises AwsError.
    """
    if request.secret:
        if not hmac.compare_digest(request.secret.encode(), secret.encode()):
            raise Refusals(service, protocol).wrong()
        return replace(request, secret="")
    say = Refusals(service, protocol)
    parts, header = Parts(request), request.header("authorization")
    presigned = "X-Amz-Algorithm=" in parts.query or "X-Amz-Credential=" in parts.query
    if header and presigned and say.is_s3:
        text = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string"
        raise AwsError("InvalidArgument", f"{text} parameter or the Authorization header should be specified", 400)
    if header.startswith(f"{ALGORITHM} ") or (presigned and not header):
        return _verify_claim(
            parts, read_query(parts, say) if not header else read_header(parts, say), secret, say, clock
        )
    if say.is_s3 and (header.startswith("AWS ") or not header):
        return _verify_older(parts, secret, say, clock)
    if header:
        raise say.unsupported(re.sub(r"[^\w-].*", "", header, flags=re.DOTALL)[:64])
    raise missing(protocol)


# ── Version 4 ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _verify_claim(parts: Parts, claim: Claim, secret: str, say: Refusals, clock: Clock) -> HttpRequest:
    _check_headers(parts, claim, say)
    _check_time(claim, say, clock)
    claim.check_date(say)
    request, key = parts.request, claim.key(secret)
    said = request.header("x-amz-content-sha256")
    _check_signature(parts, claim, key, _payload(parts, claim, said, say), say)
    if _HASH.fullmatch(said) and said.lower() != (actual := sha256(request.body).hexdigest()):
        if not claim.is_s3:
            raise say.wrong()
        text = "The provided 'x-amz-content-sha256' header does not match what was computed."
        more = {"ClientComputedContentSHA256": said, "S3ComputedContentSHA256": actual}
        raise AwsError("XAmzContentSHA256Mismatch", text, 400, **more)
    return chunks.unwrap(request, key, claim.signature)


def _check_signature(parts: Parts, claim: Claim, key: Key, payload: str, say: Refusals) -> None:
    signature, first, lines = claim.signature.encode(), b"", ""
    for canonical in parts.canonical(claim.signed_headers, payload, claim.is_s3, "X-Amz-Signature"):
        digest = sha256(canonical).hexdigest()
        if hmac.compare_digest(key.sign(digest).encode(), signature):
            return
        if not first:
            first, lines = canonical, f"{ALGORITHM}\n{key.time}\n{key.scope}\n{digest}"
    # What the server computed, so that the caller sees where the two differ: as S3 answers.
    more = {
        "StringToSign": lines,
        "SignatureProvided": _plain(claim.signature.encode()),
        "CanonicalRequest": _plain(first),
    }
    raise say.wrong(**more)


def _plain(text: bytes) -> str:
    return re.sub(r"[^\n\x20-\x7e]", "?", text.decode("latin1"))


def _payload(parts: Parts, claim: Claim, said: str, say: Refusals) -> str:
    """The last line of the canonical request. Raises AwsError for what no payload's hash can be."""
    if said:
        if not (_HASH.fullmatch(said) or said == UNSIGNED or said in chunks.STREAMS):
            kinds = ", ".join((UNSIGNED, *sorted(chunks.STREAMS)))
            text = f"x-amz-content-sha256 must be {kinds}, or a valid sha256 value."
            raise AwsError("InvalidArgument", text, 400) if claim.is_s3 else say.unsupported(_plain(said.encode())[:64])
        return said
    if claim.is_s3 and claim.query:
        return dict(parse_qsl(parts.query)).get("X-Amz-Content-Sha256", UNSIGNED)
    if claim.is_s3:
        text = "Missing required header for this request: x-amz-content-sha256"
        raise AwsError("InvalidRequest", text, 400)
    return sha256(parts.request.body).hexdigest() if parts.request.body else NOTHING


def _check_headers(parts: Parts, claim: Claim, say: Refusals) -> None:
    """What must be signed is: the host, and in S3 every `x-amz-` header."""
    names = claim.signed_headers
    if "host" not in names and ":authority" not in names:
        raise say.scope("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.", query=claim.query)
    if not claim.is_s3:
        return
    left = [name for name in parts.values if name.startswith("x-amz-") and name not in names and name not in _FREE]
    if left:
        text = "There were headers present in the request which were not signed"
        raise AwsError("AccessDenied", text, 403, HeadersNotSigned=", ".join(sorted(left)))


# A payload's hash is part of what is signed, as the last line; a presigned URL's date is in its query.
_FREE = frozenset({"x-amz-content-sha256"})


def _check_time(claim: Claim, say: Refusals, clock: Clock) -> None:
    """In time by the machine's clock, which clients sign with, or by the sandbox's, when that was driven elsewhere."""
    skew = timedelta(seconds=S3_SKEW if say.is_s3 else SKEW)
    now, real = clock.now(), datetime.now(UTC)
    if claim.expires is None:
        if all(abs(one - claim.at) > skew for one in (now, real)):
            raise say.skewed(claim.at, real, int(skew.total_seconds()))
        return
    lives = timedelta(seconds=claim.expires)
    begun = list(_moments(claim.at, clock))
    if any(at - skew <= now <= at + lives for at in begun):
        return
    if now > begun[-1] + lives:
        raise say.over(begun[-1] + lives, now)
    raise say.early(begun[-1], now)


def _moments(signed: datetime, clock: Clock) -> Iterator[datetime]:
    """The sandbox's times at which something was signed: as it says, and as the sandbox's clock then was."""
    yield signed
    try:
        yield clock.at_real(signed)
    except OverflowError:
        return


# ── Version 2 of S3 ─────────────────────────────────────────────────────────────────────────────────────────────────


def _verify_older(parts: Parts, secret: str, say: Refusals, clock: Clock) -> HttpRequest:
    request, header = parts.request, parts.request.header("authorization")
    if header:
        signature, expires = header.rpartition(":")[2], ""
        _check_header_time(request, say, clock)
    else:
        fields = dict(parse_qsl(parts.query, keep_blank_values=True))
        signature, expires = fields.get("Signature", ""), fields.get("Expires", "")
        if not signature or not expires:
            text = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
            raise AwsError("AccessDenied", text, 403)
        _check_expiry(expires, say, clock)
    if not older.is_signature(signature, request, secret, expires):
        raise say.wrong(SignatureProvided=_plain(signature.encode()))
    return chunks.unwrap(request)


def _check_header_time(request: HttpRequest, say: Refusals, clock: Clock) -> None:
    from_header = request.header("x-amz-date") or request.header("date")
    at = read_time(from_header)
    if at is None:
        raise AwsError("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", 403)
    now, real = clock.now(), datetime.now(UTC)
    if all(abs(one - at) > timedelta(seconds=S3_SKEW) for one in (now, real)):
        raise say.skewed(at, real, S3_SKEW)


def _check_expiry(expires: str, say: Refusals, clock: Clock) -> None:
    try:
        ends = datetime.fromtimestamp(min(max(int(expires), 0), _LAST_MOMENT), UTC)
    except (ValueError, OverflowError, OSError) as wrong:
        raise AwsError("AuthorizationQueryParametersError", "Expires must be seconds since epoch", 400) from wrong
    now = clock.now()
    # When it was signed is not said, and matters only while the clock is driven: SDKs make such URLs for an hour.
    *_, begun = _moments(ends - _OLDER_LIFE, clock)
    last = begun + _OLDER_LIFE
    if now > last:
        raise say.over(last, now)
