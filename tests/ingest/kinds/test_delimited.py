"""S3 server access logs and load balancers' access logs: the documentation's lines, odd lines, hostile lines."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.ingest.kinds import detect
from bastide.ingest.kinds.forms.delimited import Layouts, parse_fields, tokens
from tests.ingest.kinds.rows import present, rest, rows_of, utc

OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
HOST_ID = "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234="
# Source: Amazon S3 User Guide, "Amazon S3 server access log format"
S3 = (
    f"{OWNER} amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 {OWNER} 3E57427F3EXAMPLE REST.GET.VERSIONING "
    f'- "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" - {HOST_ID} SigV4 '
    "ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com TLSV1.2 "
    "arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes us-east-1"
)
# Source: Elastic Load Balancing, "Access logs for your Application Load Balancer", "Example log entries"
ALB = (
    "https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.086 "
    '0.048 0.037 200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 '
    "TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/targets/73e2d6bc24d8 "
    '"Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" '
    '"arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 '
    '2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90'
)
FAILED = (
    "http 2018-11-30T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 [2001:db8::1]:2817 - -1 -1 -1 460 - 34 366 "
    '"GET http://www.example.com:80/ HTTP/1.1" "a \\x22quoted\\x22 \\"agent\\"" - - - "Root=1-58" "-" "-" 0 '
    '2018-11-30T22:22:48.364000Z "forward" "-" "LambdaInvalidResponse" "-" "-" "-" "-"'
)
NLB = (
    "tls 2.0 2018-12-20T02:59:40 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 "
    "172.100.100.185:443 5 2 98 246 - arn:aws:acm:us-east-2:671290407336:certificate/2a108f19-aded-46b0-8493 "
    "- ECDHE-RSA-AES128-SHA tlsv12 - my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com h2 h2 "
    '"h2","http/1.1" 2020-04-01T08:51:20'
)
CLB = (
    "2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000086 0.001048 0.001337 200 200 0 "
    '57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.38.0" DHE-RSA-AES128-SHA TLSv1.2'
)
CLB_TCP = (
    "2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001069 0.000028 0.000041 - - 82 305 "
    '"- - - " "-" - -'
)


def test_a_request_to_s3_has_all_documented_fields(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, S3, "s3-access")
    assert present(row) == {
        "time": utc("2019-02-06T00:00:38Z"), "account": "123456789012", "region": "eu-central-1", "bucketOwner": OWNER,
        "bucket": "amzn-s3-demo-bucket1", "remoteIP": "192.0.2.3", "requester": OWNER,
        "requestID": "3E57427F3EXAMPLE", "operation": "REST.GET.VERSIONING",
        "requestURI": "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1", "HTTPStatus": 200, "bytesSent": 113,
        "totalTime": 7, "userAgent": "S3Console/0.4", "hostId": HOST_ID, "signatureVersion": "SigV4",
        "cipherSuite": "ECDHE-RSA-AES128-GCM-SHA256", "authenticationType": "AuthHeader",
        "hostHeader": "amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com", "TLSVersion": "TLSV1.2",
        "accessPointARN": "arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP", "aclRequired": "Yes",
        "sourceRegion": "us-east-1",
    }  # fmt: skip


@pytest.mark.parametrize("fields", range(18, 28))
def test_lines_of_any_age_of_s3_are_good(tmp_path: Path, fields: int) -> None:
    values = S3.split(" ")
    (row,) = rows_of(tmp_path, " ".join(values[: fields + 3]), "s3-access")  # the time and the URI hold three blanks
    assert (row["flags"], row["rest"], row["userAgent"]) == (None, None, "S3Console/0.4")
    assert (row["sourceRegion"] is not None) == (fields == 27)


def test_the_region_of_a_bucket_comes_from_the_endpoint_when_the_key_has_none(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, S3, "s3-access", "logs/2019-02-06-00-00-38-AB12")
    assert (row["account"], row["region"]) == ("unknown", "us-west-1")


@pytest.mark.parametrize(
    ("agent", "flags"),
    [
        ('say "hello" there', "quotes"),
        ('ends with "', "quotes"),
        ('a \\"b\\" c', None),
        ("tab\\x09 50%s %(x)s", None),
        ("ünïcode", None),
        ("", None),
    ],
)
def test_any_user_agent_is_kept_as_it_was_written(tmp_path: Path, agent: str, flags: str | None) -> None:
    (row,) = rows_of(tmp_path, S3.replace("S3Console/0.4", agent), "s3-access")
    assert (row["userAgent"], row["flags"], row["hostId"]) == (agent, flags, HOST_ID)
    assert (row["sourceRegion"], row["referer"]) == ("us-east-1", None)


def test_fields_that_are_not_known_yet_are_kept(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, f'{S3} new "and newer"', "s3-access")
    assert (rest(row), row["flags"]) == ({"more": ["new", "and newer"]}, "unknown:more")
    assert row["sourceRegion"] == "us-east-1"


def test_a_status_that_is_no_number_is_kept_in_rest(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, S3.replace('" 200 - 113', '" 2xx - 113'), "s3-access")
    assert (row["HTTPStatus"], rest(row), row["flags"]) == (None, {"HTTPStatus": "2xx"}, "type:HTTPStatus")
    assert row["bytesSent"] == 113


def test_a_line_that_cannot_be_taken_apart_is_kept_whole_with_its_number(tmp_path: Path) -> None:
    cut = S3[:260]
    for strange in (cut, ALB, "nothing like it"):
        rows = rows_of(tmp_path, f"{S3}\n\n{strange}\n{S3}\n", "s3-access")
        assert [rest(row) for row in rows if row["flags"] == "form"] == [{"line": strange, "lineNumber": 3}]
        assert len(rows) == 3


def test_a_line_of_very_many_quotation_marks_costs_no_time(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, S3.replace("S3Console/0.4", '" ' * 20_000), "s3-access")
    assert (row["flags"], len(rest(row)["more"]) > 9_000) == ("unknown:more", True)
    (row,) = rows_of(tmp_path, S3.replace("S3Console/0.4", '"x ' * 20_000), "s3-access")
    assert (row["flags"], len(rest(row)["line"]) > 60_000) == ("form", True)


def test_a_request_of_an_application_load_balancer_has_all_documented_fields(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, f'{ALB} "new.example.com" "/new" "TransformSuccess"', "alb-access")
    assert present(row) == {
        "time": utc("2018-07-02T22:23:00.186641Z"), "account": "123456789012", "region": "eu-central-1",
        "type": "https", "elb": "app/my-loadbalancer/50dc6c495c0c9188", "client_ip": "192.168.131.39",
        "client_port": 2817, "target_ip": "10.0.0.1", "target_port": 80, "request_processing_time": 0.086,
        "target_processing_time": 0.048, "response_processing_time": 0.037, "elb_status_code": 200,
        "target_status_code": 200, "received_bytes": 0, "sent_bytes": 57,
        "request": "GET https://www.example.com:443/ HTTP/1.1", "user_agent": "curl/7.46.0",
        "ssl_cipher": "ECDHE-RSA-AES128-GCM-SHA256", "ssl_protocol": "TLSv1.2",
        "target_group_arn": "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/targets/73e2d6bc24d8",
        "trace_id": "Root=1-58337281-1d84f3d73c47ec4e58577259", "domain_name": "www.example.com",
        "chosen_cert_arn": "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012",
        "matched_rule_priority": 1, "request_creation_time": utc("2018-07-02T22:22:48.364Z"),
        "actions_executed": "authenticate,forward", "target_port_list": "10.0.0.1:80",
        "target_status_code_list": "200", "conn_trace_id": "TID_1234abcd5678ef90",
        "transformed_host": "new.example.com", "transformed_uri": "/new",
        "request_transform_status": "TransformSuccess",
    }  # fmt: skip


def test_a_failed_request_has_nulls_and_keeps_escapes(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, FAILED, "alb-access")
    assert (row["client_ip"], row["client_port"]) == ("[2001:db8::1]", 2817)
    assert (row["target_ip"], row["target_port"]) == (None, None)
    assert (row["request_processing_time"], row["elb_status_code"], row["target_status_code"]) == (-1.0, 460, None)
    assert row["user_agent"] == r"a \x22quoted\x22 \"agent\""
    assert (row["error_reason"], row["flags"]) == ("LambdaInvalidResponse", None)


def test_a_connection_of_a_network_load_balancer_is_in_utc(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, NLB, "nlb-access")
    assert row["time"] == utc("2018-12-20T02:59:40Z")
    assert row["tls_connection_creation_time"] == utc("2020-04-01T08:51:20Z")
    assert (row["destination_ip"], row["destination_port"], row["tls_handshake_time"]) == ("172.100.100.185", 443, 2)
    assert (row["alpn_client_preference_list"], row["flags"]) == ('"h2","http/1.1"', None)


def test_classic_load_balancers_are_told_from_the_others(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, f"{CLB}\n{CLB_TCP}\n", "clb-access")
    http, tcp = sorted(rows, key=lambda row: row["user_agent"] is None)
    assert (http["backend_port"], http["backend_processing_time"], http["elb_status_code"]) == (80, 0.001048, 200)
    assert (tcp["request"], tcp["elb_status_code"], tcp["flags"]) == ("- - - ", None, None)


FIELDS = parse_fields("a b/quoted c/int d/quoted")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n")), min_size=4, max_size=4))
def test_no_line_is_lost_whatever_stands_in_it(values: list[str]) -> None:
    layouts = Layouts(FIELDS, 4, {})
    a, b, c, d = values
    line = f'{a} "{b}" {c} "{d}"'.encode()
    row: Any = layouts.render(line) or layouts.mend(line)
    if row is not None:
        assert set(json.loads(row)) <= {"a", "b", "c", "d", "rest", "flags"}


def test_quoted_values_are_cut_where_their_marks_end() -> None:
    assert tokens('a "b c" [d e] f') == ["a", "b c", "d e", "f"]
    assert tokens('"a \\" b" c') == ['a \\" b', "c"]
    assert tokens('a "b') == ["a", '"b']
    assert tokens("a  b") is None


@pytest.mark.parametrize("text", ["http", "https hello", "2015-05-13T23:39:43.945958Z my-loadbalancer", OWNER])
def test_what_is_no_access_log_is_not_taken_for_one(text: str) -> None:
    assert detect("x", text.encode()) is None
