"""Who stands behind an access key: users' keys as IAM has them now, and the sessions that STS made.

One idea: a caller is looked up by key at every request, and held against the time, its token and the key's status. The
STS shims add a session with all that STS decided about it (`Principal.session`); users' keys are asked of IAM.
What a signature must be made with (`secret`) is known here and compared in `signature`.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bastide.sandbox import moto
from bastide.sandbox.credentials import BOOTSTRAP_CREDENTIALS, BOOTSTRAP_KEY, BOOTSTRAP_ROLE, MANAGEMENT_ACCOUNT
from bastide.sandbox.principal import Principal
from bastide.sandbox.resolve import Scope
from bastide.sandbox.wire import AwsError, HttpRequest

# The sandbox's first caller: an administrator's session in the management account; no user or role stands behind it.
ADMINISTRATOR = Principal(
    MANAGEMENT_ACCOUNT,
    f"arn:aws:sts::{MANAGEMENT_ACCOUNT}:assumed-role/{BOOTSTRAP_ROLE}/bootstrap",
    "AROABASTIDESANDBOX000:bootstrap",
    BOOTSTRAP_KEY,
)
ANONYMOUS = Principal(MANAGEMENT_ACCOUNT, "anonymous", "anonymous", "", "Anonymous")

# Protocol (or service) → (code, HTTP status, message) for keys that nobody has, wrong tokens, and sessions of the past.
# Source: the services' API references, "Common errors"; Amazon S3 API Reference, "Error responses"; Amazon EC2 API
# Reference, "Error codes" (AuthFailure, RequestExpired).
_INVALID = "The security token included in the request is invalid."
_UNKNOWN_KEY = {
    "json": ("UnrecognizedClientException", 400, _INVALID),
    "rest-json": ("UnrecognizedClientException", 403, _INVALID),
    "ec2": ("AuthFailure", 401, "AWS was not able to validate the provided access credentials"),
    "s3": ("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."),
    "": ("InvalidClientTokenId", 403, _INVALID),
}
_WRONG_TOKEN = _UNKNOWN_KEY | {
    "s3": ("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
}
_OVER = "The security token included in the request is expired"
_EXPIRED = {
    "json": ("ExpiredTokenException", 400, _OVER),
    "rest-json": ("ExpiredTokenException", 403, _OVER),
    "ec2": ("RequestExpired", 400, "Request has expired."),
    "s3": ("ExpiredToken", 400, "The provided token has expired."),
    "": ("ExpiredToken", 403, _OVER),
}


@dataclass(frozen=True)
class _Known:
    """A key's principal, secret and token; for a user's own key moto's user instead, who has the secret."""

    principal: Principal
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    user: Any = None


class Sessions:
    """All access keys of one sandbox."""

    def __init__(self) -> None:
        """Only the administrator's, at first. Its token is public and not asked for."""
        self._known = {BOOTSTRAP_KEY: _Known(ADMINISTRATOR, BOOTSTRAP_CREDENTIALS["aws_secret_access_key"])}

    def add(self, principal: Principal, secret: str, token: str) -> None:
        """Remember a session that STS made, with the secret key and the token that it gave out."""
        self._known[principal.access_key] = _Known(principal, secret, token)

    def secret(self, principal: Principal) -> str:
        """The secret key behind the principal's access key."""
        known = self._known[principal.access_key]
        return known.secret if known.user is None else str(_key(known).secret_access_key)

    def read(self, access_key: str) -> Principal | None:
        """Whose key it is, in force or not; None when nobody has it."""
        known = self._known.get(access_key)
        return known.principal if known else None

    def identify(self, scope: Scope, protocol: str) -> Principal:
        """The principal behind the request's key, as it is called now.

        Raises:
            AwsError: in the protocol's own words, when the request is not signed or the key is nobody's or inactive.
        """
        if not scope.access_key:
            # AssumeRoleWithWebIdentity and AssumeRoleWithSAML are not signed; buckets may be open to everybody.
            if scope.service in ("sts", "s3"):
                return ANONYMOUS
            raise AwsError("AccessDenied", "Access Denied: the request is not signed", 403)
        known = self._known.get(scope.access_key)
        if known is None or (known.user is not None and not _in_force(known)):
            raise _refusal(_UNKNOWN_KEY, scope.service, protocol)
        if known.user is not None and known.user.arn != known.principal.arn:  # the user was renamed or moved
            known = replace(known, principal=replace(known.principal, arn=str(known.user.arn)))
            self._known[scope.access_key] = known
        return known.principal

    def verify(self, principal: Principal, request: HttpRequest, service: str, protocol: str, at: datetime) -> None:
        """Raises AwsError when the session is over at `at` (aware UTC) or the request has another session's token."""
        known = self._known.get(principal.access_key)
        if known is None:
            return
        token = _token(request)
        if known.user is not None and token:  # a user's own key has none
            raise _refusal(_WRONG_TOKEN, service, protocol)
        if known.token and not hmac.compare_digest(token.encode(), known.token.encode()):
            raise _refusal(_WRONG_TOKEN if token else _UNKNOWN_KEY, service, protocol)
        if principal.session is not None and at >= principal.session.expires_at:
            raise _refusal(_EXPIRED, service, protocol)

    def add_user(self, account: str, user: Any, access_key: str) -> None:
        """Remember a user's own key; `user` is moto's, which is asked at every request whether the key is in force."""
        principal = Principal(account, str(user.arn), str(user.id), access_key, "IAMUser")
        self._known[access_key] = _Known(principal, user=user)


def _in_force(known: _Known) -> bool:
    """Whether the user exists and the key is active. Source: IAM User Guide, "Manage access keys for IAM users"."""
    users = moto.backend("iam", known.principal.account, "aws").users
    if users.get(known.user.name) is not known.user:
        return False
    key = _key(known)
    return key is not None and key.status == "Active"


def _key(known: _Known) -> Any:
    return next((row for row in known.user.access_keys if row.access_key_id == known.principal.access_key), None)


def _token(request: HttpRequest) -> str:
    """The session token of a signed request or of a presigned URL, old or new."""
    named = request.header("x-amz-security-token")
    if named or "ecurity-" not in request.url:
        return named
    query = parse_qsl(urlsplit(request.url).query)
    return next((value for key, value in query if key.lower() == "x-amz-security-token"), "")


def _refusal(table: dict[str, tuple[str, int, str]], service: str, protocol: str) -> AwsError:
    code, status, text = table.get("s3" if service == "s3" else protocol, table[""])
    return AwsError(code, text, status)
