"""CloudTrail's integrity: every kind of tampering is found and named, and an untouched trail raises no alarm."""

import base64
import gzip
import json
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.ingest.integrity import Asked, Report, open_folder, read_keys, survey, verify
from bastide.ingest.source import Folder
from bastide.lake.generate import Recipe, write
from bastide.lake.generate.key import make_key, public_der, sign

START = datetime(2026, 1, 5, tzinfo=UTC)
RECIPE = Recipe(
    events=1500, accounts=2, days=1, regions=("us-east-1", "eu-west-1"), seed=5, file_events=40, digests=True
)


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trail") / "out"
    write(RECIPE, out, workers=1)
    return out


@pytest.fixture
def trail(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "copy"))


def checked(trail: Path, asked: Asked | None = None, *, keys: bool = True) -> Report:
    asked = asked or Asked()
    found = survey(open_folder(Folder(trail / "logs")), asked)
    return verify([found], read_keys(trail / "public-keys.json") if keys else [], asked, workers=1)


def digests(trail: Path, region: str = "us-east-1") -> list[Path]:
    """The digests of one account and Region, the oldest first."""
    account = json.loads((trail / "organization.json").read_text())["accounts"][0]["id"]
    return sorted((trail / "logs").rglob(f"{account}_CloudTrail-Digest_{region}_*.json.gz"))


def logs(trail: Path) -> list[Path]:
    return sorted(path for path in (trail / "logs").rglob("*.json.gz") if "/CloudTrail/" in str(path))


