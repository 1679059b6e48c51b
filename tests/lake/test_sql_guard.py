"""What may be asked: everything that is no question over the lake's tables is refused, with what and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.lake.sql import parse_statement

TABLES = {"cloudtrail": frozenset({"account", "eventname", "eventtime", "useridentity"}), "runs": frozenset({"id"})}

HOSTILE = [
    "COPY cloudtrail TO '/tmp/x'",
    "COPY (SELECT 1) TO '/tmp/x' (FORMAT parquet)",
    "COPY cloudtrail FROM '/etc/passwd'",
    "EXPLAIN COPY cloudtrail TO '/tmp/x'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/x'",
    "DESCRIBE SELECT * FROM read_csv('/etc/passwd')",
    "DESCRIBE '/etc/passwd'",
    "ATTACH '/tmp/x.db'",
    "ATTACH 'x' AS y (TYPE sqlite)",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "FORCE INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '/tmp/evil.duckdb_extension'",
    "PRAGMA database_list",
    "PRAGMA version",
    "SET memory_limit = '1MB'",
    "RESET memory_limit",
    "SET VARIABLE a = 1",
    "CALL duckdb_settings()",
    "EXPORT DATABASE '/tmp/x'",
    "IMPORT DATABASE '/tmp/x'",
    "CREATE TABLE x AS SELECT 1",
    "CREATE VIEW x AS SELECT * FROM read_text('/etc/passwd')",
    "CREATE MACRO f() AS TABLE SELECT * FROM read_text('/etc/passwd')",
    "CREATE SECRET s (TYPE s3)",
    "DROP VIEW cloudtrail",
    "INSERT INTO cloudtrail VALUES (1)",
    "UPDATE cloudtrail SET account = 1",
    "DELETE FROM cloudtrail",
    "ALTER TABLE cloudtrail ADD COLUMN x INT",
    "BEGIN",
    "CHECKPOINT",
    "VACUUM",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "SUMMARIZE cloudtrail",
    "PIVOT cloudtrail ON account USING count(*)",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    "SELECT * FROM 's3://bucket/key.parquet'",
    "SELECT * FROM 'https://example.com/x.csv'",
    "FROM '/etc/passwd'",
    "TABLE '/etc/passwd'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM READ_CSV(['/etc/passwd'])",
    "SELECT * FROM read_text('/etc/*')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_ndjson('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM parquet_scan('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT * FROM parquet_file_metadata('/x')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM iceberg_scan('/x')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('cloudtrail')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM pragma_database_list()",
    "SELECT * FROM which_secret('x', 's3')",
    "SELECT * FROM postgres_scan('', '', '')",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM memory.main.cloudtrail",
    "SELECT * FROM main.cloudtrail",
    "SELECT * FROM system.main.duckdb_settings",
    "SELECT getenv('HOME')",
    "SELECT GetEnv('HOME') FROM cloudtrail",
    "SELECT \"getenv\"('HOME')",
    "SELECT system.main.getenv('HOME')",
    "SELECT current_setting('temp_directory')",
    "SELECT getvariable('x')",
    "SELECT read_text('/etc/passwd')",
    "SELECT content FROM (SELECT * FROM read_text('/etc/passwd'))",
    "WITH a AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM a",
    "WITH a AS (WITH b AS (FROM '/etc/passwd') FROM b) FROM a",
    "SELECT * FROM cloudtrail WHERE account IN (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT (SELECT max(content) FROM read_text('/etc/passwd'))",
    "SELECT CASE WHEN EXISTS (FROM glob('/etc/*')) THEN 1 END",
    "SELECT * FROM cloudtrail UNION ALL SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM cloudtrail c, LATERAL (SELECT * FROM read_text(c.account)) x",
    "SELECT * FROM cloudtrail JOIN '/etc/passwd' p ON true",
    "SELECT list_transform([1], x -> getenv('HOME'))",
    "SELECT * FROM cloudtrail ORDER BY getenv('HOME')",
    "SELECT * FROM cloudtrail LIMIT (SELECT length(content) FROM read_text('/etc/passwd'))",
    "SELECT count(*) FILTER (WHERE getenv('X') = '1') FROM cloudtrail",
    "SELECT sum(1) OVER (ORDER BY getenv('X')) FROM cloudtrail",
    "SELECT 1; COPY cloudtrail TO '/tmp/x'",
    "SELECT 1;;SELECT 2",
    "SELECT 1 /* ; */ ; /* x */ ATTACH 'x'",
    "/* SELECT */ COPY cloudtrail TO '/tmp/x'",
    "-- SELECT 1\nCOPY cloudtrail TO '/tmp/x'",
    "SELECT * FROM/**/read_text/**/('/etc/passwd')",
    "SELECT * FROM \u00a0'/etc/passwd'",
    "SELECT * FROM read_text\u200b('/etc/passwd')",
    "ＳＥＬＥＣＴ * FROM cloudtrail",
    "SELECT * FROM 'cloudtrail\u0000/etc/passwd'",
    "SELECT * FROM $$/etc/passwd$$",
    "SELECT * FROM E'\\x2fetc/passwd'",
    'WITH "/etc/passwd" AS (SELECT 1) SELECT * FROM "/etc/passwd"',
    "WITH cloudtrail AS (SELECT * FROM cloudtrail) SELECT * FROM cloudtrail",
    "SELECT nextval('s')",
    "SELECT txid_current()",
    "SELECT * FROM cloudtrail AT (VERSION => 1)",
    "SELECT * FROM cloudtrail TABLESAMPLE 1%",
    "SELECT ?",
    "SELECT",
    "",
    ";",
    "-- nothing",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_question_over_the_tables_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        statement = parse_statement(text, TABLES)
        assert statement.tree is not None
        statement.bound({})
        statement.render("spark", columns=TABLES)  # `SELECT` alone is harmless, and nothing to run
    assert refused.value.problems[0].what
    assert "Traceback" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM cloudtrail",
        "select a.EVENTNAME, count(*) from CloudTrail a group by all having count(*) > 1 order by 2 desc limit 5",
        "FROM cloudtrail SELECT account",
        "WITH a AS (SELECT account FROM cloudtrail), b AS (SELECT * FROM a) SELECT * FROM b JOIN runs ON id = account",
        "EXPLAIN SELECT 1 -- COPY x TO 'y'",
        "explain analyze select 1;",
        "SELECT list_filter([1, 2], x -> x > 1), {'a': 1}.a, [1, 2][1], 'COPY x TO y'",
        "SELECT * EXCLUDE (account) FROM cloudtrail QUALIFY row_number() OVER (PARTITION BY account) = 1",
        "SELECT json_text(userIdentity, '$.type'), userIdentity ->> '$.arn' FROM cloudtrail",
        "SELECT time_bucket(INTERVAL 1 HOUR, eventTime), approx_count_distinct(account) FROM cloudtrail GROUP BY 1",
        "SELECT * FROM range(3) UNION ALL SELECT 1",
        "SELECT * FROM (VALUES (1), (2)) v(x)",
        "SELECT account FROM cloudtrail WHERE eventTime > now() - INTERVAL 7 DAY OR regexp_matches(eventName, '^Get')",
        "SELECT median(1), string_agg(account, ',') FROM cloudtrail",
        "DESCRIBE cloudtrail",
        "SHOW TABLES;",
    ],
)
def test_questions_over_the_tables_pass(text: str) -> None:
    statement = parse_statement(text, TABLES)
    assert statement.kind in ("select", "explain", "describe", "tables")
    assert statement.tree is None or parse_statement(statement.render(), TABLES).render() == statement.render()


def test_a_refusal_names_line_and_column_and_the_nearest_table() -> None:
    with pytest.raises(InputError, match="no table cloudtrial") as refused:
        parse_statement("SELECT *\n  FROM cloudtrial", TABLES, "hunt.sql")
    problem = refused.value.problems[0]
    assert (problem.where, problem.fix) == ("hunt.sql, line 2, column 8", "did you mean cloudtrail?")


def test_places_stay_right_behind_explain() -> None:
    with pytest.raises(InputError) as refused:
        parse_statement("EXPLAIN\nSELECT nope(1)", TABLES)
    assert refused.value.problems[0].where == "query, line 2, column 8"


def test_deep_nesting_and_endless_text_are_refused() -> None:
    with pytest.raises(InputError, match="nested too deeply"):
        parse_statement("(" * 3000 + "SELECT 1" + ")" * 3000, TABLES)
    with pytest.raises(InputError, match="longer than"):
        parse_statement("SELECT '" + "x" * 1_000_001 + "'", TABLES)


@given(st.text(max_size=60))
def test_any_text_at_all_is_a_statement_or_a_refusal(text: str) -> None:
    try:
        parse_statement(text, TABLES)
    except InputError as refused:
        assert refused.problems


@given(st.text(max_size=40), st.sampled_from(["account = $a", "account IN ($a)", "account LIKE $a"]))
def test_a_value_is_never_sql(value: str, condition: str) -> None:
    statement = parse_statement(f"SELECT account FROM cloudtrail WHERE {condition}", TABLES).bound({"a": value})
    again = parse_statement(statement.render(), TABLES)
    assert again.tables == {"cloudtrail"}
    assert "".join(again.render()) == statement.render()
