"""Generated traffic: exact, seeded, laid out as CloudTrail does, labelled, signed."""

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.ingest.run import ingest
from bastide.ingest.source import Folder, describe
from bastide.lake import Lake
from bastide.lake.generate import Recipe, write
from bastide.lake.generate.form import read_calls
from bastide.lake.generate.organization import make_organization, read_habits
from bastide.lake.generate.planted import read_attacks
from bastide.lake.generate.recipe import at_work, share_out

SMALL = Recipe(events=3000, accounts=3, days=2, seed=7, drift=1, attacks=8, digests=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "out"
    assert write(SMALL, out, workers=1).events == SMALL.events
    return out


def log_files(out: Path) -> list[Path]:
    return sorted(path for path in (out / "logs").rglob("*.json.gz") if "/CloudTrail/" in str(path))


def events(out: Path) -> Iterator[dict[str, Any]]:
    for path in log_files(out):
        yield from json.loads(gzip.decompress(path.read_bytes()))["Records"]


def test_there_are_exactly_as_many_events_as_asked_for_and_each_has_an_id_of_its_own(made: Path) -> None:
    ids = [event["eventID"] for event in events(made)]
    assert len(ids) == len(set(ids)) == SMALL.events


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(made: Path, tmp_path: Path) -> None:
    def content(out: Path) -> dict[str, bytes]:
        return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}

    write(SMALL, tmp_path / "again", workers=1)
    assert content(tmp_path / "again") == content(made)
    write(Recipe(events=3000, accounts=3, days=2, seed=8), tmp_path / "other", workers=1)
    assert not {path.name for path in log_files(tmp_path / "other")} & {path.name for path in log_files(made)}


def test_events_lie_where_their_account_and_region_say_and_within_the_period(made: Path) -> None:
    for path in log_files(made):
        item = describe("", str(path.relative_to(made / "logs")), "", 0)
        for event in json.loads(gzip.decompress(path.read_bytes()))["Records"]:
            assert (event["recipientAccountId"], event["awsRegion"]) == (item.account, item.region)
            assert "2026-01-05T00:00:00Z" <= event["eventTime"] < "2026-01-07T00:00:00Z"


def test_ingest_takes_every_event_without_a_flag(made: Path, tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    report = ingest(lake, [Folder(made / "logs")], clock=lambda: datetime(2026, 2, 1, tzinfo=UTC), workers=1)
    assert (report.rows, report.odd, report.doubles) == (SMALL.events, 0, 0)


def test_sizes_are_those_of_real_trails(tmp_path: Path) -> None:
    totals = write(Recipe(events=20_000, accounts=2, days=2), tmp_path / "out", workers=1)
    assert 1200 < totals.raw / totals.events < 1700
    assert 6.5 < totals.raw / totals.stored < 9


def test_a_thing_is_the_same_thing_all_through_an_event(made: Path) -> None:
    buckets = [event for event in events(made) if event["eventName"] == "GetObject"]
    assert buckets
    for event in buckets:
        name = event["requestParameters"]["bucketName"]
        assert event["requestParameters"]["Host"].startswith(f"{name}.")
        assert event["resources"][1]["ARN"] == f"arn:aws:s3:::{name}"


def test_labels_name_events_that_are_there_with_attack_ids(made: Path) -> None:
    labels = [json.loads(line) for line in (made / "labels.jsonl").read_text().splitlines()]
    by_id = {event["eventID"]: event for event in events(made)}
    assert {label["name"].rpartition("-")[0] for label in labels if label["kind"] == "attack"} == set(read_attacks())
    for label in labels:
        event = by_id[label["eventID"]]
        assert (event["eventName"], event["eventTime"]) == (label["eventName"], label["eventTime"])
        assert bool(label["techniques"]) == (label["kind"] == "attack")


def test_a_role_that_drifts_never_made_those_calls_before(made: Path) -> None:
    labels = [json.loads(line) for line in (made / "labels.jsonl").read_text().splitlines()]
    drift = [label for label in labels if label["kind"] == "drift"]
    first = min(label["eventTime"] for label in drift)
    role = drift[0]["actor"].split("/")[1]
    before = {
        event["eventName"]
        for event in events(made)
        if f":assumed-role/{role}/" in event["userIdentity"].get("arn", "") and event["eventTime"] < first
    }
    assert before and not before & {label["eventName"] for label in drift}


def test_a_digest_lists_files_by_their_hash_and_its_signature_holds(made: Path) -> None:
    keys = json.loads((made / "public-keys.json").read_text())["PublicKeyList"]
    der = base64.b64decode(keys[0]["Value"])
    key = serialization.load_der_public_key(der)
    assert isinstance(key, rsa.RSAPublicKey)
    assert keys[0]["Fingerprint"] == hashlib.md5(der).hexdigest()
    listed = set()
    for line in (made / "digest-metadata.jsonl").read_text().splitlines():
        row = json.loads(line)
        raw = gzip.decompress((made / "logs" / row["Key"]).read_bytes())
        digest = json.loads(raw)
        before = digest["previousDigestSignature"] or "null"
        text = f"{digest['digestEndTime']}\n{row['Bucket']}/{row['Key']}\n{hashlib.sha256(raw).hexdigest()}\n{before}"
        key.verify(bytes.fromhex(row["Metadata"]["signature"]), text.encode(), padding.PKCS1v15(), hashes.SHA256())
        for file in digest["logFiles"]:
            content = gzip.decompress((made / "logs" / file["s3Object"]).read_bytes())
            assert hashlib.sha256(content).hexdigest() == file["hashValue"]
            listed.add(file["s3Object"])
    assert listed == {str(path.relative_to(made / "logs")) for path in log_files(made)}


def test_people_work_in_their_own_time_zone() -> None:
    monday = datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert at_work(0, monday) and not at_work(-5, monday) and at_work(8, monday.replace(hour=1))
    assert not at_work(0, datetime(2026, 1, 4, 12, tzinfo=UTC))


def test_every_call_that_is_asked_for_is_described() -> None:
    asked = {call for calls in read_habits().values() for call in calls}
    asked |= {step["call"] for attack in read_attacks().values() for step in attack["steps"]}
    assert asked <= set(read_calls())


def test_two_accounts_never_share_an_id() -> None:
    organization = make_organization(3, 50, ("eu-west-1",))
    assert len({account.id for account in organization.accounts}) == 50


@given(st.integers(0, 10**7), st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_shares_add_up_to_the_whole(total: int, weights: list[float]) -> None:
    parts = share_out(total, weights)
    assert len(parts) == len(weights) and min(parts) >= 0
    assert sum(parts) == (total if sum(weights) else 0)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Recipe(events=30, accounts=1, days=1, attacks=8), "too few"),
        (Recipe(events=500), "not empty"),
    ],
)
def test_what_cannot_be_generated_is_refused(recipe: Recipe, words: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    if words == "not empty":
        (tmp_path / "out" / "x").touch()
    with pytest.raises(InputError, match=words):
        write(recipe, tmp_path / "out")


@pytest.mark.parametrize("wrong", [{"events": 0}, {"days": 0}, {"accounts": -1}, {"regions": ()}])
def test_a_recipe_of_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Recipe(**wrong)
