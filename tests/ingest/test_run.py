"""Ingest takes everything once, whatever else lies in the folder and whoever else is at work."""

import gzip
import json
import os
import resource
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zstandard

from bastide.errors import IncompleteError, InputError
from bastide.ingest import inflate
from bastide.ingest.source import Filter, Folder, describe
from bastide.lake import Lake, Scope
from tests.ingest.logs import event, rows, take, write


def test_a_second_run_takes_only_what_is_new(tmp_path: Path) -> None:
    logs, lake = tmp_path / "logs", tmp_path / "lake"
    write(logs, "a.json.gz", [event(1), event(2)])
    assert take(lake, logs).rows == 2
    write(logs, "sub/b.json", [event(3)])
    again = take(lake, logs, logs / "sub", logs / "a.json.gz")
    assert (again.rows, again.taken, again.new) == (1, 1, 1)
    assert [row["requestParameters"] for row in rows(lake)] == ['{"n":1}', '{"n":2}', '{"n":3}']


def test_an_event_that_was_delivered_twice_is_one_row(tmp_path: Path) -> None:
    logs, lake = tmp_path / "logs", tmp_path / "lake"
    write(logs, "a.json.gz", [event(1), event(1), event(2)])
    write(logs, "b.json.gz", [event(2), event(3)])
    first = take(lake, logs)
    assert (first.rows, first.doubles) == (3, 2)
    write(logs, "late.json.gz", [event(1), event(2), event(4)])
    second = take(lake, logs)
    assert (second.rows, second.doubles) == (1, 2)
    assert len(rows(lake)) == 4


def test_a_late_file_lands_in_the_day_of_its_events(tmp_path: Path) -> None:
    logs, lake = tmp_path / "logs", tmp_path / "lake"
    write(logs, "AWSLogs/111111111111/CloudTrail/eu-west-1/2026/01/09/late.json.gz", [event(1)])
    take(lake, logs)
    day = date(2026, 1, 2)
    assert len(Lake.open(lake).files("cloudtrail", Scope(day, day))) == 1
    assert Lake.open(lake).files("cloudtrail", Scope(date(2026, 1, 3))) == []


def test_bad_files_are_named_with_the_reason_and_the_rest_goes_on(tmp_path: Path, monkeypatch: Any) -> None:
    logs, lake = tmp_path / "logs", tmp_path / "lake"
    whole = gzip.compress(json.dumps({"Records": [event(n) for n in range(50)]}).encode())
    write(logs, "good.json.gz", [event(1)])
    (logs / "cut.json.gz").write_bytes(whole[:-20])
    (logs / "corrupt.json.gz").write_bytes(whole[:100] + b"\0\0\0\0" + whole[104:])
    write(logs, "cut.json", json.dumps({"Records": [event(1)]}).encode()[:-30])
    write(logs, "empty.json", b"")
    write(logs, "none.json.gz", [])
    write(logs, "other.json", b'{"hello": "world"}')
    write(logs, "mixed.json", json.dumps(event(5)).encode() + b"\n" + b'{"eventSource": broken}')
    (logs / "z.json.zst").write_bytes(zstandard.compress(json.dumps({"Records": [event(7)]}).encode()))
    report = take(lake, logs)
    assert {Path(one.where).name: one.what.partition(":")[0] for one in report.quarantined} == {
        "cut.json.gz": "the gzip data is cut off",
        "corrupt.json.gz": "the gzip data is corrupt",
        "cut.json": "no JSON",
        "empty.json": "it is empty",
        "other.json": "no kind of log is known that begins like this",
        "mixed.json": "no JSON in line 2",
    }
    assert (report.rows, len(rows(lake))) == (2, 2)
    assert take(lake, logs).quarantined == []
    (logs / "cut.json").write_bytes((logs / "cut.json").read_bytes())
    assert len(take(lake, logs, retry_quarantined=True).quarantined) == 6


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_a_byte_order_mark_does_not_matter(tmp_path: Path, encoding: str) -> None:
    text = json.dumps({"Records": [event(1, userAgent="é")]}, ensure_ascii=False)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    write(tmp_path / "logs", "a.json.gz", (mark + text).encode(encoding))
    report = take(tmp_path / "lake", tmp_path / "logs")
    assert (report.rows, report.odd, report.quarantined) == (1, 0, [])
    assert rows(tmp_path / "lake")[0]["userAgent"] == "é"


def test_a_bomb_is_refused_at_the_limit(tmp_path: Path) -> None:
    bomb = gzip.compress(b"\0" * 3_000_000)
    with pytest.raises(inflate.InflateError, match="larger than 1 MiB"):
        inflate.inflate(bomb, 1 << 20)
    with pytest.raises(inflate.InflateError, match="larger than 1 MiB"):
        inflate.inflate(zstandard.compress(b"\0" * 3_000_000), 1 << 20)


def test_an_event_of_a_megabyte_is_an_event(tmp_path: Path) -> None:
    big = event(
        1, requestParameters={"policy": "x" * 1_000_000}, eventID="i" * 300_000, recipientAccountId="9" * 300_000
    )
    write(tmp_path / "logs", "a.json.gz", [big, event(2)])
    assert take(tmp_path / "lake", tmp_path / "logs").rows == 2
    assert take(tmp_path / "lake2", tmp_path / "logs").rows == 2
    found = {row["account"]: row for row in rows(tmp_path / "lake")}
    assert len(found["unknown"]["requestParameters"]) > 1_000_000


