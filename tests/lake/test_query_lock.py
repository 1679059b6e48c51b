"""DuckDB's own lock: text that would get past the SQL guard finds nothing to open. Run without the guard."""

from pathlib import Path

import duckdb
import pytest

from bastide.errors import BastideError
from bastide.lake.engine import Source
from bastide.lake.engine.duck import Duck
from bastide.lake.table import Column

COLUMNS = (Column("a", "int", "a number"),)
SECRET = "the secret of the file"


@pytest.fixture
def table(tmp_path: Path) -> Source:
    path = tmp_path / "t.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1::INTEGER AS a) TO '{path}'")
    return Source("t", "a table", COLUMNS, (str(path),), stored=frozenset({"a"}))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
        "COPY t TO '{folder}/out.parquet'",
        "COPY t TO '{folder}/t.parquet'",
        "EXPLAIN ANALYZE COPY t TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM 'https://example.com/x.csv'",
        "SELECT * FROM read_parquet('s3://bucket/x')",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET allowed_paths = ['/etc/passwd']",
        "RESET enable_external_access",
        "PRAGMA enable_profiling; PRAGMA profiling_output = '{folder}/p.json'",
        "SET log_query_path = '{folder}/log'",
        "SELECT getenv('HOME')",
        "SELECT * FROM python_list",
        "CREATE MACRO f() AS TABLE SELECT * FROM read_text('{file}'); SELECT * FROM f()",
        "CREATE VIEW v AS SELECT * FROM read_text('{file}'); SELECT * FROM v",
    ],
)
def test_the_locked_engine_opens_nothing(text: str, table: Source, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    python_list = [SECRET]
    before = {path.name for path in tmp_path.iterdir()}
    with Duck([table]) as duck, pytest.raises((BastideError, duckdb.Error, AttributeError)):
        found = list(duck.run(text.format(file=secret, folder=tmp_path)).rows())
        assert SECRET not in str(found)
        raise duckdb.Error("nothing was returned")
    assert {path.name for path in tmp_path.iterdir()} == before
    assert python_list == [SECRET]
    with Duck([table]) as duck:
        assert list(duck.run("SELECT a FROM t").rows()) == [(1,)]


def test_a_query_is_given_up_in_time_and_what_it_spilled_is_removed(table: Source) -> None:
    with Duck([table], memory_mb=200) as duck:
        with pytest.raises(BastideError, match="given up after"):
            list(duck.run("SELECT count(*) FROM range(1000000000000)", seconds=0.2).rows())
        spill = duck.spill
        assert list(duck.run("SELECT a FROM t").rows()) == [(1,)]
    assert not spill.exists()


def test_ctrl_c_stops_the_query_and_not_the_session(table: Source) -> None:
    import _thread
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
    with Duck([table]) as duck:
        timer = threading.Timer(0.3, _thread.interrupt_main)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            list(duck.run("SELECT count(*) FROM range(1000000000000)").rows())
        assert list(duck.run("SELECT a FROM t").rows()) == [(1,)]
