"""The journal: the same organization after a restart, whatever killed the process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.errors import InputError
from bastide.sandbox import Sandbox, transport


def build(sandbox: Sandbox) -> str:
    """An organization with things whose ids, keys and dates are random; the member's id."""
    organizations = sandbox.session().client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    status = organizations.create_account(Email="a@acme.example", AccountName="a")["CreateAccountStatus"]
    found = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
    member = sandbox.session(found["AccountId"], "eu-west-1")
    member.client("ec2").describe_vpcs()  # a read makes the default VPC
    member.client("iam").create_user(UserName="ada")
    member.client("iam").create_access_key(UserName="ada")
    member.client("kms").create_key()
    member.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
    member.client("guardduty").create_detector(Enable=True)
    here = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    member.client("s3").create_bucket(Bucket="journal-bucket", **here)
    member.client("s3").put_object(Bucket="journal-bucket", Key="raw", Body=bytes(range(256)))
    return str(found["AccountId"])


def photograph(sandbox: Sandbox, account: str) -> dict[str, Any]:
    """All that must survive."""
    member = sandbox.session(account, "eu-west-1")
    answers = {
        "accounts": sandbox.session().client("organizations").list_accounts(),
        "roles": member.client("iam").list_roles(),
        "keys": member.client("iam").list_access_keys(UserName="ada"),
        "kms": member.client("kms").list_keys(),
        "vpcs": member.client("ec2").describe_vpcs(),
        "subnets": member.client("ec2").describe_subnets(),
        "detectors": member.client("guardduty").list_detectors(),
        "buckets": member.client("s3").list_buckets(),
    }
    for answer in answers.values():
        answer.pop("ResponseMetadata")
    body = member.client("s3").get_object(Bucket="journal-bucket", Key="raw")["Body"].read()
    return answers | {"body": body}


def test_a_replay_gives_the_same_ids_keys_and_dates(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Sandbox(path)
    account = build(first)
    before = photograph(first, account)
    first.close()
    assert photograph(Sandbox(path), account) == before


def test_credentials_of_before_work_after_a_replay(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Sandbox(path)
    account = build(first)
    session = first.session(account)
    first.close()
    second = Sandbox(path)
    again = second.session()
    second.attach(session._session)
    transport.detach(session._session)
    second.attach(session._session)
    assert session.client("sts").get_caller_identity()["Account"] == account
    assert again.client("sts").get_caller_identity()["Account"] == second.management_account


def test_reads_are_not_journaled(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    sandbox = Sandbox(path)
    sandbox.session().client("iam").list_roles()
    sandbox.session().client("ec2").describe_vpcs()
    assert len(path.read_text().splitlines()) == 1
    sandbox.session().client("iam").create_user(UserName="ada")
    assert len(path.read_text().splitlines()) == 2
    assert "Credential=" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Sandbox(path)
    first.session().client("iam").create_user(UserName="kept")
    first.session().client("iam").create_user(UserName="torn")
    first.close()
    text = path.read_bytes()
    path.write_bytes(text[:-20])
    second = Sandbox(path)
    iam = second.session().client("iam")
    assert [row["UserName"] for row in iam.list_users()["Users"]] == ["kept"]
    iam.create_user(UserName="after")
    second.close()
    third = Sandbox(path).session().client("iam")
    assert {row["UserName"] for row in third.list_users()["Users"]} == {"after", "kept"}


@pytest.mark.parametrize("line", [1, 2])
def test_a_broken_line_inside_is_an_error_that_names_it(tmp_path: Path, line: int) -> None:
    path = tmp_path / "journal.jsonl"
    first = Sandbox(path)
    first.session().client("iam").create_user(UserName="one")
    first.session().client("iam").create_user(UserName="two")
    first.close()
    lines = path.read_text().splitlines(keepends=True)
    lines[line - 1] = '{"broken": true\n'
    path.write_text("".join(lines))
    with pytest.raises(InputError) as caught:
        Sandbox(path)
    assert f"journal.jsonl:{line}" in str(caught.value)
    assert "bastide sandbox reset" in str(caught.value)


def test_a_reset_empties_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    sandbox = Sandbox(path)
    sandbox.session().client("iam").create_user(UserName="gone")
    sandbox.reset()
    sandbox.session().client("iam").create_user(UserName="new")
    sandbox.close()
    users = Sandbox(path).session().client("iam").list_users()["Users"]
    assert [row["UserName"] for row in users] == ["new"]


def test_a_journal_has_one_sandbox(tmp_path: Path) -> None:
    first = Sandbox(tmp_path / "journal.jsonl")
    with pytest.raises(InputError, match="another process uses this sandbox's journal"):
        Sandbox(tmp_path / "journal.jsonl")
    first.close()
    Sandbox(tmp_path / "journal.jsonl").close()


def test_what_was_encrypted_before_a_restart_is_decrypted_after_it(tmp_path: Path) -> None:
    first = Sandbox(tmp_path / "journal.jsonl")
    key = first.session().client("kms").create_key()["KeyMetadata"]["KeyId"]
    cipher = first.session().client("kms").encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
    first.close()
    assert (
        Sandbox(tmp_path / "journal.jsonl").session().client("kms").decrypt(CiphertextBlob=cipher)["Plaintext"]
        == b"text"
    )


def test_a_full_disk_is_told_and_not_an_empty_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox(tmp_path / "journal.jsonl")

    def full(_: Any) -> None:
        raise OSError(28, "No space left on device")

    assert sandbox._journal is not None
    monkeypatch.setattr(sandbox._journal, "append", full)
    with pytest.raises(ClientError, match=r"a restart will not know it.*No space left on device"):
        sandbox.session().client("iam").create_user(UserName="ada")


def test_an_object_uploaded_in_parts_is_there_after_a_replay(tmp_path: Path) -> None:
    path, place, part = tmp_path / "journal.jsonl", {"Bucket": "parts", "Key": "large"}, bytes(5 * 2**20)
    sandbox = Sandbox(path)
    s3 = sandbox.session().client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="parts")
    whole = s3.create_multipart_upload(**place)["UploadId"]
    begun = s3.create_multipart_upload(Bucket="parts", Key="begun")["UploadId"]
    tags = [s3.upload_part(**place, UploadId=whole, PartNumber=n, Body=part)["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    s3.complete_multipart_upload(**place, UploadId=whole, MultipartUpload={"Parts": parts})
    sandbox.close()
    sandbox = Sandbox(path)
    s3 = sandbox.session().client("s3", region_name="us-east-1")
    assert s3.head_object(**place)["ContentLength"] == 2 * len(part)
    assert [one["UploadId"] for one in s3.list_multipart_uploads(Bucket="parts")["Uploads"]] == [begun]