def test_events_without_a_time_and_of_the_far_future_are_kept_and_not_doubled(tmp_path: Path) -> None:
    logs, lake = tmp_path / "logs", tmp_path / "lake"
    odd = [
        event(1, eventTime="?"),
        event(2, eventTime="9999-12-31T23:59:59Z"),
        event(3, eventTime="0001-01-01T00:00:00Z"),
    ]
    write(logs, "a.json.gz", odd)
    assert take(lake, logs).rows == 3
    write(logs, "b.json.gz", odd)
    assert take(lake, logs).doubles == 3
    assert len(rows(lake)) == 3


def test_a_digest_file_is_left_for_trail_verify(tmp_path: Path) -> None:
    digest = {"awsAccountId": "1", "digestStartTime": "t", "digestEndTime": "t", "digestS3Object": "k", "logFiles": []}
    write(tmp_path / "logs", "AWSLogs/1/CloudTrail-Digest/d.json.gz", json.dumps(digest).encode())
    report = take(tmp_path / "lake", tmp_path / "logs")
    assert (report.left, report.quarantined, report.taken) == (1, [], 0)
    assert take(tmp_path / "lake", tmp_path / "logs").known == 1


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "logs", "a.json", [event(1)])
    link = tmp_path / "logs" / "gone.json"
    link.symlink_to(tmp_path / "nowhere")
    report = take(tmp_path / "lake", tmp_path / "logs")
    assert report.rows == 1
    path.touch()
    with pytest.raises(InputError, match="no such file or folder"):
        take(tmp_path / "lake", tmp_path / "nothing")


def test_filters_go_by_the_layout_and_by_the_name() -> None:
    org = describe("s3://b", "p/AWSLogs/o-abc/111111111111/CloudTrail/eu-west-1/2026/01/02/x.json.gz", "e", 1)
    name = describe("/", "tmp/111111111111_CloudTrail_eu-west-1_20260102T0005Z_abc.json.gz", "e", 1)
    flow = describe("/", "t/111111111111_vpcflowlogs_eu-west-1_fl-1_20260102T0005Z_abc.log.gz", "e", 1)
    for item in (org, name, flow):
        assert (item.account, item.region, item.day) == ("111111111111", "eu-west-1", date(2026, 1, 2))
        assert Filter(accounts=("111111111111",), since=date(2026, 1, 2)).takes(item)
        assert not Filter(accounts=("222222222222",)).takes(item)
        assert not Filter(until=date(2026, 1, 1)).takes(item)
        assert not Filter(regions=("us-east-1",)).takes(item)
    assert Filter(accounts=("222222222222",)).takes(describe("/", "tmp/x.json", "e", 1))


def test_two_at_once_are_one_after_the_other_or_a_clear_refusal(tmp_path: Path) -> None:
    write(tmp_path / "logs", "a.json.gz", [event(1)])
    lake = Lake.open(tmp_path / "lake")
    with lake.lock(), pytest.raises(InputError, match="another process is writing"):
        take(tmp_path / "lake", tmp_path / "logs")
    assert take(tmp_path / "lake", tmp_path / "logs", wait_for_lock=True).rows == 1


def test_a_lake_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    write(tmp_path / "logs", "a.json.gz", [event(1)])
    (tmp_path / "lake").mkdir()
    (tmp_path / "lake").chmod(stat.S_IRUSR | stat.S_IXUSR)
    if os.access(tmp_path / "lake", os.W_OK):
        pytest.skip("root may write anywhere")
    with pytest.raises(InputError):
        take(tmp_path / "lake", tmp_path / "logs")


def test_a_full_disk_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    logs, lake = tmp_path / "logs", tmp_path / "lake"
    write(logs, "a.json.gz", [event(n) for n in range(10)])
    take(lake, logs)
    write(logs, "b.json.gz", [event(n, userAgent=os.urandom(300).hex()) for n in range(100, 1100)])
    program = (
        "import resource, sys; from pathlib import Path; from tests.ingest.logs import take\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from bastide.errors import IncompleteError\n"
        "try: take(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except IncompleteError as wrong: print(wrong)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(lake), str(logs)], capture_output=True, text=True, check=True
    )
    assert "could not be written" in told.stdout and "make room and run again" in told.stdout
    assert len(rows(lake)) == 10
    assert take(lake, logs).rows == 1000
    assert len(rows(lake)) == 1010
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 100_000


def test_a_folder_named_twice_gives_its_files_once(tmp_path: Path) -> None:
    write(tmp_path / "logs", "a.json.gz", [event(1)])
    assert take(tmp_path / "lake", tmp_path / "logs", tmp_path / "logs" / ".." / "logs").rows == 1
    assert [item.key for item in Folder(tmp_path / "logs").list(Filter())] == [str(tmp_path / "logs" / "a.json.gz")[1:]]


def test_a_worker_s_refusal_of_a_batch_costs_only_the_bad_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bastide.ingest import worker
    from bastide.lake.convert import NotConvertedError

    write(tmp_path / "logs", "a.json.gz", [event(1)])
    write(tmp_path / "logs", "bad.json.gz", [event(2)])
    wrote = worker.parquet.write_partitions

    def refuse(table: Any, found: Any, *others: Any) -> Any:
        if any(source.endswith("bad.json.gz") for source in found["sourceFile"].to_pylist()):
            raise NotConvertedError("a value that nobody foresaw")
        return wrote(table, found, *others)

    monkeypatch.setattr(worker.parquet, "write_partitions", refuse)
    report = take(tmp_path / "lake", tmp_path / "logs")
    assert [Path(one.where).name for one in report.quarantined] == ["bad.json.gz"]
    assert len(rows(tmp_path / "lake")) == 1


def test_the_incomplete_error_names_all(tmp_path: Path) -> None:
    from bastide.ingest.run import raise_incomplete

    write(tmp_path / "logs", "x.json", b"nothing")
    report = take(tmp_path / "lake", tmp_path / "logs")
    with pytest.raises(IncompleteError, match="no kind of log"):
        raise_incomplete(report)
