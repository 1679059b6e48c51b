"""Guard policies: the language's own documentation as examples, and what is not known stays unknown.

Source: aws-cloudformation/cloudformation-guard, docs/CLAUSES.md, docs/QUERY_AND_FILTERING.md.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.guard import Partial, evaluate, parse_policy
from bastide.model import Unknown

BUCKET = {
    "Resources": {
        "S3Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "BucketName": "MyServiceS3Bucket",
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
                    ]
                },
                "Tags": [{"Key": "stage", "Value": "prod"}, {"Key": "service", "Value": "myService"}],
            },
        }
    }
}
TAGS = {"Tags": [{"Key": "EndPROD", "Value": "NotAppStart"}, {"Key": "NotPRODEnd", "Value": "AppStart"}]}
GROUP = {
    "resourceType": "AWS::EC2::SecurityGroup",
    "configuration": {
        "ipPermissions": [
            {"fromPort": 172, "ipProtocol": "tcp", "toPort": 172,
             "ipv4Ranges": [{"cidrIp": "10.0.0.0/24"}, {"cidrIp": "0.0.0.0/0"}]},
            {"fromPort": 89, "ipProtocol": "tcp", "ipv6Ranges": [{"cidrIpv6": "::/0"}], "toPort": 189},
            {"fromPort": 89, "ipProtocol": "-1", "toPort": 189, "ipv4Ranges": [{"cidrIp": "1.1.1.1/32"}]},
        ]
    },
    "InputParameter": {"TcpBlockedPorts": [3389, 20, 21, 110, 143]},
}  # fmt: skip
ANY_INGRESS = """
rule any_ip_ingress_checks
{
    let ports = InputParameter.TcpBlockedPorts[*]
    let targets = configuration.ipPermissions[
        # if either ipv4 or ipv6 that allows access from any address
        some ipv4Ranges[*].cidrIp == '0.0.0.0/0' or
        some ipv6Ranges[*].cidrIpv6 == '::/0'
        ipProtocol != 'udp' ]
    when %targets !empty
    {
        %targets {
            ipProtocol != '-1'
            << any protocol is allowed >>
            when fromPort exists
                 toPort exists
            {
                let each_target = this
                %ports {
                    this < %each_target.fromPort or
                    this > %each_target.toPort
                    << Blocked TCP port was allowed in range >>
                }
            }
        }
     }
}
"""


def said(clauses: str, document: Any) -> str:
    """What a rule of these clauses says."""
    return str(evaluate(parse_policy(f"rule R {{\n{clauses}\n}}"), document)["R"].status)


@pytest.mark.parametrize(
    "clause",
    [
        "Resources !empty",
        "Resources.S3Bucket.Properties.Tags !empty",
        "Resources.S3Bucket.Properties.BucketEncryption exists",
        "Resources.S3Bucket.Properties.BucketName is_string",
        "Resources.S3Bucket.Properties.Tags is_list",
        "Resources.S3Bucket.Properties.BucketEncryption is_struct",
        "Resources.S3Bucket.Properties.BucketName != /(?i)encrypt/",
        "Resources.S3Bucket.Properties.BucketName == /^MyService/",
        "some Resources.S3Bucket.Properties.Tags[*].Key == 'stage'",
        "Resources.S3Bucket.Properties.Tags[*].Key in ['stage', 'service', 'unit']",
        "Resources.S3Bucket.Properties.Tags[*].Key not in ['x', 'y']",
        "Resources.S3Bucket.Properties.Owner empty",
        "Resources.S3Bucket.Properties.Owner not exists",
        "Resources.S3Bucket.Properties['BucketName'] exists",
        "Resources.*[ Type == 'AWS::S3::Bucket' ].Properties.Tags[0].Value == 'prod'",
        "Resources[ keys == /^S3/ ].Type == 'AWS::S3::Bucket'",
        "Resources.s3Bucket.properties.bucketName exists",
        "AWS::S3::Bucket { Properties.Tags exists }",
        "AWS::S3::Bucket Properties.Tags exists",
        "when Resources exists { Resources.*.Type exists }",
    ],
)
def test_clauses_of_the_documentation_pass(clause: str) -> None:
    assert said(clause, BUCKET) == "PASS"


@pytest.mark.parametrize(
    ("clause", "status"),
    [
        ("some Tags[*].Key == /PROD$/\nsome Tags[*].Value == /^App/", "PASS"),
        ("some Tags[*] {\n Key == /PROD$/\n Value == /^App/\n}", "FAIL"),
        ("Tags[*].Key == /PROD$/", "FAIL"),
        ("Tags[*].Key == /x/ or Tags exists", "PASS"),
        ("Tags[ Key == 'none' ].Value == 'x'", "NOT_APPLICABLE"),
        ("Tags[ Key == 'none' ] empty", "PASS"),
        ("Tags[ Key == 'none' ] !empty", "FAIL"),
        ("Missing[*].Value == 'x'", "FAIL"),
        ("Missing.Value != 'x'", "FAIL"),
        ("Tags[0].Key == 1", "FAIL"),
        ("Tags[0].Key != 1", "FAIL"),  # kinds that do not compare fail either way
        ("Tags[9] exists", "FAIL"),
        ("not Tags exists", "FAIL"),
        ("when Missing exists { Tags empty }", "NOT_APPLICABLE"),
        ("Tags[0].Value in 'xNotAppStarty'", "PASS"),
    ],
)
def test_queries_filters_and_what_is_missing(clause: str, status: str) -> None:
    assert said(clause, TAGS) == status


def test_an_item_of_config_is_judged_with_variables_and_loops() -> None:
    policy = parse_policy(ANY_INGRESS)
    answer = evaluate(policy, GROUP)["any_ip_ingress_checks"]
    assert answer.status == "FAIL"
    assert {one.message for one in answer.notes} == {"Blocked TCP port was allowed in range"}
    assert answer.notes[0].line == 21
    closed = {**GROUP, "InputParameter": {"TcpBlockedPorts": [3389]}}
    assert evaluate(policy, closed)["any_ip_ingress_checks"].status == "PASS"


def test_rules_refer_to_rules_and_take_parameters() -> None:
    policy = parse_policy("""