def rewrite(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    content = json.loads(gzip.decompress(path.read_bytes()))
    change(content)
    path.write_bytes(gzip.compress(json.dumps(content).encode()))


def with_logs(trail: Path) -> Path:
    return next(path for path in digests(trail)[3:-3] if json.loads(gzip.decompress(path.read_bytes()))["logFiles"])


def forget_signatures(trail: Path) -> None:
    (trail / "digest-metadata.jsonl").unlink()


def change_log(trail: Path) -> None:
    rewrite(logs(trail)[3], lambda content: content["Records"].pop())


def append_to_log(trail: Path) -> None:
    path = logs(trail)[3]
    path.write_bytes(path.read_bytes() + gzip.compress(b'{"Records":[]}'))


def cut_log(trail: Path) -> None:
    path = logs(trail)[3]
    path.write_bytes(path.read_bytes()[:-20])


def remove_log(trail: Path) -> None:
    logs(trail)[3].unlink()


def move_log(trail: Path) -> None:
    path = logs(trail)[3]
    (path.parent.parent / "99").mkdir()
    path.rename(path.parent.parent / "99" / path.name)


def add_log(trail: Path) -> None:
    path = logs(trail)[3]
    path.with_name(path.name[:-24] + "AAAAAAAAAAAAAAAA.json.gz").write_bytes(gzip.compress(b'{"Records":[]}'))


def copy_log(trail: Path) -> None:
    path = logs(trail)[3]
    (path.parent.parent / "98").mkdir()
    shutil.copy(path, path.parent.parent / "98" / path.name)


def change_digest(trail: Path) -> None:
    rewrite(with_logs(trail), lambda content: content["logFiles"].pop())


def change_last_digest(trail: Path) -> None:
    rewrite(digests(trail)[-1], lambda content: content.update(oldestEventTime="2026-01-05T01:00:00Z"))


def remove_digest(trail: Path) -> None:
    digests(trail)[10].unlink()


def remove_three_digests(trail: Path) -> None:
    for path in digests(trail)[10:13]:
        path.unlink()


def remove_a_region(trail: Path) -> None:
    for path in digests(trail, "eu-west-1"):
        path.unlink()


def move_digest(trail: Path) -> None:
    path = digests(trail)[10]
    (path.parent.parent / "77").mkdir()
    path.rename(path.parent.parent / "77" / path.name)


def copy_digest(trail: Path) -> None:
    path = digests(trail)[10]
    (path.parent.parent / "77").mkdir()
    shutil.copy(path, path.parent.parent / "77" / path.name)


def swap_digests(trail: Path) -> None:
    one, other = digests(trail)[10:12]
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def garble_digest(trail: Path) -> None:
    digests(trail)[10].write_bytes(b"not gzip")


def nonsense_digest(trail: Path) -> None:
    digests(trail)[10].write_bytes(gzip.compress(b'{"logFiles": 3}'))


def wrong_metadata(trail: Path) -> None:
    path = trail / "digest-metadata.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[5]["Metadata"]["signature"] = rows[6]["Metadata"]["signature"]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def other_algorithm_in_metadata(trail: Path) -> None:
    path = trail / "digest-metadata.jsonl"
    path.write_text(path.read_text().replace("SHA256withRSA", "MD5withRSA", 1))


def forge_digest(trail: Path) -> None:
    """Change a digest and sign it with a key of one's own."""
    path, key = with_logs(trail), make_key("attacker")
    import hashlib

    fingerprint = hashlib.md5(public_der(key)).hexdigest()
    rewrite(path, lambda found: found.update(digestPublicKeyFingerprint=fingerprint, logFiles=found["logFiles"][:-1]))
    raw = gzip.decompress(path.read_bytes())
    found = json.loads(raw)
    text = "\n".join([
        found["digestEndTime"], f"{found['digestS3Bucket']}/{found['digestS3Object']}",
        hashlib.sha256(raw).hexdigest(), found["previousDigestSignature"] or "null",
    ])  # fmt: skip
    Path(f"{path}.signature").write_text(sign(key, text))
    dump = trail / "digest-metadata.jsonl"
    lines = [line for line in dump.read_text().splitlines() if found["digestS3Object"] not in line]
    dump.write_text("\n".join(lines))


TAMPERING: list[tuple[Callable[[Path], None], set[str]]] = [
    (change_log, {"log-changed"}),
    (append_to_log, {"log-changed"}),
    (cut_log, {"log-changed"}),
    (remove_log, {"log-missing"}),
    (move_log, {"log-moved"}),
    (add_log, {"log-unlisted"}),
    (copy_log, {"log-unlisted"}),
    (change_digest, {"digest-changed", "log-unlisted"}),
    (change_last_digest, {"digest-changed"}),
    (remove_digest, {"digest-missing"}),
    (remove_three_digests, {"digest-missing"}),
    (remove_a_region, {"digest-missing", "log-uncovered"}),
    (move_digest, {"digest-moved"}),
    (copy_digest, {"digest-copied"}),
    (swap_digests, {"digest-moved", "digest-missing", "digest-changed"}),
    (garble_digest, {"digest-unreadable"}),
    (nonsense_digest, {"digest-unreadable"}),
    (wrong_metadata, {"metadata-wrong"}),
    (other_algorithm_in_metadata, {"metadata-wrong"}),
    (forge_digest, {"digest-key-unknown", "log-unlisted"}),
]


def test_an_untouched_trail_is_well(trail: Path) -> None:
    report = checked(trail)
    assert report.findings == [] and report.exit_code == 0
    assert report.digests == report.digests_valid == len(digests(trail)) * 4
    assert report.logs == report.logs_valid == len(logs(trail))


@pytest.mark.parametrize(("tamper", "kinds"), TAMPERING, ids=[tamper.__name__ for tamper, _ in TAMPERING])
def test_tampering_is_found_and_named(tamper: Callable[[Path], None], kinds: set[str], trail: Path) -> None:
    tamper(trail)
    report = checked(trail)
    assert report.exit_code == 1, report.findings
    # A digest that is gone or void leaves the log files that only it named uncovered.
    assert kinds <= set(report.counts) <= kinds | {"log-uncovered"}, report.findings
    assert all(one.where and one.since and one.account and one.region for one in report.findings)


@pytest.mark.parametrize("least", [0, 10**9])
def test_side_by_side_the_same_is_found(least: int, trail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["bastide.ingest.integrity.verify"], "_WORTH_PROCESSES", least)
    change_log(trail)
    remove_three_digests(trail)
    alone = checked(trail)
    found = survey(open_folder(Folder(trail / "logs")), Asked())
    together = verify([found], read_keys(trail / "public-keys.json"), Asked(), workers=2)
    assert together.findings == alone.findings and together.logs_valid == alone.logs_valid


def test_each_of_several_missing_digests_is_named(trail: Path) -> None:
    gone = {path.name for path in digests(trail)[10:13]}
    remove_three_digests(trail)
    found = [one for one in checked(trail).findings if one.kind == "digest-missing"]
    assert {one.where.rpartition("/")[2] for one in found} == gone


@pytest.mark.parametrize("metadata", [True, False])
def test_another_algorithm_than_the_key_ever_used_is_tampering_also_in_the_last_digest(
    metadata: bool, trail: Path
) -> None:
    rewrite(digests(trail)[-1], lambda content: content.update(digestSignatureAlgorithm="RHA256withRSA"))
    if not metadata:
        forget_signatures(trail)
    report = checked(trail)
    assert (report.exit_code, report.counts["digest-changed"]) == (1, 1)


def test_the_first_calls_in_a_region_have_no_digest_yet_and_are_no_alarm(trail: Path) -> None:
    remove_a_region(trail)
    mine = [
        path for path in logs(trail) if "_eu-west-1_" in path.name and path.name[:12] == digests(trail)[0].name[:12]
    ]
    name = mine[0].name.split("_")
    new = mine[0].parents[1] / "07" / "_".join((*name[:3], "20260107T0005Z", "AAAAAAAAAAAAAAAA.json.gz"))
    new.parent.mkdir()
    mine[0].rename(new)
    for path in mine[1:]:
        path.unlink()
    assert checked(trail).counts == {"log-uncovered": 1}


@pytest.mark.parametrize("place", [0, 1, -1, -2])
def test_missing_digests_at_either_end_are_found_when_the_time_is_given(place: int, trail: Path) -> None:
    gone = digests(trail)[:2] if place >= 0 else digests(trail)[-2:]
    for path in gone if abs(place) != 1 else gone[:1] if place > 0 else gone[1:]:
        path.unlink()
    end = START + timedelta(days=1, minutes=20)
    asked = Asked(START - timedelta(minutes=30), end)
    report = checked(trail, asked)
    assert report.exit_code == 1 and report.counts["digest-missing"] >= 1
    assert checked(trail).exit_code == 3, "without a time the ends are not known, but nothing is called well"


def test_without_keys_nothing_is_called_well(trail: Path) -> None:
    report = checked(trail, keys=False)
    assert report.exit_code == 3 and report.digests_valid == report.logs_valid == 0
    assert set(report.counts) == {"key-missing"}


def test_without_keys_a_changed_digest_still_breaks_the_chain(trail: Path) -> None:
    change_digest(trail)
    assert "digest-unlinked" in checked(trail, keys=False).counts


def test_without_metadata_the_next_digest_proves_each_and_the_last_stays_unproved(trail: Path) -> None:
    forget_signatures(trail)
    report = checked(trail)
    assert report.exit_code == 3 and report.counts == {"digest-unsigned": 4}
    assert report.digests_valid == report.digests - 4


@pytest.mark.parametrize("tamper", [change_digest, remove_digest, change_log, move_digest, forge_digest])
def test_without_metadata_tampering_is_found_too(tamper: Callable[[Path], None], trail: Path) -> None:
    forget_signatures(trail)
    (trail / "digest-metadata.jsonl").touch()
    tamper(trail)
    assert checked(trail).exit_code == 1


def test_sidecars_beside_the_digests_hold_signatures_too(trail: Path) -> None:
    rows = [json.loads(line) for line in (trail / "digest-metadata.jsonl").read_text().splitlines()]
    forget_signatures(trail)
    for number, row in enumerate(rows):
        path = trail / "logs" / row["Key"]
        if number % 2:
            Path(f"{path}.signature").write_text(row["Metadata"]["signature"] + "\n")
        else:
            Path(f"{path}.metadata.json").write_text(json.dumps({"ContentLength": 3, "Metadata": row["Metadata"]}))
    assert checked(trail).exit_code == 0


def test_a_part_of_the_bucket_copied_elsewhere_is_the_same_trail(trail: Path, tmp_path: Path) -> None:
    account = digests(trail)[0].name[:12]
    organization = next((trail / "logs" / "AWSLogs").iterdir())
    shutil.move(organization / account, tmp_path / "only")
    place = open_folder(Folder(tmp_path / "only"), trail / "digest-metadata.jsonl")
    report = verify([survey(place, Asked())], read_keys(trail / "public-keys.json"), Asked(), workers=1)
    assert report.exit_code == 0 and report.logs_valid > 0


def test_only_what_is_asked_for_is_verified(trail: Path) -> None:
    account = digests(trail)[0].name[:12]
    report = checked(trail, Asked(START + timedelta(hours=6), START + timedelta(hours=9), (account,), ("us-east-1",)))
    assert (report.streams, report.exit_code, report.findings) == (1, 0, [])
    assert report.digests == 5  # the one after the last hour may name its log files


def resign(paths: list[Path], trail: Path, change: Callable[[int, dict[str, Any]], None]) -> None:
    """Write digests again as CloudTrail would have: changed, chained and signed with the trail's own key."""
    import hashlib

    key, before = make_key(str(RECIPE.seed)), None
    for number, path in enumerate(paths):
        content = json.loads(gzip.decompress(path.read_bytes()))
        if before is not None and content["previousDigestS3Object"]:
            content.update(before)
        change(number, content)
        raw = json.dumps(content).encode()
        sha = hashlib.sha256(raw).hexdigest()
        place = f"{content['digestS3Bucket']}/{content['digestS3Object']}"
        signature = sign(
            key, f"{content['digestEndTime']}\n{place}\n{sha}\n{content['previousDigestSignature'] or 'null'}"
        )
        path.write_bytes(gzip.compress(raw))
        Path(f"{path}.signature").write_text(signature)
        before = {"previousDigestHashValue": sha, "previousDigestSignature": signature}
    (trail / "digest-metadata.jsonl").unlink(missing_ok=True)


def no_previous(content: dict[str, Any]) -> None:
    content.update({name: None for name in content if name.startswith("previousDigest")})


def test_a_new_chain_after_a_stop_is_a_gap_and_no_tampering(trail: Path) -> None:
    mine = digests(trail)
    for path in mine[10:14]:
        path.unlink()
    resign(mine[14:], trail, lambda number, content: no_previous(content) if number == 0 else None)
    resign(mine[:10], trail, lambda number, content: None)
    account = mine[0].name[:12]
    report = checked(trail, Asked(accounts=(account,), regions=("us-east-1",)))
    assert report.exit_code == 3 and "chain-restarted" in report.counts
    assert set(report.counts) <= {"chain-restarted", "log-uncovered"}
    gap = next(one for one in report.findings if one.kind == "chain-restarted")
    assert "4.0 hours" in gap.what


def test_a_backfill_digest_is_verified_and_is_no_part_of_the_hours(trail: Path) -> None:
    added = logs(trail)[3]
    twin = added.with_name(added.name[:-24] + "BBBBBBBBBBBBBBBB.json.gz")
    shutil.copy(added, twin)
    account = twin.name[:12]
    region = twin.name.split("_")[2]
    first = sorted((trail / "logs").rglob(f"{account}_CloudTrail-Digest_{region}_*.json.gz"))[4]
    path = first.with_name(first.name.replace(".json.gz", "_backfill.json.gz"))
    shutil.copy(first, path)
    import hashlib

    def backfill(_: int, content: dict[str, Any]) -> None:
        no_previous(content)
        key = content["digestS3Object"].replace(".json.gz", "_backfill.json.gz")
        entry = {
            "s3Bucket": content["digestS3Bucket"],
            "s3Object": str(twin.relative_to(trail / "logs")),
            "hashValue": hashlib.sha256(gzip.decompress(twin.read_bytes())).hexdigest(),
            "hashAlgorithm": "SHA-256",
        }
        content.update(digestS3Object=key, logFiles=[entry])

    dump = (trail / "digest-metadata.jsonl").read_text()
    resign([path], trail, backfill)
    (trail / "digest-metadata.jsonl").write_text(dump)
    assert checked(trail).findings == []
    path.unlink()
    assert checked(trail).counts == {"log-unlisted": 1}


def test_digests_of_two_trails_in_one_folder_are_two_chains(trail: Path) -> None:
    mine = digests(trail)
    twins = []
    for path in mine:
        twin = path.with_name(path.name.replace("organization-trail", "second_trail.x"))
        shutil.copy(path, twin)
        twins.append(twin)

    def rename(_: int, content: dict[str, Any]) -> None:
        for field in ("digestS3Object", "previousDigestS3Object"):
            content[field] = content[field] and content[field].replace("organization-trail", "second_trail.x")

    dump = (trail / "digest-metadata.jsonl").read_text()
    resign(twins, trail, rename)
    (trail / "digest-metadata.jsonl").write_text(dump)
    report = checked(trail)
    assert report.findings == [] and report.digests_valid == len(mine) * 5
    twins[7].unlink()
    [missing] = checked(trail).findings
    assert (missing.kind, missing.trail) == ("digest-missing", "second_trail.x")


def test_a_second_copy_of_the_trail_in_the_same_folder_is_no_part_of_it(trail: Path) -> None:
    shutil.copytree(trail / "logs" / "AWSLogs", trail / "logs" / "backup" / "AWSLogs")
    report = checked(trail)
    assert set(report.counts) == {"digest-copied", "log-unlisted"}
    assert report.counts["log-unlisted"] == len(logs(trail)) // 2 == report.logs_valid


def test_digests_that_are_not_due_yet_are_not_missed(trail: Path) -> None:
    until = START + timedelta(days=3)
    now = START + timedelta(days=1, hours=2)
    assert checked(trail, Asked(START, until, now=now)).findings == []
    assert checked(trail, Asked(START, until, now=now + timedelta(hours=2))).counts == {"digest-missing": 4}


def test_keys_are_read_as_pem_der_and_either_form(trail: Path, tmp_path: Path) -> None:
    public = make_key(str(RECIPE.seed)).public_key()
    encoding, form = serialization.Encoding, serialization.PublicFormat
    for number, (one, other) in enumerate(
        [
            (encoding.DER, form.PKCS1),
            (encoding.DER, form.SubjectPublicKeyInfo),
            (encoding.PEM, form.SubjectPublicKeyInfo),
        ]
    ):
        (tmp_path / str(number)).write_bytes(public.public_bytes(one, other))
        [key] = read_keys(tmp_path / str(number))
        assert key.fingerprint == read_keys(trail / "public-keys.json")[0].fingerprint
    answer = json.loads((trail / "public-keys.json").read_text())
    spki = public.public_bytes(encoding.DER, form.SubjectPublicKeyInfo)
    answer["PublicKeyList"][0] = {
        "Value": base64.b64encode(spki).decode(), "Fingerprint": answer["PublicKeyList"][0]["Fingerprint"],
    }  # fmt: skip
    (trail / "public-keys.json").write_text(json.dumps(answer))
    assert checked(trail).exit_code == 0


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"PublicKeyList": [{"Value": "??", "Fingerprint": "x"}]}', "-----BEGIN X"]
)
def test_what_is_no_key_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(text)
    with pytest.raises(InputError):
        read_keys(tmp_path / "keys")


