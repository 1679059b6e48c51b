"""The sandbox's own trail, verified in its bucket with the keys that its service gives."""

import gzip
from collections.abc import Iterator

import pytest

from bastide.aws.objects import Objects
from bastide.aws.session import Target
from bastide.aws.trail_keys import list_public_keys
from bastide.ingest.integrity import Asked, Report, S3Place, parse_keys, survey, verify
from bastide.ingest.source import Bucket
from tests.sandbox.conftest import REGION, World, build
from tests.sandbox.test_trail_delivery import BUCKET, keys, start_trail


@pytest.fixture(scope="module")
def logged() -> Iterator[World]:
    """An organization whose trail logged for some hours, stopped for some, and went on."""
    world = build()
    start_trail(world)
    world.client("iam", "work").create_user(UserName="ada")
    world.sandbox.clock.advance("4h")
    yield world
    world.sandbox.close()


def checked(world: World) -> Report:
    place = S3Place(Bucket(BUCKET, "", Objects(world.client("s3"))))
    found = survey(place, Asked())
    ends = [name.end for names in found.trails.values() for name in names]
    rows = list_public_keys(Target.sandbox(world.sandbox), REGION, min(ends), max(ends))
    return verify([found], parse_keys(rows), Asked())


def test_the_sandbox_s_trail_is_well_until_somebody_changes_it(logged: World) -> None:
    report = checked(logged)
    # Log files newer than the last digest are not proved, and said so; nothing is tampered with.
    assert set(report.counts) <= {"log-uncovered", "chain-ends"} and report.exit_code in (0, 3)
    assert report.digests == report.digests_valid > 4 and report.logs == report.logs_valid > 0
    s3, log = logged.client("s3"), keys(logged, f"/{logged.accounts['work']}/CloudTrail/us-east-1")[0]
    kept = s3.get_object(Bucket=BUCKET, Key=log)["Body"].read()
    s3.put_object(Bucket=BUCKET, Key=log, Body=gzip.compress(b'{"Records":[]}'))
    assert checked(logged).counts["log-changed"] == 1
    s3.put_object(Bucket=BUCKET, Key=log, Body=kept)


def test_a_digest_whose_metadata_was_lost_in_a_copy_is_proved_by_the_next(logged: World) -> None:
    s3, key = logged.client("s3"), keys(logged, f"/{logged.accounts['work']}/CloudTrail-Digest/us-east-1")[0]
    s3.copy_object(
        Bucket=BUCKET, Key=key, CopySource={"Bucket": BUCKET, "Key": key}, Metadata={}, MetadataDirective="REPLACE"
    )
    report = checked(logged)
    assert report.digests == report.digests_valid and report.exit_code != 1


def test_a_removed_digest_is_missed(logged: World) -> None:
    key = keys(logged, f"/{logged.accounts['work']}/CloudTrail-Digest/us-east-1")[1]
    logged.client("s3").delete_object(Bucket=BUCKET, Key=key)
    [missing] = [one for one in checked(logged).findings if one.kind == "digest-missing"]
    assert missing.where == key
