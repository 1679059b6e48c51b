"""Memory stays where it is while calls come and go: records and journal are files, and every cache has an end."""

from __future__ import annotations

import contextlib
import gc
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.sandbox import Sandbox

TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})  # fmt: skip
DENIED = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]})
SERVICES = ("iam", "sts", "s3", "ec2", "kms", "sqs")
CALLS, SETTLED = 20_000, 6_000
BYTES_A_CALL = 100  # a record has 1,500, a journal's entry 700


def calls(clients: dict[str, Any], turn: int) -> int:
    """Ten calls that leave the state as it was: made and unmade, overwritten, read, refused, denied; their number."""
    name = f"soak-{turn}"
    clients["sts"].get_caller_identity()
    clients["iam"].create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    clients["iam"].get_role(RoleName=name)
    clients["iam"].delete_role(RoleName=name)
    clients["s3"].put_object(Bucket="soak", Key=f"k{turn % 50}", Body=b"x" * 1000)
    clients["s3"].get_object(Bucket="soak", Key=f"k{turn % 50}")["Body"].read()
    clients["ec2"].describe_security_groups()
    clients["sqs"].list_queues()
    for service, operation, arguments in (("iam", "get_role", {"RoleName": name}), ("kms", "list_keys", {})):
        with contextlib.suppress(ClientError):
            getattr(clients[service], operation)(**arguments)
            pytest.fail(f"{operation} was answered")
    return 10


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_calls(tmp_path: Path) -> None:
    sandbox = Sandbox(journal=tmp_path / "journal.jsonl")
    session = sandbox.session()
    session.client("iam").create_user(UserName="soak")
    key = session.client("iam").create_access_key(UserName="soak")["AccessKey"]
    session.client("iam").attach_user_policy(UserName="soak", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    session.client("iam").put_user_policy(UserName="soak", PolicyName="deny", PolicyDocument=DENIED)
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    own = sandbox.session_with(keys)
    clients = {service: own.client(service) for service in SERVICES}
    clients["s3"].create_bucket(Bucket="soak")
    done, settled = 0, 0
    while done < CALLS:
        done += calls(clients, done)
        if not settled and done >= SETTLED:
            settled = resident()
    records = (tmp_path / "journal.records.jsonl").stat().st_size
    assert records > 600 * done  # all of them were written
    assert (resident() - settled) / (done - SETTLED) < BYTES_A_CALL
    sandbox.close()


def resident() -> int:
    """Bytes of memory that this process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
