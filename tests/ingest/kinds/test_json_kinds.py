"""DNS queries, WAF requests, EKS audit events and what CloudWatch Logs wraps around them."""

import json
from pathlib import Path
from typing import Any

import pytest

from bastide.ingest.kinds import detect
from tests.ingest.kinds.rows import present, rest, rows_of, take, utc

# Source: Amazon Route 53 Developer Guide, "Route 53 Resolver query log example"
QUERY: dict[str, Any] = {
    "srcaddr": "4.5.64.102", "vpc_id": "vpc-7example",
    "answers": [{"Rdata": "203.0.113.9", "Type": "PTR", "Class": "IN"}],
    "firewall_rule_group_id": "rslvr-frg-01234567890abcdef", "firewall_rule_action": "BLOCK",
    "query_name": "15.3.4.32.in-addr.arpa.",
    "firewall_domain_list_id": "rslvr-fdl-01234567890abcdef", "query_class": "IN",
    "srcids": {"instance": "i-0d15cd0d3example"}, "rcode": "NOERROR", "query_type": "PTR", "transport": "UDP",
    "version": "1.100000", "account_id": "111122223333", "srcport": "56067", "query_timestamp": "2021-02-04T17:51:55Z",
    "region": "us-east-1",
}  # fmt: skip
# Source: AWS WAF Developer Guide, "Log examples for web ACL traffic"
REQUEST: dict[str, Any] = {
    "timestamp": 1576280412771, "formatVersion": 1,
    "webaclId": "arn:aws:wafv2:ap-southeast-2:111122223333:regional/webacl/STMTest/1EXAMPLE-2ARN-3ARN-4ARN",
    "terminatingRuleId": "STMTest_SQLi_XSS", "terminatingRuleType": "REGULAR", "action": "BLOCK",
    "terminatingRuleMatchDetails": [{"conditionType": "SQL_INJECTION", "sensitivityLevel": "HIGH", "location": "HEADER",
                                     "matchedData": ["10", "AND", "1"]}],
    "httpSourceName": "-", "httpSourceId": "-", "ruleGroupList": [], "rateBasedRuleList": [],
    "nonTerminatingMatchingRules": [], "requestHeadersInserted": None, "responseCodeSent": None,
    "httpRequest": {
        "clientIp": "1.1.1.1", "country": "AU",
        "headers": [{"name": "Host", "value": "localhost:1989"}, {"name": "User-Agent", "value": "cu\"rl/7.61.1"}],
        "uri": "/myUri", "args": "", "httpVersion": "HTTP/1.1", "httpMethod": "GET", "requestId": "rid"},
    "labels": [{"name": "value"}], "ja3Fingerprint": "f7", "requestBodySize": 12, "clientAsn": 64500,
}  # fmt: skip
# Source: Kubernetes, "Auditing"; Amazon EKS User Guide, "Control plane logging"
EVENT: dict[str, Any] = {
    "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata",
    "auditID": "693f4726-2430-450a-83e1-123456789012",
    "stage": "ResponseComplete", "requestURI": "/api/v1/namespaces/kube-system/secrets/admin", "verb": "get",
    "user": {"username": "kubernetes-admin", "uid": "aws-iam-authenticator:111122223333:AIDA",
             "groups": ["system:masters"],
             "extra": {"arn": ["arn:aws:sts::111122223333:assumed-role/admin/me"]}},
    "impersonatedUser": {"username": "system:anonymous"}, "sourceIPs": ["203.0.113.5", "10.0.0.1"],
    "userAgent": "kubectl/v1.29",
    "objectRef": {"resource": "secrets", "namespace": "kube-system", "name": "admin", "apiVersion": "v1"},
    "responseStatus": {"metadata": {}, "code": 403}, "requestReceivedTimestamp": "2024-01-02T03:04:05.123456Z",
    "stageTimestamp": "2024-01-02T03:04:05.234567Z",
    "annotations": {"authorization.k8s.io/decision": "forbid", "authorization.k8s.io/reason": ""},
}  # fmt: skip


