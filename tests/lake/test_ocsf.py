"""OCSF events: required attributes, enumerations and constraints of version 1.8.0, and nothing of the record lost.

The rules below are those of the schema for the attributes that the mapping uses.
Source: OCSF 1.8.0, classes 6003, 3002, 3001, 4001, 4003 and the objects that they hold.
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

BASE = {"activity_id", "category_uid", "class_uid", "cloud", "metadata", "severity_id", "time", "type_uid"}
CLASSES: dict[str, tuple[set[str], set[int], dict[str, str]]] = {
    # class → attributes required beside BASE, ids of activities, attributes that may be there and their objects
    "api_activity": ({"actor", "api", "src_endpoint"}, {0, 1, 2, 3, 4, 99}, {"resources": "resource"}),
    "authentication": ({"user", "service"}, {0, 1, 2, 3, 4, 5, 6, 7, 99}, {}),
    "account_change": ({"user"}, {*range(13), 99}, {"policy": "policy"}),
    "network_activity": (set(), {*range(8), 99}, {}),
    "dns_activity": (set(), {0, 1, 2, 6, 99}, {"answers": "answer"}),
}
# object → attributes allowed, those required, and those of which one at least must be there
OBJECTS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "actor": (
        {"app_name", "invoked_by", "session", "user"},
        set(),
        {"user", "invoked_by", "session", "app_name"},
    ),
    "api": ({"operation", "request", "response", "service", "version"}, {"operation"}, set()),
    "request": ({"data", "uid"}, {"uid"}, set()),
    "response": ({"data", "error", "error_message"}, set(), set()),
    "cloud": ({"account", "provider", "region"}, {"provider"}, set()),
    "account": ({"uid"}, set(), {"uid"}),
    "metadata": (
        {"correlation_uid", "event_code", "log_version", "product", "profiles", "uid", "version"},
        {"product", "version"},
        set(),
    ),
    "product": ({"feature", "name", "vendor_name"}, set(), {"name"}),
    "user": (
        {"account", "credential_uid", "name", "type", "type_id", "uid", "uid_alt"},
        set(),
        {"account", "name", "uid"},
    ),
    "session": ({"credential_uid", "is_mfa", "issuer"}, set(), set()),
    "service": ({"name"}, set(), {"name"}),
    "src_endpoint": (
        {"domain", "instance_uid", "interface_uid", "ip", "port", "subnet_uid", "svc_name", "uid", "vpc_uid"},
        set(),
        {"ip", "uid", "domain", "svc_name", "instance_uid", "interface_uid"},
    ),
    "connection_info": (
        {"direction", "direction_id", "protocol_name", "protocol_num", "protocol_ver_id", "tcp_flags"},
        {"direction_id"},
        set(),
    ),
    "traffic": ({"bytes", "packets"}, set(), set()),
    "query": ({"class", "hostname", "type"}, {"hostname"}, set()),
    "answer": ({"class", "rdata", "type"}, {"rdata"}, set()),
    "resource": ({"owner", "type", "uid"}, set(), {"uid"}),
    "owner": ({"account"}, set(), {"account"}),
    "policy": ({"name", "uid"}, set(), {"name", "uid"}),
    "http_request": ({"user_agent"}, set(), set()),
    "feature": ({"name"}, set(), {"name"}),
}
OBJECTS["dst_endpoint"] = OBJECTS["src_endpoint"]
ENUMS = {
    "severity_id": {*range(7), 99},
    "status_id": {0, 1, 2, 99},
    "action_id": {0, 1, 2, 99},
    "disposition_id": {*range(28), 99},
    "direction_id": {0, 1, 2, 3, 4, 99},
    "protocol_ver_id": {0, 4, 6, 99},
    "rcode_id": {*range(12), *range(16, 26), 99},
    "type_id": {0, 1, 2, 3, 4, 99},
    "logon_type_id": {0, 1, 2, 3, 4, 5, *range(7, 14), 99},
}


def problems(event: dict[str, Any], name: str) -> list[str]:
    """What the schema says against an event."""
    required, activities, lists = CLASSES[name]
    found = [f"{one} is required" for one in (BASE | required) - set(event)]
    if name.endswith("_activity") and name != "api_activity" and not {"src_endpoint", "dst_endpoint"} & set(event):
        found.append("an endpoint is required")
    found += [] if event["activity_id"] in activities else [f"activity {event['activity_id']}"]
    found += [] if event["type_uid"] == event["class_uid"] * 100 + event["activity_id"] else ["type_uid"]
    found += [] if event["class_uid"] == read_classes()[name].uid else ["class_uid"]
    found += [] if event["category_uid"] == event["class_uid"] // 1000 else ["category_uid"]
    for key, value in event.items():
        found += _of_attribute(key, value, lists)
    return found


def _of_attribute(key: str, value: Any, lists: dict[str, str]) -> list[str]:
    if key in ("unmapped", "data"):
        return []
    if isinstance(value, dict):
        return _of_object(key, value, lists)
    if isinstance(value, list) and key in lists:
        return [problem for item in value for problem in _of_object(lists[key], item, lists)]
    found = [f"{key} = {value}"] if key in ENUMS and value not in ENUMS[key] else []
    return found + ([f"{key} is null"] if value is None else [])


def _of_object(name: str, value: dict[str, Any], lists: dict[str, str]) -> list[str]:
    allowed, required, one_of = OBJECTS[name]
    found = [f"{name}.{one} is no attribute" for one in set(value) - allowed]
    found += [f"{name}.{one} is required" for one in required - set(value)]
    found += [f"{name} needs one of {sorted(one_of)}"] if one_of and not one_of & set(value) else []
    return found + [problem for key, inner in value.items() for problem in _of_attribute(key, inner, lists)]


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


@pytest.mark.parametrize("name", sorted(CLASSES))
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
    assert [problem for event in found for problem in problems(event, name)] == []


def test_the_views_are_columns_to_ask_for() -> None:
    of = read_classes()["api_activity"]
    table = read_tables()["cloudtrail"]
    source = Source(table.name, "", table.columns, rows=[READ | {"account": "111111111111"}])
    with Duck([source], views={of.view: render_view(of)}) as duck:
        answer = duck.run("SELECT api.operation, actor.user.name, unmapped FROM ocsf_api_activity")
        assert next(iter(answer.rows()))[:2] == ("GetObject", "alice")
