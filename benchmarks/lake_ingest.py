"""Ingest of an organization's log files beside DuckDB, chDB and Spark on the same files, each in a process of its own.

BASTIDE_BENCH_EVENTS is how many events (1,000,000), BASTIDE_BENCH_LOGS a folder that holds generated logs already.
chDB and PySpark are asked for in this interpreter, or in that of BASTIDE_BENCH_PYTHON; one that is not there is left
out, and said so. Seconds are wall time from the start of the program to its end, so every engine pays for its start.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure

SCENARIO = "lake-ingest"
SCRIPT = Path(sys.executable).with_name("bastide")
EVENTS = int(os.environ.get("BASTIDE_BENCH_EVENTS", "1000000"))
STRINGS = (
    "eventVersion", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
    "errorMessage", "requestID", "eventID", "eventType", "apiVersion", "recipientAccountId", "sharedEventID",
    "vpcEndpointId", "eventCategory", "sessionCredentialFromConsole",
)  # fmt: skip
BOOLEANS = ("readOnly", "managementEvent")
OBJECTS = (
    "userIdentity", "requestParameters", "responseElements", "additionalEventData", "resources", "serviceEventDetails",
    "tlsDetails",
)  # fmt: skip
IDENTITY = ("type", "arn", "accountId", "principalId", "accessKeyId", "userName", "invokedBy")

DUCKDB = """
import duckdb, sys
logs, out = sys.argv[1:]
STRINGS, BOOLEANS, OBJECTS, IDENTITY = {names}
fields = [f'"{{n}}" VARCHAR' for n in STRINGS] + [f'"{{n}}" BOOLEAN' for n in BOOLEANS]
fields += [f'"{{n}}" JSON' for n in OBJECTS]
people = ", ".join(f"json_extract_string(r.userIdentity, '$.{{n}}') AS user_{{n}}" for n in IDENTITY)
connection = duckdb.connect()
connection.execute("SET memory_limit = '6GB'; SET threads = 2; SET preserve_insertion_order = false")
connection.execute(f'''COPY (SELECT r.*, {{people}} FROM (SELECT unnest(Records) AS r
    FROM read_json('{{logs}}/**/*.json.gz',
    columns = {{{{Records: 'STRUCT({{", ".join(fields)}})[]'}}}}, maximum_object_size = 33554432)))
    TO '{{out}}' (FORMAT parquet, COMPRESSION zstd)''')
"""
CHDB = """
import chdb, sys
logs, out = sys.argv[1:]
STRINGS, BOOLEANS, OBJECTS, IDENTITY = {names}
fields = [f'{{n}} Nullable(String)' for n in (*STRINGS, *OBJECTS)] + [f'{{n}} Nullable(Bool)' for n in BOOLEANS]
names = ", ".join(f"r.{{n}} AS {{n}}" for n in (*STRINGS, *OBJECTS, *BOOLEANS))
people = ", ".join(f"JSONExtractString(ifNull(r.userIdentity, ''), '{{n}}') AS user_{{n}}" for n in IDENTITY)
chdb.query(f'''SELECT {{names}}, {{people}} FROM file('{{logs}}/**/*.json.gz', 'JSONEachRow',
    'Records Array(Tuple({{", ".join(fields)}}))') ARRAY JOIN Records AS r
    INTO OUTFILE '{{out}}' TRUNCATE FORMAT Parquet
    SETTINGS input_format_json_read_objects_as_strings = 1, input_format_json_read_arrays_as_strings = 1,
    input_format_json_ignore_unknown_keys_in_named_tuple = 1,
    input_format_json_defaults_for_missing_elements_in_named_tuple = 1,
    output_format_parquet_compression_method = 'zstd', max_threads = 2, input_format_parallel_parsing = 0''')
"""
SPARK = """
import sys
from pyspark.sql import SparkSession
from pyspark.sql.functions import explode, get_json_object
logs, out = sys.argv[1:]
STRINGS, BOOLEANS, OBJECTS, IDENTITY = {names}
fields = [f"{{n}} STRING" for n in (*STRINGS, *OBJECTS)] + [f"{{n}} BOOLEAN" for n in BOOLEANS]
builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "8g")
session = builder.config("spark.ui.enabled", "false").getOrCreate()
schema = f"Records ARRAY<STRUCT<{{', '.join(fields)}}>>"
rows = session.read.option("recursiveFileLookup", "true").schema(schema).json(logs)
rows = rows.select(explode("Records").alias("r")).select("r.*")
rows = rows.select("*", *(get_json_object("userIdentity", f"$.{{n}}").alias("user_" + n) for n in IDENTITY))
rows.write.option("compression", "zstd").parquet(out)
"""
MEASURED = """
import json, os, resource, subprocess, sys, threading, time
def resident(pid):
    # proportional: pages that processes share are counted once
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file: text = file.read()
        with open(f"/proc/{pid}/task/{pid}/children") as file: children = file.read().split()
    except OSError:
        return 0
    return int(text.split("Pss:")[1].split()[0]) + sum(map(resident, children))