HALF = "2021-02-04T17:51:55.5Z"


def envelope(*messages: str, group: str = "/aws/eks/prod/cluster", stream: str = "kube-apiserver-audit-abc") -> str:
    events = [{"id": f"3{n}", "timestamp": 1704164645234 + n, "message": text} for n, text in enumerate(messages)]
    return json.dumps({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": group, "logStream": stream,
                       "subscriptionFilters": ["all"], "logEvents": events})  # fmt: skip


CONTROL = json.dumps({
    "messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": "",
    "subscriptionFilters": [],
    "logEvents": [{"id": "", "timestamp": 1510109208016, "message": "CWL CONTROL MESSAGE: Checking health"}],
})  # fmt: skip


def without(row: dict[str, Any], names: str) -> dict[str, Any]:
    return {name: value for name, value in present(row).items() if name not in names.split()}


def test_a_dns_query_has_all_documented_fields(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, json.dumps(QUERY), "resolver-query")
    assert without(row, "answers srcids") == {
        **{name: QUERY[name] for name in QUERY if name not in ("answers", "srcids")},
        "account": "111122223333", "srcport": 56067, "query_timestamp": utc("2021-02-04T17:51:55Z"),
        "instance": "i-0d15cd0d3example",
    }  # fmt: skip
    assert (json.loads(row["answers"]), json.loads(row["srcids"])) == (QUERY["answers"], QUERY["srcids"])


@pytest.mark.parametrize(
    ("change", "flags", "kept"),
    [
        ({"srcport": 53}, "form:srcport", {"srcport": 53}),
        ({"srcport": "dns"}, "type:srcport", {"srcport": "dns"}),
        (
            {"query_timestamp": "2021-02-04T17:51:55.5Z"},
            "form:query_timestamp",
            {"query_timestamp": "2021-02-04T17:51:55.5Z"},
        ),
        ({"query_name": {"a": 1}}, "type:query_name", {"query_name": {"a": 1}}),
        ({"brand_new": [1]}, "unknown:brand_new", {"brand_new": [1]}),
        ({"rcode": None}, None, {"rcode": None}),
    ],
)
def test_odd_fields_are_kept_in_rest(tmp_path: Path, change: dict[str, Any], flags: str | None, kept: Any) -> None:
    (row,) = rows_of(tmp_path, json.dumps(QUERY | change), "resolver-query")
    assert (row["flags"], rest(row)) == (flags, kept)
    assert row["query_timestamp"] is not None


def test_dns_queries_come_one_a_line_one_after_the_other_in_an_array_or_wrapped(tmp_path: Path) -> None:
    one, two = json.dumps(QUERY), json.dumps(QUERY | {"query_name": "b."})
    forms = (
        f"{one}\n{two}\n", f"{one}{two}", f"[{one},{two}]", json.dumps([QUERY, QUERY], indent=2),
        f"\ufeff{one}\r\n{two}\r\n", CONTROL + envelope(one, two, group="dns"),
        f"2021-02-04T17:51:55.000Z {one}\n2021-02-04T17:51:55.000Z {two}",
    )  # fmt: skip
    for text in forms:
        assert len(rows_of(tmp_path, text, "resolver-query")) == 2


def test_a_broken_line_or_another_kind_of_record_names_itself(tmp_path: Path) -> None:
    one = json.dumps(QUERY)
    assert take(tmp_path, f"{one}\n{one[:50]}\n")[0].reason == "line 2: no JSON"
    assert take(tmp_path, f"{one}\n{json.dumps(REQUEST)}\n")[0].reason == "record 2 is no DNS query"
    assert take(tmp_path, f"{one}\n3\n")[0].reason == "record 2 is no DNS query"
    assert take(tmp_path, "[" * 100_000 + '"query_timestamp""query_name""rcode"')[1] == []


