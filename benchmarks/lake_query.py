"""Ten named queries over one table: our locked DuckDB, Spark on the same files, DuckDB straight on the log files.

BASTIDE_BENCH_EVENTS is how many events (1,000,000), BASTIDE_BENCH_REPEAT how often each row is taken for the
comparison with Spark (10), BASTIDE_BENCH_LOGS a folder of generated logs. PySpark is asked for in this interpreter, or
in that of BASTIDE_BENCH_PYTHON; without it, Spark is left out, and said so. Times are the best of three, for ours with
opening and locking the engine, for Spark in a warm session; on the log files each query runs once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.lake_ingest import _logs, _python_with
from benchmarks.measure import Figure, peak_mb

SCENARIO = "lake-query"
REPEAT = int(os.environ.get("BASTIDE_BENCH_REPEAT", "10"))
ROUNDS = 3
QUERIES: dict[str, dict[str, str]] = {
    "events-by-source": {},
    "access-denied-bursts": {},
    "admin-policy-attached": {},
    "security-groups-opened-to-the-world": {},
    "days-with-logs": {},
    "access-keys-from-many-addresses": {},
    "console-sign-in-after-failures": {},
    "first-seen-actions": {},
    "refused-actions": {},
    "services-used-by-role": {},
}
# Reads a JSON document {"setup": […], "queries": {name: sql}, "rounds": n}; prints one with seconds and rows by name.
SPARK = """
import json, sys, time
from pyspark.sql import SparkSession
job = json.load(open(sys.argv[1]))
builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "8g")
builder = builder.config("spark.sql.session.timeZone", "UTC").config("spark.log.level", "ERROR")
session = builder.config("spark.ui.enabled", "false").getOrCreate()
session.read.parquet(*job["files"]).createOrReplaceTempView("cloudtrail")
found = {}
for name, sql in job["queries"].items():
    times = []
    for _ in range(job["rounds"]):
        begin = time.perf_counter()
        rows = len(session.sql(sql).collect())
        times.append(time.perf_counter() - begin)
    found[name] = [min(times), rows]
print(json.dumps(found))
"""
RAW = """
import duckdb, json, sys, time
job = json.load(open(sys.argv[1]))
connection = duckdb.connect()
connection.execute("SET memory_limit = '6GB'; SET threads = 2; SET timezone = 'UTC'")
connection.execute("CREATE MACRO json_text(j, p) AS TRY(json_extract_string(j, p))")
connection.execute(job["view"])
found = {}
for name, sql in job["queries"].items():
    begin = time.perf_counter()
    rows = connection.sql(sql).to_arrow_table().num_rows
    found[name] = [time.perf_counter() - begin, rows]