def test_a_folder_with_nothing_of_cloudtrail_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(InputError, match="no digests"):
        verify([survey(open_folder(Folder(tmp_path)), Asked())], [], Asked())


def test_log_files_alone_are_not_called_well(trail: Path) -> None:
    for path in (trail / "logs").rglob("*CloudTrail-Digest*.json.gz"):
        path.unlink()
    report = checked(trail)
    assert report.exit_code == 3 and set(report.counts) == {"log-uncovered"}
    assert report.counts["log-uncovered"] == len(logs(trail))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_or_removed_file_is_found_where_it_lies(data: st.DataObject, pristine: Path) -> None:
    files = sorted((pristine / "logs").rglob("*.json.gz"))
    victim = data.draw(st.sampled_from(files))
    stored = victim.read_bytes()
    plain = bytearray(gzip.decompress(stored))
    place = data.draw(st.integers(0, len(plain) - 1))
    how = data.draw(st.sampled_from(["flip", "drop", "remove"]))
    try:
        if how == "remove":
            victim.unlink()
        else:
            plain[place : place + 1] = bytes([plain[place] ^ 1]) if how == "flip" else b""
            victim.write_bytes(gzip.compress(bytes(plain)))
        report = checked(pristine)
        ends = {path for one in ("us-east-1", "eu-west-1") for path in (digests(pristine, one)[-1:])}
        # The last digest of a Region may be gone because the trail stopped: then it is not proved.
        assert report.exit_code == 1 or (how == "remove" and report.exit_code == 3 and "Digest" in victim.name), ends
    finally:
        victim.write_bytes(stored)
