"""OCSF events: required attributes, enumerations and constraints of version 1.8.0, and nothing of the record lost.

Events are held against OCSF's own schema (``ocsf_schema.json``).
"""

import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from bastide.lake.engine import Source
from bastide.lake.engine.duck import Duck
from bastide.lake.ocsf import export, read_classes, render_view
from bastide.lake.table import read_tables
from tests.lake.ocsf_problems import problems


def events(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    of = read_classes()[name]
    table = read_tables()[of.table]
    moment = {table.time: datetime(2026, 1, 5, 10, tzinfo=UTC), "account": "111111111111"}
    source = Source(table.name, "", table.columns, rows=[moment | row for row in rows])
    return [json.loads(line) for line in export(of, source)]


CALL = {
    "eventName": "AttachUserPolicy",
    "eventSource": "iam.amazonaws.com",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "198.51.100.7",
    "eventID": "e1",
    "requestID": "r1",
    "userType": "IAMUser",
    "userName": "alice",
    "principalId": "AIDA1",
    "userArn": "arn:aws:iam::111111111111:user/alice",
    "userIdentity": '{"type":"IAMUser","userName":"alice"}',
    "requestParameters": '{"userName":"bob","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}',
}
SIGN_IN = CALL | {
    "eventName": "ConsoleLogin",
    "eventSource": "signin.amazonaws.com",
    "responseElements": '{"ConsoleLogin":"Failure"}',
    "additionalEventData": '{"MFAUsed":"Yes"}',
}
READ = CALL | {
    "eventName": "GetObject",
    "eventSource": "s3.amazonaws.com",
    "sourceIPAddress": "cloudtrail.amazonaws.com",
    "errorCode": "AccessDenied",
    "resources": '[{"ARN":"arn:aws:s3:::b/k","accountId":"111111111111","type":"AWS::S3::Object"},{"type":"x"}]',
    "tlsDetails": '{"tlsVersion":"TLSv1.3"}',
}


def test_each_call_is_an_event_of_exactly_one_class() -> None:
    rows = [CALL, SIGN_IN | {"eventID": "e2"}, READ | {"eventID": "e3"}]
    names = ("account_change", "authentication", "api_activity")
    found = {name: [event["metadata"]["uid"] for event in events(name, rows)] for name in names}
    assert found == {"account_change": ["e1"], "authentication": ["e2"], "api_activity": ["e3"]}


def test_account_change_tells_who_was_changed_and_by_whom() -> None:
    (event,) = events("account_change", [CALL])
    assert (event["activity_name"], event["type_uid"], event["user"]["name"]) == ("Attach Policy", 300107, "bob")
    assert event["policy"] == {"uid": "arn:aws:iam::aws:policy/AdministratorAccess"}
    assert event["actor"]["user"]["name"] == "alice"
    assert event["time"] == 1767607200000


def test_authentication_tells_outcome_and_factor() -> None:
    (event,) = events("authentication", [SIGN_IN])
    assert (event["status"], event["status_id"], event["is_mfa"], event["activity_id"]) == ("Failure", 2, True, 1)
    assert event["service"] == {"name": "signin.amazonaws.com"}


def test_api_activity_keeps_request_resources_and_what_has_no_place() -> None:
    (event,) = events("api_activity", [READ])
    assert event["api"]["request"] == {"uid": "r1", "data": json.loads(str(READ["requestParameters"]))}
    assert event["resources"][0]["owner"] == {"account": {"uid": "111111111111"}}
    assert event["src_endpoint"] == {"domain": "cloudtrail.amazonaws.com"}
    assert (event["status_id"], event["status_code"], event["activity_id"]) == (2, "AccessDenied", 2)
    assert event["unmapped"]["tlsDetails"] == {"tlsVersion": "TLSv1.3"}


def test_flows_and_dns_queries_are_network_events() -> None:
    flow = {"srcaddr": "10.0.0.1", "dstaddr": "2001:db8::1", "srcport": 1, "dstport": 443, "protocol": 6, "bytes": 9,
            "packets": 1, "action": "REJECT", "log_status": "OK", "flow_direction": "egress", "interface_id": "eni-1",
            "pkt_srcaddr": "10.0.0.9"}  # fmt: skip
    (event,) = events("network_activity", [flow, {"log_status": "NODATA", "interface_id": "eni-1"}])
    assert (event["activity_id"], event["action_id"], event["disposition"]) == (5, 2, "Blocked")
    assert event["src_endpoint"]["interface_uid"] == "eni-1"
    assert event["unmapped"] == {"pkt_srcaddr": "10.0.0.9"}
    (event,) = events("dns_activity", [{"query_name": "a.example.", "rcode": "NXDOMAIN", "srcaddr": "10.0.0.1",
                                        "answers": '[{"Rdata":"1.2.3.4","Type":"A","Class":"IN"}]'}])  # fmt: skip
    assert (event["rcode"], event["rcode_id"], event["status_id"]) == ("NXDomain", 3, 2)
    assert event["answers"] == [{"rdata": "1.2.3.4", "type": "A", "class": "IN"}]


def test_a_kubernetes_request_tells_who_asked_for_what() -> None:
    row = {"auditID": "a1", "stage": "ResponseComplete", "verb": "delete", "username": "eks:alice", "uid": "u1",
           "groups": '["system:masters"]', "sourceIP": "198.51.100.7", "resource": "secrets", "name": "db",
           "namespace": "prod", "code": 403, "cluster": "c1", "requestURI": "/api/v1/namespaces/prod/secrets/db",
           "responseStatus": '{"reason":"Forbidden","message":"no"}', "annotations": '{"a":"b"}'}  # fmt: skip
    (event,) = events("kubernetes_activity", [row])
    assert (event["type_uid"], event["status_id"], event["api"]["response"]["error"]) == (600304, 2, "Forbidden")
    assert event["actor"]["user"] == {"name": "eks:alice", "uid": "u1", "groups": [{"name": "system:masters"}]}
    assert event["resources"] == [{"name": "db", "type": "secrets", "namespace": "prod"}]
    assert event["unmapped"]["annotations"] == {"a": "b"}
    assert problems(event, "api_activity") == []


def test_findings_are_detections_or_answers_of_controls_and_those_of_ocsf_stay_as_they_are() -> None:
    found = {"id": "f1", "format": "guardduty", "product": "GuardDuty", "type": "Recon:EC2/PortProbe", "title": "t",
             "severity": "HIGH", "resourceId": "i-1", "resourceType": "Instance", "finding": '{"id":"f1"}'}  # fmt: skip
    control = found | {"id": "f2", "format": "asff", "complianceStatus": "FAILED", "control": "S3.8", "status": "NEW"}
    rows = [found, control, found | {"id": "f3", "format": "ocsf"}]
    (detection,) = events("detection_finding", rows)
    assert (detection["class_uid"], detection["severity_id"], detection["finding_info"]["uid"]) == (2004, 4, "f1")
    assert detection["resources"][0]["uid"] == "i-1"
    assert detection["unmapped"]["finding"] == {"id": "f1"}
    (answer,) = events("compliance_finding", rows)
    assert answer["compliance"] == {"control": "S3.8", "status": "Fail", "status_id": 3, "status_code": "FAILED"}
    assert (answer["status"], answer["metadata"]["product"]["name"]) == ("New", "GuardDuty")


def test_web_requests_tell_method_answer_and_whether_they_were_let_through() -> None:
    (event,) = events("waf_activity", [{"action": "BLOCK", "httpMethod": "POST", "uri": "/login", "host": "a.example",
                                        "clientIp": "198.51.100.7", "terminatingRuleId": "r"}])  # fmt: skip
    assert (event["activity_name"], event["disposition"], event["firewall_rule"]["uid"]) == ("Post", "Blocked", "r")
    assert event["http_request"]["url"] == {"hostname": "a.example", "path": "/login"}
    request = {"requestURI": "GET /b/k?x=1 HTTP/1.1", "HTTPStatus": 404, "errorCode": "NoSuchKey", "bucket": "b"}
    (event,) = events("s3_access_activity", [request])
    assert (event["activity_id"], event["http_response"]) == (3, {"code": 404, "message": "NoSuchKey"})
    (event,) = events("alb_activity", [{"request": "PROPFIND https://a.example:443/ HTTP/2.0", "elb": "app/a/1"}])
    assert (event["activity_id"], event["load_balancer"]) == (99, {"uid": "app/a/1"})
    assert "http_method" not in event["http_request"]


def test_the_schema_has_something_against_an_event_that_is_none() -> None:
    (event,) = events("api_activity", [READ])
    assert problems(event, "api_activity") == []
    event |= {"severity_id": 7, "nonsense": 1, "time": "now", "activity_id": 3}
    del event["actor"], event["api"]["operation"]
    assert len(problems(event, "api_activity")) == 6


KNOWN: dict[str, list[Any]] = {
    "eventName": ["ConsoleLogin", "CreateUser", "GetObject", "Weird"],
    "eventSource": ["signin.amazonaws.com", "iam.amazonaws.com", "s3.amazonaws.com"],
    "userType": ["Root", "AWSService", "IAMUser", "New"],
    "log_status": ["OK", "NODATA"],
    "sourceIPAddress": ["1.2.3.4", "::1", "ec2.amazonaws.com", "AWS Internal"],
    "rcode": ["NOERROR", "NXDOMAIN", "NEW"],
    "action": ["ACCEPT", "REJECT"],
}
KINDS: dict[str, list[Any]] = {
    "json": ["{}", '{"a":1}', "[]", '[{"ARN":null}]', "no json", '{"ConsoleLogin":"Failure"}'],
    "int": [0, 1, 65535],
    "bigint": [0, 10**12],
    "boolean": [True, False],
    "string": ["", "x", "ü"],
}


@pytest.mark.parametrize("name", sorted(read_classes()))
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_a_record_holds_its_event_is_of_the_schema(name: str, seed: int) -> None:
    chance = random.Random(seed)
    table = read_tables()[read_classes()[name].table]
    columns = [one for one in table.columns if one.type not in ("timestamp", "double") and one.name != "account"]
    rows = [
        {one.name: chance.choice([None, *KNOWN.get(one.name, KINDS[one.type])]) for one in columns} for _ in range(300)
    ]
    found = events(name, rows)
    assert found
    assert [problem for event in found for problem in problems(event, read_classes()[name].schema)] == []


def test_the_views_are_columns_to_ask_for() -> None:
    of = read_classes()["api_activity"]
    table = read_tables()["cloudtrail"]
    source = Source(table.name, "", table.columns, rows=[READ | {"account": "111111111111"}])
    with Duck([source], views={of.view: render_view(of)}) as duck:
        answer = duck.run("SELECT api.operation, actor.user.name, unmapped FROM ocsf_api_activity")
        assert next(iter(answer.rows()))[:2] == ("GetObject", "alice")
