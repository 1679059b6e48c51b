"""Seals of the lake: whatever was changed, taken away or added after ingest is found, and nothing else."""

import gzip
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bastide.ingest.run import ingest
from bastide.ingest.source import Folder
from bastide.lake import Lake
from bastide.lake.compact import compact
from bastide.lake.merkle.check import Checked, check_table
from bastide.lake.merkle.key import own_public_key, private_key, public_pem, read_public_key
from bastide.lake.merkle.seal import Seal, parse_seal, seal_files
from bastide.lake.merkle.tree import FileParts, Part, measure, merkle_root

TABLE = "cloudtrail"


def logs(folder: Path, batch: int) -> Path:
    """A folder with a log file of 40 events of two days and accounts."""
    events = [
        {
            "eventID": f"{batch}-{number}", "eventTime": f"2026-01-0{1 + number % 2}T00:00:00Z", "eventVersion": "1.11",
            "eventName": "RunInstances", "eventSource": "ec2.amazonaws.com", "recipientAccountId": f"{number % 2}" * 12,
            "requestParameters": {"number": number}, "responseElements": None,
        }
        for number in range(40)
    ]  # fmt: skip
    folder.mkdir()
    (folder / f"{batch}.json.gz").write_bytes(gzip.compress(json.dumps({"Records": events}).encode()))
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with three commits."""
    root = tmp_path_factory.mktemp("made")
    for batch in range(3):
        source = Folder(logs(root / f"logs{batch}", batch))
        ingest(Lake.open(root / "lake"), [source], clock=lambda: datetime.now(UTC), workers=1)
    return root / "lake"


def check(lake: Path) -> Checked:
    return check_table(lake, TABLE, set(Lake.open(lake).files(TABLE)), own_public_key(lake))


def kinds(lake: Path) -> set[str]:
    return {one.kind for one in check(lake).differences}


def restore(lake: Path, copy: Path) -> None:
    shutil.rmtree(lake)
    shutil.copytree(copy, lake)


@pytest.fixture
def lake(made: Path, tmp_path: Path) -> Path:
    """The lake, put back as it was afterwards: Iceberg's paths are absolute, so it is changed in place."""
    return made


@pytest.fixture(autouse=True)
def _kept(made: Path, tmp_path: Path) -> object:
    shutil.copytree(made, tmp_path / "kept")
    yield
    restore(made, tmp_path / "kept")


def parquet(lake: Path) -> Path:
    return Path(sorted(Lake.open(lake).files(TABLE))[0])


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def change_a_row_group(lake: Path) -> None:
    flip(parquet(lake), 10)


def change_a_footer(lake: Path) -> None:
    flip(parquet(lake), -20)


def append_to_a_file(lake: Path) -> None:
    with parquet(lake).open("ab") as file:
        file.write(b"x")


def cut_a_file(lake: Path) -> None:
    path = parquet(lake)
    path.write_bytes(path.read_bytes()[:-5])


def swap_two_files(lake: Path) -> None:
    one, other = (Path(path) for path in sorted(Lake.open(lake).files(TABLE))[:2])
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)


def remove_a_file(lake: Path) -> None:
    parquet(lake).unlink()


def drop_a_file_from_the_table(lake: Path) -> None:
    opened = Lake.open(lake)
    iceberg = opened.table(TABLE)
    assert iceberg is not None
    task = next(iter(iceberg.scan().plan_files()))
    with iceberg.transaction() as change, change.update_snapshot().overwrite() as snapshot:
        snapshot.delete_data_file(task.file)


def add_a_file_to_the_table(lake: Path) -> None:
    iceberg = Lake.open(lake).table(TABLE)
    assert iceberg is not None
    twin = parquet(lake).with_name("twin.parquet")
    shutil.copy(parquet(lake), twin)
    iceberg.add_files([f"file://{twin}"])


def change_a_seal(lake: Path) -> None:
    path = seal_files(lake, TABLE)[1]
    stored = json.loads(path.read_bytes())
    stored["seal"] = stored["seal"].replace('"at":"20', '"at":"19')
    path.write_text(json.dumps(stored))


def void_a_seal(lake: Path) -> None:
    seal_files(lake, TABLE)[1].write_bytes(b"{}")


def remove_a_seal(lake: Path) -> None:
    seal_files(lake, TABLE)[1].unlink()


def remove_the_last_seal(lake: Path) -> None:
    seal_files(lake, TABLE)[-1].unlink()


def make_a_new_key(lake: Path) -> None:
    (lake / "seal-key.pem").unlink()
    private_key(lake)


TAMPERING: list[tuple[Callable[[Path], None], set[str]]] = [
    (change_a_row_group, {"file-changed"}),
    (change_a_footer, {"file-changed"}),
    (append_to_a_file, {"file-changed"}),
    (cut_a_file, {"file-changed"}),
    (swap_two_files, {"file-changed"}),
    (remove_a_file, {"file-missing"}),
    (drop_a_file_from_the_table, {"file-dropped"}),
    (add_a_file_to_the_table, {"file-unsealed"}),
    (change_a_seal, {"seal-changed", "seal-unlinked"}),
    (void_a_seal, {"seal-changed", "seal-unlinked", "file-unsealed"}),
    (remove_a_seal, {"seal-missing", "file-unsealed"}),
    (remove_the_last_seal, {"file-unsealed"}),
    (make_a_new_key, {"seal-changed"}),
]