print(json.dumps(found))
"""
TEXTS = (
    "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "errorCode", "errorMessage",
    "recipientAccountId", "eventCategory",
)  # fmt: skip
PEOPLE = {
    "userType": "type", "userArn": "arn", "userAccount": "accountId", "principalId": "principalId",
    "accessKeyId": "accessKeyId", "userName": "userName", "invokedBy": "invokedBy",
    "sessionIssuerArn": "sessionContext.sessionIssuer.arn",
}  # fmt: skip
JSONS = ("userIdentity", "requestParameters", "responseElements", "additionalEventData")


def lake_query() -> Iterator[Figure]:
    """Milliseconds of each query, the median ratios to the other engines, and whether all gave as many rows."""
    from bastide.ingest.run import ingest
    from bastide.ingest.source import Folder
    from bastide.lake import Lake

    with tempfile.TemporaryDirectory(prefix="bastide-bench-") as folder:
        place = Path(folder)
        logs = _logs(place)
        lake = Lake.open(place / "lake")
        ingest(lake, [Folder(logs)], clock=lambda: datetime.now(UTC))
        files = lake.files("cloudtrail")
        yield Figure(SCENARIO, "Parquet files", len(files), "files")
        once = _ours(files)
        yield from _beside("duckdb on the gz", once, _raw(place, logs), "≥ 20")
        many = _ours(_repeated(files, place / "repeated"))
        for name, (seconds, _, used) in many.items():
            yield Figure(SCENARIO, f"{name}, × {REPEAT}", seconds * 1000, "ms", "≤ 1000")
            yield Figure(SCENARIO, f"{name}, × {REPEAT}, CPU of all cores", used * 1000, "ms")
        yield Figure(SCENARIO, "peak memory", peak_mb(), "MB")
        python = _python_with("pyspark")
        if python is None:
            print("pyspark is not installed: left out (BASTIDE_BENCH_PYTHON names an interpreter)", file=sys.stderr)
            return
        repeated = sorted(str(file) for file in (place / "repeated").iterdir())
        yield from _beside("spark", many, _spark(python, place, repeated), "≥ 5")


def _beside(
    name: str, ours: dict[str, tuple[float, int, float]], theirs: dict[str, Any], must: str
) -> Iterator[Figure]:
    ratio = median(theirs[query][0] / ours[query][0] for query in ours)
    yield Figure(SCENARIO, f"{name}, median of its time to ours", ratio, "×", must)
    yield Figure(SCENARIO, f"{name}, median", 1000 * median(found[0] for found in theirs.values()), "ms")
    differing = [query for query in ours if theirs[query][1] != ours[query][1]]
    yield Figure(SCENARIO, f"{name}, queries with other row counts", len(differing), "queries", "≤ 0")


def _ours(files: Sequence[str]) -> dict[str, tuple[float, int, float]]:
    """Best seconds, rows and least CPU seconds of each query, each time with an engine opened and locked for it."""
    from bastide.lake.engine.source import Source
    from bastide.lake.query import Session
    from bastide.lake.query.library import find_query
    from bastide.lake.table import read_tables

    table = read_tables()["cloudtrail"]
    source = Source(table.name, "", table.columns, tuple(files), time=table.time)
    found = {}

    class OfFiles(Session):
        """A session over the given files."""

        def _source(self, name: str) -> Source:
            return source

    session = OfFiles(None)
    for name, given in QUERIES.items():
        times, used = [], []
        for _ in range(ROUNDS):
            begin, before = time.perf_counter(), time.process_time()
            rows = sum(1 for _ in session.ask(find_query(name), given).rows())
            times.append(time.perf_counter() - begin)
            used.append(time.process_time() - before)
        found[name] = (min(times), rows, min(used))
    return found


def _rendered(dialect: str) -> dict[str, str]:
    from bastide.lake.query import Session
    from bastide.lake.query.library import find_query

    session = Session(None)
    return {name: session.render(find_query(name), given, dialect) for name, given in QUERIES.items()}


def _repeated(files: Sequence[str], folder: Path) -> list[str]:
    """Each file with its rows REPEAT times, sorted as the lake sorts: the same partitions with more in them."""
    from bastide.lake.convert import connect
    from bastide.lake.table import read_tables

    folder.mkdir()
    order = ", ".join(f'"{name}"' for name in read_tables()["cloudtrail"].sort)
    made = []
    with connect(threads=2, memory_mb=4000) as connection:
        for place, file in enumerate(files):
            target = folder / f"{place}.parquet"
            connection.execute(
                f"COPY (SELECT t.* FROM read_parquet('{file}', hive_partitioning = false) t, range({REPEAT}) "
                f"ORDER BY {order}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
            )
            made.append(str(target))
    return made


def _spark(python: str, place: Path, files: Sequence[str]) -> dict[str, Any]:
    job = {"files": files, "queries": _rendered("spark"), "rounds": ROUNDS}
    return _apart(python, SPARK, place, job)


def _raw(place: Path, logs: Path) -> dict[str, Any]:
    """DuckDB over a view on the log files, each query once: it inflates and parses everything each time."""
    texts, objects = (f'"{one}" VARCHAR' for one in TEXTS), (f'"{one}" JSON' for one in JSONS)
    fields = ", ".join([*texts, '"readOnly" BOOLEAN', *objects])
    people = ", ".join(f"json_extract_string(r.userIdentity, '$.{path}') AS {one}" for one, path in PEOPLE.items())
    view = f"""CREATE VIEW cloudtrail AS SELECT r.* EXCLUDE (eventTime), r.eventTime::TIMESTAMPTZ AS eventTime,
        r.recipientAccountId AS account, {people} FROM (SELECT unnest(Records) AS r FROM
        read_json('{logs}/**/*.json.gz', maximum_object_size = 33554432,
                  columns = {{Records: 'STRUCT({fields})[]'}}))"""
    return _apart(sys.executable, RAW, place, {"view": view, "queries": _rendered("duckdb")})


def _apart(python: str, program: str, place: Path, job: dict[str, Any]) -> dict[str, Any]:
    path = place / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    answer = subprocess.run([python, "-c", program, str(path)], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found
