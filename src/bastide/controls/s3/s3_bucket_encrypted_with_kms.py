"""A bucket encrypts new objects with a KMS key by default.

S3 encrypts with its own keys whatever a bucket says; a KMS key adds a policy and a record of each use. A bucket that
S3 delivers access logs to is the exception: deliveries to one with a KMS key fail.
"""

from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import having
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

RULES = "BucketEncryption.ServerSideEncryptionConfiguration"
ALGORITHM = "ServerSideEncryptionByDefault.SSEAlgorithm"
DESTINATION = "LoggingConfiguration.DestinationBucketName"


@control(
    title="S3 buckets encrypt new objects with a KMS key",
    resource_type="AWS::S3::Bucket",
    severity="medium",
    maps_to=("SecurityHub:S3.17", "NIST-800-53r5:SC-28(1)", "NIST-800-53r5:SC-13"),
    source="Amazon S3 User Guide, Using server-side encryption with AWS KMS keys (SSE-KMS); Enabling Amazon S3 server "
    "access logging",
    remediation="Set the bucket's default encryption to aws:kms with a key of your own, and switch bucket keys on.",
    config_rule="s3-default-encryption-kms",
    properties=("BucketEncryption", "LoggingConfiguration"),
)
def s3_bucket_encrypted_with_kms(bucket: Resource, estate: Estate) -> Verdict:
    """FAIL when no default rule, or one with S3's own keys, is set. Both kinds of KMS encryption count."""
    if having(estate, bucket.type, DESTINATION, bucket.id):
        return not_applicable("S3 delivers access logs only to buckets with its own keys")
    rules = elements_of(bucket.get(RULES))
    if isinstance(rules, Unknown):
        return unknown(rules, RULES)
    for index in range(len(rules)):
        path = f"{RULES}.{index}.{ALGORITHM}"
        algorithm = bucket.get(path)
        if isinstance(algorithm, Unknown):
            return unknown(algorithm, path)
        if algorithm in ("aws:kms", "aws:kms:dsse"):
            return PASS
    return fail("new objects are not encrypted with a KMS key", RULES)
