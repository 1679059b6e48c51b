"""S3: objects under KMS keys can be written and read only while the key works. moto: never looks at the key.

Source: Amazon S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)"; S3 API Reference, "Error
responses", KMS.DisabledException and its like; KMS Developer Guide, "Key states of AWS KMS keys".
"""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.s3 import read_bucket
from bastide.sandbox.wire import AwsError

HEADER = "x-amz-server-side-encryption"
MANAGED = "alias/aws/s3"


def require_writing_key(call: Call) -> None:
    """Raises S3's error unless the key that the new object is to be under works."""
    bucket = read_bucket(call.params["Bucket"])
    rule = ((bucket.encryption or {}).get("Rule") or {}).get("ApplyServerSideEncryptionByDefault") or {}
    algorithm = call.request.header(HEADER) or rule.get("SSEAlgorithm", "")
    if not algorithm.startswith("aws:kms"):
        return
    named = call.request.header(f"{HEADER}-aws-kms-key-id") or (
        rule.get("KMSMasterKeyID", "") if str(rule.get("SSEAlgorithm", "")).startswith("aws:kms") else ""
    )
    _require(named, call.principal.account, bucket.region_name)


def require_reading_key(call: Call) -> None:
    """Raises S3's error unless the key that the object is under works."""
    params = call.params
    bucket = read_bucket(params["Bucket"])
    versions = bucket.keys.getlist(params["Key"], [])
    wanted = params.get("VersionId")
    found = next((row for row in reversed(versions) if not wanted or row.version_id == wanted), None)
    if found is not None and str(getattr(found, "encryption", "") or "").startswith("aws:kms"):
        _require(found.kms_key_id or "", bucket.account_id, bucket.region_name)


def _require(named: str, account: str, region: str) -> None:
    if not named or named.endswith(MANAGED):
        return
    parts = named.split(":")
    if len(parts) == 6:
        account, region = parts[4], parts[3]
    key = _key(named, account, region)
    if key is None:
        raise AwsError("KMS.NotFoundException", f"Key '{named}' does not exist", 400)
    if key.key_state == "Disabled":
        raise AwsError("KMS.DisabledException", f"{key.arn} is disabled.", 400)
    if key.key_state != "Enabled":
        raise AwsError("KMS.KMSInvalidStateException", f"{key.arn} is pending deletion.", 400)


def _key(named: str, account: str, region: str) -> Any:
    backend = moto.backend("kms", account, region)
    return backend.keys.get(backend.any_id_to_key_id(named))


@shim("s3", "CreateMultipartUpload")
def create_multipart_upload(call: Call) -> Answer:
    """Under a key that works."""
    require_writing_key(call)
    return call.forward()
