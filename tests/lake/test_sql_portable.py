"""The portable subset: what it refuses and why, and what the others get to see."""

from datetime import UTC, datetime

import pytest

from bastide.errors import InputError
from bastide.lake.engine import Span
from bastide.lake.query import Query, Session
from bastide.lake.sql import Parameter, parse_statement
from bastide.lake.sql.ddl import render_ddl

TABLES = {"cloudtrail": frozenset({"account", "eventname", "eventtime", "useridentity", "errorcode"})}
TEXT = """
SELECT date_trunc('hour', eventTime) AS hour, json_text(userIdentity, '$.sessionContext.sessionIssuer.arn') AS role,
       count(*) FILTER (WHERE errorCode IS NOT NULL) AS failed, max_by(eventName, eventTime) AS last_action
FROM cloudtrail
WHERE eventTime >= TIMESTAMPTZ '2026-01-01 00:00:00+00:00' AND regexp_matches(eventName, '^Get\\w+')
  AND account IN ($accounts) AND eventTime < now() - INTERVAL 1 HOUR AND eventName ILIKE $name
GROUP BY 1, 2
ORDER BY 3 DESC, hour
LIMIT 10
"""
GOLDEN = {
    "duckdb": (
        "SELECT DATE_TRUNC('HOUR', eventTime) AS hour, JSON_TEXT(userIdentity, '$.sessionContext.sessionIssuer.arn') "
        "AS role, COUNT(*) FILTER(WHERE NOT errorCode IS NULL) AS failed, ARG_MAX(eventName, eventTime) AS last_action "
        "FROM cloudtrail WHERE eventTime >= CAST('2026-01-01 00:00:00+00:00' AS TIMESTAMPTZ) AND "
        "REGEXP_MATCHES(eventName, '^Get\\w+') AND account IN ('1', '2') AND eventTime < NOW() - INTERVAL '1' HOUR "
        "AND eventName ILIKE 'it''s' GROUP BY 1, 2 ORDER BY 3 DESC, hour LIMIT 10"
    ),
    "spark": (
        "SELECT DATE_TRUNC('HOUR', eventTime) AS hour, GET_JSON_OBJECT(userIdentity, "
        "'$.sessionContext.sessionIssuer.arn') AS role, COUNT(*) FILTER(WHERE NOT errorCode IS NULL) AS failed, "
        "MAX_BY(eventName, eventTime) AS last_action FROM cloudtrail WHERE eventTime >= CAST('2026-01-01 "
        "00:00:00+00:00' AS TIMESTAMP) AND eventName RLIKE '^Get\\\\w+' AND account IN ('1', '2') AND eventTime < "
        "CURRENT_TIMESTAMP() - INTERVAL '1' HOUR AND eventName ILIKE 'it\\'s' GROUP BY 1, 2 ORDER BY 3 DESC, "
        "hour NULLS LAST LIMIT 10"
    ),
    "trino": (
        "SELECT DATE_TRUNC('HOUR', eventTime) AS hour, JSON_EXTRACT_SCALAR(userIdentity, "
        "'$.sessionContext.sessionIssuer.arn') AS role, COUNT(*) FILTER(WHERE NOT errorCode IS NULL) AS failed, "
        "MAX_BY(eventName, eventTime) AS last_action FROM cloudtrail WHERE eventTime >= CAST('2026-01-01 "
        "00:00:00+00:00' AS TIMESTAMP WITH TIME ZONE) AND REGEXP_LIKE(eventName, '^Get\\w+') AND account IN ('1', '2') "
        "AND eventTime < CURRENT_TIMESTAMP - INTERVAL '1' HOUR AND LOWER(eventName) LIKE LOWER('it''s') GROUP BY 1, 2 "
        "ORDER BY 3 DESC, hour LIMIT 10"
    ),
}


@pytest.mark.parametrize("dialect", sorted(GOLDEN))
def test_one_text_is_written_for_every_engine(dialect: str) -> None:
    statement = parse_statement(TEXT, TABLES).bound({"accounts": "1,2", "name": "it's"}, _declared())
    assert statement.render(dialect, columns=TABLES) == GOLDEN[dialect]


def _declared() -> dict[str, Parameter]:
    return {"accounts": Parameter("accounts", "strings")}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT account FROM cloudtrail QUALIFY row_number() OVER (ORDER BY account) = 1", "QUALIFY"),
        ("SELECT list_filter([1], x -> x > 1)", "list_filter"),
        ("SELECT * EXCLUDE (account) FROM cloudtrail", "EXCLUDE"),
        ("SELECT account, count(*) FROM cloudtrail GROUP BY ALL", "GROUP BY ALL"),
        ("SELECT eventName AS action FROM cloudtrail WHERE action = 'x'", "WHERE uses the alias action"),
        ("SELECT upper(eventName) AS action, count(*) FROM cloudtrail GROUP BY action", "GROUP uses the alias action"),
        ("SELECT any_value(account) FROM cloudtrail", "any_value"),
        ("SELECT json_text(userIdentity, '$.*') FROM cloudtrail", "JSON path"),
        ("SELECT json_text(userIdentity, account) FROM cloudtrail", "JSON path"),
        ("SELECT userIdentity -> '$.a' FROM cloudtrail", "outside"),
        ("SELECT 1 FROM cloudtrail WHERE eventName LIKE 'a\\b'", "backslash"),
        ("SELECT 1 FROM cloudtrail WHERE regexp_matches(eventName, '(?=x)')", "regular expression"),
        ("SELECT 1 FROM cloudtrail a SEMI JOIN cloudtrail b ON a.account = b.account", "join"),
        ("SELECT DISTINCT ON (account) account FROM cloudtrail", "DISTINCT ON"),
        ("SELECT CAST(account AS HUGEINT) FROM cloudtrail", "type"),
        ("SELECT date_diff('day', eventTime, eventTime) FROM cloudtrail", "date"),
        ("WITH RECURSIVE a AS (SELECT 1 AS x) SELECT x FROM a", "RECURSIVE"),
    ],
)
def test_what_only_duckdb_knows_is_refused_with_its_name(text: str, reason: str) -> None:
    statement = parse_statement(text, TABLES)
    assert statement.render("duckdb")
    with pytest.raises(InputError, match="(?s).*" + reason) as refused:
        statement.render("spark", columns=TABLES)
    assert refused.value.problems[0].fix


def test_a_span_is_written_into_what_others_run() -> None:
    session = Session(None, span=Span(datetime(2026, 1, 1, tzinfo=UTC), None, ("111111111111",)))
    text = session.render(Query("q", "SELECT count(*) FROM cloudtrail AS c"), {}, "athena")
    assert "FROM cloudtrail" in text
    assert "CAST('2026-01-01 00:00:00+00:00' AS TIMESTAMP WITH TIME ZONE)" in text
    assert "account IN ('111111111111')" in text


def test_the_ddl_makes_the_same_partitions() -> None:
    text = render_ddl("athena", "s3://lake/x/", {"cloudtrail"})
    assert "PARTITIONED BY (day(`eventtime`), `account`)\nLOCATION 's3://lake/x/cloudtrail'" in text
    assert "'table_type' = 'ICEBERG'" in text
    assert "partitioning = ARRAY['day(eventtime)', 'account']" in render_ddl("trino", "s3://lake", {"cloudtrail"})
    with pytest.raises(InputError, match="no DDL"):
        render_ddl("spark", "s3://lake")
    with pytest.raises(InputError, match="no place"):
        render_ddl("athena", "s3://lake' x", {"cloudtrail"})
