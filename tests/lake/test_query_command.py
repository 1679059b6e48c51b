"""The command: formats, limits, spans, parameters, errors; over a lake of a few events."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet
import pytest

from bastide.ingest.run import ingest
from bastide.ingest.source import Folder
from bastide.lake import Lake, read_tables
from bastide.lake.engine import Span, lake_source
from bastide.lake.stores import Selectors, Stores, make_store, write_stores
from bastide.show.cli.main import run
from bastide.show.cli.query_console import candidates, statements

Ask = Callable[..., tuple[int, str, str]]


def event(number: int, day: int, account: str, name: str) -> dict[str, object]:
    return {"eventVersion": "1.11", "eventTime": f"2026-01-{day:02}T10:00:00Z", "eventSource": "s3.amazonaws.com",
            "eventName": name, "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.1", "readOnly": True,
            "eventID": f"e-{number}", "eventType": "AwsApiCall", "recipientAccountId": account,
            "userIdentity": {"type": "IAMUser", "arn": "a\u001b[31m"}, "requestParameters": None,
            "responseElements": None}  # fmt: skip


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("query")
    records = [event(1, 1, "111111111111", "ListBuckets"), event(2, 1, "222222222222", "GetObject"),
               event(3, 2, "111111111111", "GetObject")]  # fmt: skip
    (folder / "logs.json").write_text(json.dumps({"Records": records}))
    ingest(Lake.open(folder / "lake"), [Folder(folder / "logs.json")], clock=lambda: datetime.now(UTC), workers=1)
    return folder / "lake"


@pytest.fixture
def query(lake: Path, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> Iterator[Ask]:
    def ask(*arguments: str) -> tuple[int, str, str]:
        code = run(["query", *arguments, "--lake", str(lake), "--file", str(tmp_path / "architecture.yaml")])
        out, err = capfdbinary.readouterr()
        return code, out.decode(), err.decode()

    yield ask


def test_formats(query: Ask, tmp_path: Path) -> None:
    text = "SELECT eventName, count(*) AS n FROM cloudtrail GROUP BY 1 ORDER BY 1"
    assert query(text, "-o", "csv")[:2] == (0, "eventName,n\nGetObject,2\nListBuckets,1\n")
    document = json.loads(query(text, "-o", "json")[1])
    assert (document["schema"], document["rows"][0], document["more"]) == (
        "bastide.query/1",
        {"eventName": "GetObject", "n": 2},
        False,
    )
    assert query(text, "-o", "jsonl")[1].splitlines()[1] == '{"eventName": "ListBuckets", "n": 1}'
    assert query(text)[1].splitlines()[0] == "eventName    n"
    path = tmp_path / "out.parquet"
    assert query(text, "-o", f"parquet={path}")[0] == 0
    assert pyarrow.parquet.read_table(path).num_rows == 2


def test_spans_accounts_limits_and_parameters(query: Ask) -> None:
    text = "SELECT eventID FROM cloudtrail ORDER BY 1"
    assert query(text, "-o", "csv", "--since", "2026-01-02")[1] == "eventID\ne-3\n"
    assert query(text, "-o", "csv", "--until", "2026-01-02", "--account", "222222222222")[1] == "eventID\ne-2\n"
    code, out, err = query(text, "-o", "csv", "--limit", "1")
    assert (code, out) == (0, "eventID\ne-1\n")
    assert "there are more" in err
    found = query("SELECT eventID FROM cloudtrail WHERE eventName = $name", "--param", "name=ListBuckets", "-o", "csv")
    assert found[1] == "eventID\ne-1\n"
    assert "holds nothing since" in query(text, "--since", "2030-01-01")[2]


def test_a_store_is_a_part_of_its_table_and_of_no_other(query: Ask, lake: Path) -> None:
    objects = make_store("objects", 30, Selectors(event_names=("GetObject",)))
    mine = make_store("mine", 30, Selectors(accounts=("111111111111",)))
    write_stores(lake, Stores((mine, objects)))
    text = "SELECT eventID FROM cloudtrail ORDER BY 1"
    assert query(text, "-o", "csv", "--store", "objects")[1] == "eventID\ne-2\ne-3\n"
    assert query(text, "-o", "csv", "--store", "objects", "--account", "222222222222")[1] == "eventID\ne-2\n"
    assert query(text, "-o", "csv", "--store", "mine", "--account", "222222222222")[1] == "eventID\n"
    assert query(text, "-o", "csv", "--store", "mine", "--store", "objects")[1] == "eventID\ne-1\ne-2\ne-3\n"
    events = "SELECT metadata.uid FROM ocsf_api_activity ORDER BY 1"
    assert query(events, "-o", "csv", "--store", "objects")[1] == "uid\ne-2\ne-3\n"
    assert "vpc_flow is asked whole" in query("SELECT count(*) FROM vpc_flow", "--store", "mine")[2]
    assert query(text, "--store", "other")[::2] == (
        2,
        "error: there is no event data store 'other'\n  fix  bastide lake stores: mine, objects\n",
    )
    assert "'111111111111'" in query(text, "--store", "mine", "--print", "athena")[1]


def test_days_accounts_and_stores_leave_files_unread(lake: Path) -> None:
    opened, table = Lake.open(lake), read_tables()["cloudtrail"]
    mine = make_store("mine", 30, Selectors(accounts=("111111111111",)))
    spans = [
        Span(),
        Span(datetime(2026, 1, 2, tzinfo=UTC)),
        Span(accounts=("222222222222",)),
        Span(stores=(mine,)),
        Span(accounts=("222222222222",), stores=(mine,)),
    ]
    assert [len(lake_source(opened, table, span).files) for span in spans] == [3, 1, 1, 2, 0]


def test_what_a_log_holds_does_not_move_the_cursor(query: Ask) -> None:
    assert "\x1b" not in query("SELECT userArn FROM cloudtrail")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["SELECT * FROM read_text('/etc/passwd')"], "cannot read from read_text()"),
        (["SELECT nothing FROM cloudtrail"], "nothing"),
        (["SELECT $x"], "needs a value for $x"),
        (["SELECT 1", "--param", "x=1"], "no parameter 'x'"),
        (["SELECT 1", "--param", "x"], "is not NAME=VALUE"),
        (["console-sign-inn"], "did you mean console-sign-ins?"),
        (["SELECT 1", "--since", "soon"], "is no time"),
        (["SELECT 1", "--since", "1d", "--until", "2d"], "not before"),
        (["SELECT 1", "--account", "x"], "no account"),
        (["SELECT 1", "-o", "xml"], "not a format"),
        (["SELECT 1", "--engine", "presto"], "no engine"),
        (["SELECT 1", "--print", "oracle"], "no dialect"),
        (["-f", "/nowhere.sql"], "cannot be read"),
        (["SELECT 1", "-f", "x.sql"], "not both"),
        (["SELECT CAST('x' AS INTEGER)"], "Could not convert"),
    ],
)
def test_wrong_input_is_named_and_ends_with_two(query: Ask, arguments: list[str], message: str) -> None:
    code, _, err = query(*arguments)
    assert code == 2
    assert message in err
    assert "Traceback" not in err


def test_tables_views_of_ocsf_and_the_library_are_listed(query: Ask) -> None:
    tables = query("SHOW TABLES", "-o", "csv")[1]
    assert {"cloudtrail", "config_items", "control_findings", "ocsf_api_activity"} <= {
        line.partition(",")[0] for line in tables.splitlines()
    }
    assert "eventTime,timestamp" in query("DESCRIBE cloudtrail", "-o", "csv")[1]
    assert "cost of trails" in query("--list")[1]
    assert "GetObject" in query("SELECT api.operation AS o FROM ocsf_api_activity", "-o", "csv")[1]
    assert query("SELECT * FROM ocsf_api_activity", "--print", "spark")[0] == 2


def test_a_pipe_runs_statements_and_stops_at_the_first_that_fails(lake: Path, tmp_path: Path) -> None:
    program = "from bastide.show.cli.main import main; main()"
    command = [sys.executable, "-c", program, "query", "--lake", str(lake), "--file", str(tmp_path / "a.yaml")]
    text = ".output csv\nSELECT count(*) AS n\nFROM cloudtrail;\nSELECT nope;\nSELECT 2;\n"
    found = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (2, "n\n3\n")


def test_statements_end_with_a_semicolon_and_commands_with_the_line() -> None:
    lines = iter(["SELECT 1", "  ;", "", ".tables", "SELECT 2; ", "SELECT 3"])
    assert list(statements(lines)) == ["SELECT 1\n  ;", ".tables", "SELECT 2; ", "SELECT 3"]


def test_completion_knows_tables_columns_queries_and_commands() -> None:
    words = ["cloudtrail", "eventName", "SELECT"]
    assert list(candidates("SELECT ev", words)) == [("eventName", 2)]
    assert list(candidates("SELECT c.ev", words)) == [("eventName", 2)]
    assert (".tables", 2) in list(candidates(".t", words))
    assert ("root-activity", 4) in list(candidates(".run root", words))


def test_reading_makes_no_lake_in_somebodys_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["query", "SELECT 1", "--lake", str(tmp_path), "--file", str(tmp_path / "a.yaml")]) == 2
    assert "there is no lake" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_days_and_hours_in_utc_are_those_of_duckdb_itself() -> None:
    from bastide.lake.engine.duck import Duck
    from bastide.lake.engine.source import Source
    from bastide.lake.sql import parse_statement
    from bastide.lake.table import Column

    moments = [datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC), None]
    source = Source("t", "", (Column("at", "timestamp", ""),), rows=[{"at": one} for one in moments])
    text = 'SELECT CAST("at" AS DATE), date_trunc(\'hour\', "at"), date_trunc(\'month\', "at") FROM t'
    statement = parse_statement(text, {"t": frozenset({"at"})})
    quick = statement.in_utc({"at"}).render()
    assert "epoch_us" in quick.lower()
    with Duck([source]) as duck:
        assert list(duck.run(quick).rows()) == list(duck.run(statement.render()).rows())
    renamed = parse_statement('SELECT CAST("at" AS DATE) FROM (SELECT 1 AS "at")', {"t": frozenset({"at"})})
    assert renamed.in_utc({"at"}).render() == renamed.render()