begin = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
peak = 0
while process.poll() is None:
    peak = max(peak, resident(process.pid)); time.sleep(0.1)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"seconds": time.perf_counter() - begin, "cpu": used.ru_utime + used.ru_stime,
                  "peak_mb": peak * 1024 / 1e6, "code": process.returncode}))
"""


def lake_ingest() -> Iterator[Figure]:
    """Events a second, peak memory and stored bytes of each engine, and their ratios to ours."""
    with tempfile.TemporaryDirectory(prefix="bastide-bench-") as folder:
        place = Path(folder)
        logs = _logs(place)
        files = sorted(logs.rglob("*.json.gz"))
        stored = sum(file.stat().st_size for file in files)
        yield Figure(SCENARIO, "log files", len(files), "files")
        yield Figure(SCENARIO, "log files as stored", stored / 1e6, "MB")
        lake = place / "lake"
        ours = _measured([str(SCRIPT), "ingest", str(logs), "--lake", str(lake)])
        yield from _figures("bastide", ours)
        size = sum(file.stat().st_size for file in lake.rglob("*.parquet"))
        yield Figure(SCENARIO, "bastide, bytes of the gz", size / stored, "×", "≤ 0.65")
        yield Figure(SCENARIO, "events that differ from a slow reader's", _differing(lake, files), "events", "≤ 0")
        for name, program, must in (("duckdb", DUCKDB, "≥ 6"), ("chdb", CHDB, "≥ 1.2"), ("pyspark", SPARK, "")):
            python = _python_with(name)
            if python is None:
                print(f"{name} is not installed: left out (BASTIDE_BENCH_PYTHON names an interpreter)", file=sys.stderr)
                continue
            text = program.format(names=repr((STRINGS, BOOLEANS, OBJECTS, IDENTITY)))
            other = _measured([python, "-c", text, str(logs), str(place / f"{name}.parquet")])
            yield from _figures(name, other)
            yield Figure(SCENARIO, f"{name}, seconds to ours", other["seconds"] / ours["seconds"], "×", must)


def _logs(place: Path) -> Path:
    """The folder of the log files, generated unless one is given."""
    given = os.environ.get("BASTIDE_BENCH_LOGS")
    if given:
        return Path(given)
    from bastide.lake.generate import Recipe, write
    from bastide.lake.generate.organization import REGIONS

    print(f"generating {EVENTS:,} events …", file=sys.stderr)
    write(Recipe(EVENTS, 20, 7, REGIONS[:5]), place / "made")
    return place / "made" / "logs"


def _measured(command: list[str]) -> dict[str, float]:
    """Seconds, CPU seconds and peak memory of a command and its children; memory is the sum over all of them."""
    answer = subprocess.run([sys.executable, "-c", MEASURED, *command], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(answer.stdout)
    if found["code"]:
        raise RuntimeError(f"{command[0]} ended with {found['code']:.0f}")
    return found


def _figures(name: str, found: dict[str, float]) -> Iterator[Figure]:
    yield Figure(SCENARIO, f"{name}, wall", found["seconds"], "s")
    yield Figure(SCENARIO, f"{name}, CPU", found["cpu"], "s")
    yield Figure(SCENARIO, f"{name}, peak memory of all processes", found["peak_mb"], "MB")


def _python_with(name: str) -> str | None:
    for python in (sys.executable, os.environ.get("BASTIDE_BENCH_PYTHON", "")):
        if python and not subprocess.run([python, "-c", f"import {name}"], check=False, capture_output=True).returncode:
            return python
    return None


def _differing(lake: Path, files: list[Path]) -> int:
    """How many events of the files are not in the lake field for field, or in the lake and not in the files."""
    from bastide.ingest.events import rebuild_event
    from bastide.lake import Lake

    begin = time.perf_counter()
    expected = {_text(event) for file in files for event in json.loads(gzip.decompress(file.read_bytes()))["Records"]}
    count, opened = 0, Lake.open(lake)
    for file in opened.files("cloudtrail"):
        for row in opened.read_file(file).to_pylist():
            text = _text(rebuild_event(row))
            count += text not in expected
            expected.discard(text)
    print(f"compared in {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    return count + len(expected)


def _text(event: dict[str, Any]) -> int:
    """A fingerprint of an event, whatever the order of its fields."""
    return hash(json.dumps(event, sort_keys=True))