def test_a_request_that_waf_logged_has_columns_for_what_people_ask(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, json.dumps(REQUEST), "waf")
    assert (row["timestamp"], row["account"], row["region"]) == (
        utc("2019-12-13T23:40:12.771Z"),
        "111122223333",
        "ap-southeast-2",
    )
    assert (row["clientIp"], row["country"], row["host"], row["userAgent"]) == (
        "1.1.1.1",
        "AU",
        "localhost:1989",
        'cu"rl/7.61.1',
    )
    assert (row["uri"], row["args"], row["action"], row["clientAsn"]) == ("/myUri", "", "BLOCK", 64500)
    assert (rest(row), row["flags"]) == ({"requestHeadersInserted": None, "responseCodeSent": None}, None)
    assert json.loads(row["httpRequest"]) == REQUEST["httpRequest"]
    assert json.loads(row["terminatingRuleMatchDetails"]) == REQUEST["terminatingRuleMatchDetails"]


@pytest.mark.parametrize("stamp", [10**17, -(10**17), "yesterday", 1.5, 10**30])
def test_a_time_that_cannot_be_one_leaves_the_request_without_a_day(tmp_path: Path, stamp: Any) -> None:
    (row,) = rows_of(tmp_path, json.dumps(REQUEST | {"timestamp": stamp}), "waf")
    assert row["timestamp"] is None
    assert "timestamp" in rest(row)


def test_a_kubernetes_audit_event_has_columns_for_what_people_ask(tmp_path: Path) -> None:
    for text in (json.dumps(EVENT), json.dumps({"kind": "EventList", "items": [EVENT]})):
        (row,) = rows_of(tmp_path, text, "eks-audit")
        assert (row["username"], row["arn"], row["impersonatedUsername"]) == (
            "kubernetes-admin", "arn:aws:sts::111122223333:assumed-role/admin/me", "system:anonymous",
        )  # fmt: skip
        assert (row["verb"], row["resource"], row["namespace"], row["name"]) == (
            "get",
            "secrets",
            "kube-system",
            "admin",
        )
        assert (row["code"], row["decision"], row["sourceIP"]) == (403, "forbid", "203.0.113.5")
        assert (row["stageTimestamp"], row["account"]) == (utc("2024-01-02T03:04:05.234567Z"), "123456789012")
        assert (row["flags"], row["rest"], json.loads(row["groups"])) == (None, None, ["system:masters"])
        assert json.loads(row["annotations"]) == EVENT["annotations"]


def test_audit_events_of_a_subscription_know_their_cluster_and_their_neighbours_are_kept(tmp_path: Path) -> None:
    text = envelope(json.dumps(EVENT)) + envelope(
        'time="…" level=info msg="access granted"', stream="authenticator-abc"
    )
    audit, other = sorted(rows_of(tmp_path, text, "eks-audit"), key=lambda row: row["auditID"] is None)
    assert (audit["cluster"], audit["account"], audit["logStream"]) == (
        "prod",
        "111122223333",
        "kube-apiserver-audit-abc",
    )
    assert (other["flags"], rest(other)) == ("no-audit-event", {"message": 'time="…" level=info msg="access granted"'})
    assert (other["stageTimestamp"], other["cluster"]) == (utc("2024-01-02T03:04:05.234Z"), "prod")


def test_exported_audit_events_are_read(tmp_path: Path) -> None:
    key = "exportedlogs/8f5e1c2b-0000-4000-8000-000000000000/kube-apiserver-audit-abc/000000.gz"
    (row,) = rows_of(tmp_path, f"2024-01-02T03:04:05.234Z {json.dumps(EVENT)}\n", "eks-audit", key)
    assert (row["logStream"], row["auditID"], row["cluster"]) == ("kube-apiserver-audit-abc", EVENT["auditID"], None)