rule is_bucket { Resources.*.Type == 'AWS::S3::Bucket' }
rule named when is_bucket { Resources.*.Properties.BucketName exists }
rule not_one { not is_bucket << must be none >> }
rule has(things, key) { %things[ Key == %key ] !empty }
rule calls {
    has(Resources.*.Properties.Tags, 'stage')
}
""")
    answers = evaluate(policy, BUCKET)
    assert {name: str(one.status) for name, one in answers.items()} == {
        "is_bucket": "PASS", "named": "PASS", "not_one": "FAIL", "calls": "PASS"}  # fmt: skip
    assert answers["not_one"].notes[0].message == "must be none"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("rule R {\n  let n = count(Resources.*)\n  %n > 2\n}", 2, "function count"),
        ("rule R {\n a == /\\p{L}/\n}", 2, "not translated"),
        ("rule R {\n a == /[[:alpha:]]/\n}", 2, "not translated"),
        ("rule R {\n a == /(/\n}", 2, "not a regular expression"),
        ("rule R {\n not a == 1\n}", 2, "not before a comparison"),
        ("rule R {\n a ~ 1\n}", 2, "operator"),
        ("rule R {\n a == r(a, z)\n}", 2, "range"),
        ("rule R {\n a == 'x\n}", 2, "does not end"),
        ("rule R {\n a exists << x\n}", 2, "does not end"),
        ("rule R {}", 1, "empty block"),
        ("rule R { a exists", 1, "'}'"),
        ("# nothing", None, "no rule"),
        ("rule R { " + "a[ " * 100 + "b exists" + " ]" * 100 + " exists }", 1, "nested"),
    ],
)
def test_what_is_not_translated_is_named_with_its_line(text: str, line: int | None, what: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_policy(text, "p")
    problem = refused.value.problems[0]
    assert what in problem.what
    assert problem.where == (f"p:{line}" if line else "p")


@pytest.mark.parametrize("clause", ["%nobody exists", "nobody", "a empty", "R", "called('x')"])
def test_where_guard_stops_with_an_error_nothing_is_decided(clause: str) -> None:
    assert said(clause, {"a": 1}) == "UNKNOWN"


@pytest.mark.parametrize(
    ("clause", "status"),
    [
        ("a == 1", "UNKNOWN"),
        ("a exists", "UNKNOWN"),
        ("a.b.c[*] == 1", "UNKNOWN"),
        ("a == 1 or b == 2", "PASS"),
        ("a == 1\nb == 3", "FAIL"),
        ("b == a", "UNKNOWN"),
        ("when a == 1 { b == 2 }", "UNKNOWN"),
        ("when a == 1 { when b == 3 { b exists } }", "NOT_APPLICABLE"),
        ("list[ this == 1 ] !empty", "PASS"),
        ("list[ this == 3 ] !empty", "UNKNOWN"),
        ("some list[*] == 1", "PASS"),
        ("list[*] == 1", "FAIL"),
        ("part.known == 1", "PASS"),
        ("part.other not exists", "UNKNOWN"),
        ("part.never exists", "FAIL"),
    ],
)
def test_what_could_not_be_read_is_unknown_unless_something_else_decides(clause: str, status: str) -> None:
    unread = Unknown("AccessDenied")
    part = Partial({"known": 1}, "not read", frozenset({"never"}))
    assert said(clause, {"a": unread, "b": 2, "list": [1, unread, 2], "part": part}) == status


keys = st.sampled_from(["a", "b", "c"])
values = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 2.5, "", "x", "xy"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
queries = st.builds(
    lambda some, first, rest: ("some " if some else "") + first + "".join(rest),
    st.booleans(), keys,
    st.lists(st.sampled_from([".a", ".b", ".*", "[*]", "[0]", "[ a exists ]", "[ this == 'x' ]"]), max_size=2),
)  # fmt: skip
constants = st.sampled_from(["1", "'x'", "true", "null", "/x/", "['x', 1]", "[]", "r[0,1]"])
clauses = st.builds(
    lambda query, operator, constant, unary: f"{query} {unary}" if unary else f"{query} {operator} {constant}",
    queries, st.sampled_from(["==", "!=", "in", "not in", "<", ">="]), constants,
    st.sampled_from(["", "exists", "!exists", "empty", "!empty", "is_string", "!is_list"]),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@example(["a.a < []"], False, {}, "a", None)
@given(st.lists(clauses, min_size=1, max_size=3), st.booleans(), st.dictionaries(keys, values), keys, values)
def test_an_answer_holds_whatever_the_unread_value_is(
    wanted: list[str], either: bool, document: dict[str, Any], key: str, value: Any
) -> None:
    text = (" or " if either else "\n").join(wanted)
    with_unknown = said(text, {**document, key: Unknown("AccessDenied")})
    if with_unknown != "UNKNOWN":
        assert said(text, {**document, key: value}) in (with_unknown, "UNKNOWN")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="rule R{}[]()%.*'\"/#<>=!|\n some when let a:=,0-\\", max_size=80))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        policy = parse_policy(text)
    except InputError:
        return
    evaluate(policy, {"a": [1, {"b": "x"}]})