def test_a_lake_that_nobody_touched_is_well(lake: Path) -> None:
    checked = check(lake)
    assert checked.differences == [] and checked.seals == 3 and checked.files == len(Lake.open(lake).files(TABLE))


@pytest.mark.parametrize(("tamper", "found"), TAMPERING, ids=[tamper.__name__ for tamper, _ in TAMPERING])
def test_tampering_is_found_and_named(tamper: Callable[[Path], None], found: set[str], lake: Path) -> None:
    tamper(lake)
    assert kinds(lake) == found


def test_without_any_seal_nothing_is_proved_and_the_next_commit_takes_in_what_is_there(
    lake: Path, tmp_path: Path
) -> None:
    shutil.rmtree(lake / "seals")
    [one] = check(lake).differences
    assert one.kind == "table-unsealed" and not one.is_tampering
    source = Folder(logs(tmp_path / "more", 9))
    ingest(Lake.open(lake), [source], clock=lambda: datetime.now(UTC), workers=1)
    assert check(lake).differences == []


def test_the_row_group_that_was_changed_is_named(lake: Path) -> None:
    change_a_row_group(lake)
    [one] = check(lake).differences
    assert one.what == "row group 0" and one.where.endswith(parquet(lake).name) and one.since and one.is_tampering


def test_a_compacted_lake_is_well_and_its_old_files_are_not_missed(lake: Path) -> None:
    opened = Lake.open(lake)
    [done] = compact(opened, "stamp", [TABLE])
    assert done.after < done.before
    assert check(lake).differences == [] and check(lake).seals == 4
    change_a_row_group(lake)
    assert kinds(lake) == {"file-changed"}


@pytest.mark.parametrize("committed", [True, False])
def test_a_process_killed_at_a_commit_leaves_a_lake_that_is_well(committed: bool, lake: Path, tmp_path: Path) -> None:
    last = seal_files(lake, TABLE)[-1]
    pending = last.with_name("pending")
    if committed:
        last.replace(pending)
    else:
        seal, signed = parse_seal(last.read_bytes())
        void = Seal(seal.schema, TABLE, 4, "b", seal.at, "", [FileParts("data/never", [])], [], merkle_root([]))
        assert void.number == 4 and signed.signature
        import msgspec

        from bastide.lake.merkle.seal import Signed

        pending.write_bytes(msgspec.json.encode(Signed(msgspec.json.encode(void).decode(), "00")))
    assert check(lake).differences == []
    source = Folder(logs(tmp_path / "more", 9))
    ingest(Lake.open(lake), [source], clock=lambda: datetime.now(UTC), workers=1)
    assert not pending.exists()
    assert check(lake).differences == [] and check(lake).seals == 4


def test_a_chain_that_was_cut_does_not_hold_what_somebody_saw(lake: Path) -> None:
    seen = check(lake).head
    remove_the_last_seal(lake)
    checked = check(lake)
    checked.expect(seen)
    assert "seal-missing" in {one.kind for one in checked.differences}
    checked = check(lake)
    checked.expect(checked.chain[0])
    assert "seal-missing" not in {one.kind for one in checked.differences}


def test_the_public_key_can_be_kept_elsewhere(lake: Path, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(public_pem(own_public_key(lake)))
    key = read_public_key(tmp_path / "key.pem")
    make_a_new_key(lake)
    assert check_table(lake, TABLE, set(Lake.open(lake).files(TABLE)), key).differences == []


def test_the_parts_of_a_file_cover_every_byte_of_it(lake: Path) -> None:
    path = parquet(lake)
    parts = measure(path, "x").parts
    assert sum(part.size for part in parts) == path.stat().st_size and parts[-1].name == "footer"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_flipped_bit_of_any_file_is_found(lake: Path, data: st.DataObject) -> None:
    path = Path(data.draw(st.sampled_from(sorted(Lake.open(lake).files(TABLE)))))
    kept = path.read_bytes()
    flip(path, data.draw(st.integers(0, len(kept) - 1)))
    try:
        assert kinds(lake) == {"file-changed"}
    finally:
        path.write_bytes(kept)


@given(st.lists(st.text("ab", max_size=3), min_size=1, max_size=9), st.integers(0, 8))
def test_another_leaf_is_another_root(hashes: list[str], place: int) -> None:
    files = [FileParts(str(number), [Part("0", 1, one)]) for number, one in enumerate(hashes)]
    changed = [*files]
    changed[place % len(files)] = FileParts("other", [Part("0", 1, "c")])
    assert merkle_root(files) != merkle_root(changed) and merkle_root(files) != merkle_root(files[:-1])
