"""S3: objects under a key that the customer provides (SSE-C). moto: forgets the key, and gives the object to anybody.

The key's digest is kept for the current object of a name, not for each version; answers do not repeat the headers.
Source: Amazon S3 User Guide, "Using server-side encryption with customer-provided keys (SSE-C)".
"""

from __future__ import annotations

from urllib.parse import unquote

from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.s3 import check_acl
from bastide.sandbox.shims.s3_kms_keys import require_reading_key, require_writing_key
from bastide.sandbox.wire import AwsError

DIGEST = "x-amz-server-side-encryption-customer-key-md5"
OF_SOURCE = "x-amz-copy-source-server-side-encryption-customer-key-md5"
REFUSED = (
    "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve "
    "the object."
)


def _digests(call: Call) -> dict[tuple[str, str], str]:
    """(bucket, key) → digest of the customer's key; bucket names are the whole partition's."""
    return call.organization_store.setdefault("customer_keys", {})  # type: ignore[no-any-return]


@shim("s3", "PutObject")
def put_object(call: Call) -> Answer:
    """The object, under the customer's key where one is given."""
    check_acl(call)
    require_writing_key(call)
    response = call.forward()
    _keep(call)
    return response


@shim("s3", "CopyObject")
def copy_object(call: Call) -> Answer:
    """The copy; whoever copies from under a customer's key has to know it."""
    if _digests(call):
        source = unquote(call.request.header("x-amz-copy-source")).lstrip("/").partition("?")[0]
        bucket, _, key = source.partition("/")
        _require(call, (bucket, key), call.request.header(OF_SOURCE))
    check_acl(call)
    require_writing_key(call)
    response = call.forward()
    _keep(call)
    return response


@shim("s3", "GetObject", "HeadObject")
def read_object(call: Call) -> Answer:
    """The object, to whoever has the customer's key."""
    if _digests(call):
        _require(call, (call.params["Bucket"], call.params["Key"]), call.request.header(DIGEST))
    require_reading_key(call)
    return call.forward()


def _keep(call: Call) -> None:
    digest, digests = call.request.header(DIGEST), _digests(call)
    if digest:
        digests[call.params["Bucket"], call.params["Key"]] = digest
    elif digests:
        digests.pop((call.params["Bucket"], call.params["Key"]), None)


def _require(call: Call, what: tuple[str, str], given: str) -> None:
    kept = _digests(call).get(what)
    if kept is not None and kept != given:
        raise AwsError("InvalidRequest", REFUSED, 400)
