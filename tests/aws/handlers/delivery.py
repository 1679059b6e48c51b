"""Buckets and keys that a service may deliver logs into: what trails, recorders and flow logs stand on."""

from typing import Any

from bastide.aws.handlers.kms import Key
from bastide.aws.handlers.s3 import Bucket, BucketPolicy


def bucket_for(at: Any, name: str, service: str) -> str:
    """The bucket's name."""
    Bucket().create(at, {"BucketName": name})
    arn = f"arn:aws:s3:::{name}"
    statements = [
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}
        for action, resource in (("s3:GetBucketAcl", arn), ("s3:PutObject", f"{arn}/*"))
    ]
    BucketPolicy().create(at, {"Bucket": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}})
    return name


def key_for(at: Any, service: str) -> str:
    """The key's ARN."""
    statements = [
        {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}
        for principal in ({"AWS": f"arn:aws:iam::{at.account}:root"}, {"Service": service})
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    made = Key().read(at, Key().create(at, {"KeyPolicy": policy, "Tags": [{"Key": "bastide:name", "Value": service}]}))
    assert made
    return made.arn