def test_other_log_groups_are_kept_as_they_are(tmp_path: Path) -> None:
    text = (
        CONTROL
        + "\n"
        + envelope("START RequestId: 1", '{"level":"ERROR"}', group="/aws/lambda/f", stream="2024/01/02/[1]a")
    )
    rows = rows_of(tmp_path, text, "cloudwatch-logs")
    assert {row["message"] for row in rows} == {"START RequestId: 1", '{"level":"ERROR"}'}
    assert {(row["logGroup"], row["account"], row["id"]) for row in rows} == {
        ("/aws/lambda/f", "111122223333", "30"), ("/aws/lambda/f", "111122223333", "31"),
    }  # fmt: skip
    (row,) = rows_of(tmp_path, "2024-01-02T03:04:05.234Z one\n  two\n", "cloudwatch-logs")
    assert (row["timestamp"], row["message"]) == (utc("2024-01-02T03:04:05.234Z"), "one\n  two")


def test_a_file_of_control_messages_has_no_rows_and_is_no_mistake(tmp_path: Path) -> None:
    taken, rows = take(tmp_path, CONTROL)
    assert (taken.kind, taken.reason, rows) == ("cloudwatch-logs", "", [])


@pytest.mark.parametrize("change", [{"logEvents": [{"id": 3}]}, {"messageType": "NEWS"}, {"logEvents": 1}])
def test_a_broken_envelope_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    text = envelope("a") + json.dumps(json.loads(envelope("b")) | change)
    taken, rows = take(tmp_path, text)
    assert (taken.reason.startswith("line 2: "), rows) == (True, [])


def test_cloudtrail_events_that_came_through_cloudwatch_are_cloudtrail_s(tmp_path: Path) -> None:
    event = {"eventVersion": "1.08", "eventTime": "2026-01-02T03:04:05Z", "eventSource": "ec2.amazonaws.com",
             "eventName": "RunInstances", "eventID": "e1", "recipientAccountId": "111122223333",
             "requestParameters": None,
             "responseElements": None, "userIdentity": {"type": "Root"}}  # fmt: skip
    texts = [json.dumps(event, separators=(",", ":")), json.dumps(event | {"eventID": "e2"}, separators=(",", ":"))]
    rows = rows_of(tmp_path, CONTROL + envelope(*texts, group="trail"), "cloudtrail-cloudwatch")
    assert {(row["eventID"], row["account"], row["userType"]) for row in rows} == {
        ("e1", "111122223333", "Root"), ("e2", "111122223333", "Root"),
    }  # fmt: skip
    (row,) = rows_of(tmp_path, f"2026-01-02T03:04:05.000Z {texts[0]}\n", "cloudtrail-cloudwatch")
    assert row["eventName"] == "RunInstances"


@pytest.mark.parametrize("broken", [b'"a\xff\xfeb"', b'"a\\ud800b"', '"a\ufffdb"'.encode()])
@pytest.mark.parametrize(("kind", "record"), [("resolver-query", QUERY), ("waf", REQUEST), ("eks-audit", EVENT)])
def test_text_that_is_no_unicode_costs_its_record_a_flag_and_nothing_else(
    tmp_path: Path, kind: str, record: dict[str, Any], broken: bytes
) -> None:
    one = json.dumps(record).encode()
    odd = json.dumps(record | {"transport": "@", "httpSourceId": "@", "verb": "@"}).encode().replace(b'"@"', broken)
    rows = rows_of(tmp_path, one + b"\n" + odd, kind)
    flags = sorted(str(row["flags"]) for row in rows)
    assert (flags[0] == "None", "encoding" in flags[1]) == (True, True)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\x00" * 100, b"{}", b"[]", b"null", b"[1,2]", b'{"a":1}\n{"b":2}', b"PAR1", b"PK\x03\x04"],
)
def test_what_is_no_log_has_no_kind(content: bytes) -> None:
    assert detect("x.json", content) is None
