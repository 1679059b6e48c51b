"""What SAM makes beside what a template names: implicit APIs with the Globals, roles, notifications, nested stacks."""

from pathlib import Path
from typing import Any

import pytest

from bastide.declare.templates import Reading, Settings, estate_of
from bastide.declare.templates.files import parse_template
from bastide.declare.templates.sam_roles import templates
from bastide.model import Resource, Unknown

HEAD = "Transform: AWS::Serverless-2016-10-31\n"


def read(text: str, file: str = "t.yaml") -> Reading:
    """The estate of one SAM template."""
    return estate_of({file: parse_template((HEAD + text).encode(), file)}, Settings({"AWS::Region": "eu-west-1"}))


def one(reading: Reading, kind: str) -> Resource:
    """The only resource of a type."""
    (found,) = (resource for resource in reading.estate.resources if resource.type == kind)
    return found


def inline(policies: str) -> list[Any]:
    """The documents of the inline policies of a function's role."""
    text = f"Resources:\n  Fn: {{Type: 'AWS::Serverless::Function', Properties: {{Policies: [{policies}]}}}}\n"
    return [policy["PolicyDocument"] for policy in one(read(text), "AWS::IAM::Role").properties["Policies"]]


def test_an_implicit_api_is_configured_by_the_globals_of_its_kind() -> None:
    reading = read("""
Globals:
  Api: {TracingEnabled: true}
  HttpApi: {AccessLogSettings: {DestinationArn: "arn:aws:logs:eu-west-1:111111111111:log-group:a"}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        A: {Type: Api, Properties: {Path: /, Method: get}}
        H: {Type: HttpApi, Properties: {Path: /, Method: get}}
""")
    rest, http = one(reading, "AWS::ApiGateway::Stage"), one(reading, "AWS::ApiGatewayV2::Stage")
    assert (rest.properties["StageName"], rest.properties["TracingEnabled"]) == ("Prod", True)
    assert (rest.origin.detail, http.origin.detail) == (
        "ServerlessRestApiProdStage",
        "ServerlessHttpApiApiGatewayDefaultStage",
    )
    assert http.get("AccessLogSettings.DestinationArn")


@pytest.mark.parametrize(
    ("first", "second", "made"),
    [("Never", "Never", False), ("Never", "Always", True), ("Never", None, True), ("Always", "Always", True)],
)
def test_an_implicit_api_is_made_where_one_that_asks_for_it_is(first: str, second: str | None, made: bool) -> None:
    def function(condition: str | None) -> str:
        kept = f"Condition: {condition}, " if condition else ""
        events = "Events: {A: {Type: Api, Properties: {Path: /, Method: get}}}"
        return f"{{Type: 'AWS::Serverless::Function', {kept}Properties: {{{events}}}}}"

    reading = read(f"""
Conditions: {{Never: !Equals [a, b], Always: !Equals [a, a]}}
Resources:
  One: {function(first)}
  Two: {function(second)}
""")
    assert any(one.type == "AWS::ApiGateway::Stage" for one in reading.estate.resources) is made
    assert not reading.doubts


def test_an_event_that_names_an_api_makes_none() -> None:
    reading = read("""
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Events: {A: {Type: HttpApi, Properties: {ApiId: abc}}, B: {Type: Api, Properties: {RestApiId: abc}}}}
""")
    assert {resource.type for resource in reading.estate.resources} == {"AWS::Lambda::Function", "AWS::IAM::Role"}


def test_a_bucket_tells_the_function_whose_event_names_it_beside_those_that_it_tells() -> None:
    reading = read("""
Conditions: {Never: !Equals [a, b]}
Resources:
  B:
    Type: AWS::S3::Bucket
    Properties: {NotificationConfiguration: {LambdaConfigurations: [{Event: "s3:ObjectRemoved:*", Function: x}]}}
  Fn:
    Type: AWS::Serverless::Function
    Properties: {Events: {S: {Type: S3, Properties: {Bucket: !Ref B, Events: ["s3:ObjectCreated:*"]}}}}
  Off:
    Type: AWS::Serverless::Function
    Condition: Never
    Properties: {Events: {S: {Type: S3, Properties: {Bucket: !Ref B, Events: "s3:ObjectRestore:*"}}}}
""")
    told = one(reading, "AWS::S3::Bucket").properties["NotificationConfiguration"]["LambdaConfigurations"]
    assert [item["Event"] for item in told] == ["s3:ObjectRemoved:*", "s3:ObjectCreated:*"]
    assert told[1]["Function"] == one(reading, "AWS::Lambda::Function").arn


def test_a_policy_template_is_the_policy_that_sam_writes_for_it() -> None:
    (document,) = inline("{DynamoDBReadPolicy: {TableName: orders}}")
    (statement,) = document["Statement"]
    assert statement["Action"] == [
        "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:DescribeTable",
    ]  # fmt: skip
    table = "arn:aws:dynamodb:eu-west-1:000000000000:table/orders"
    assert statement["Resource"] == [table, f"{table}/index/*"]


@pytest.mark.parametrize(
    ("policy", "resource"),
    [
        ("{S3WritePolicy: {BucketName: b}}", ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]),
        ("{AWSSecretsManagerGetSecretValuePolicy: {SecretArn: 'arn:aws:x'}}", ["arn:aws:x"]),
        ("{EC2DescribePolicy: {}}", ["*"]),
        ("{SQSPollerPolicy: {QueueName: q}}", ["arn:aws:sqs:eu-west-1:000000000000:q"]),
    ],
)
def test_a_policy_template_is_on_what_it_is_given(policy: str, resource: list[str]) -> None:
    (document,) = inline(policy)
    assert document["Statement"][0]["Resource"] == resource


def test_a_policy_template_that_is_not_known_is_unknown_and_named() -> None:
    (document,) = inline("{NewPolicy: {A: b}}")
    assert isinstance(document, Unknown)
    assert "SAM policy template NewPolicy" in document.reason


@pytest.mark.parametrize(
    ("side", "actions"), [("a", ["s3:PutObject", "s3:PutObjectAcl"]), ("b", ["sts:GetCallerIdentity"])]
)
def test_a_choice_between_policies_is_a_choice_between_inline_policies(side: str, actions: list[str]) -> None:
    reading = read(f"""
Conditions: {{IsA: !Equals [{side}, a]}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - !If
          - IsA
          - S3WritePolicy: {{BucketName: b}}
          - Statement: [{{Effect: Allow, Action: ["sts:GetCallerIdentity"], Resource: "*"}}]
        - !If [IsA, !Ref "AWS::NoValue", VPCAccess]
""")
    (policy,) = one(reading, "AWS::IAM::Role").properties["Policies"]
    assert policy["PolicyDocument"]["Statement"][0]["Action"][:2] == actions


def test_every_policy_template_names_actions_of_one_service_on_something() -> None:
    for name, rows in templates().items():
        assert name.endswith("Policy")
        for row in rows:
            assert set(row) == {"service", "actions", "resources"}
            assert row["actions"] and row["resources"]


def test_what_fails_or_succeeds_is_sent_on_by_inline_policies() -> None:
    reading = read("""
Resources:
  Q: {Type: AWS::SQS::Queue}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Q.Arn}
      EventInvokeConfig: {DestinationConfig: {OnSuccess: {Type: SNS, Destination: "arn:aws:sns:eu-west-1:1:t"}}}
      Events: {M: {Type: MQ, Properties: {SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: "arn:aws:s"}]}}}
""")
    policies = one(reading, "AWS::IAM::Role").properties["Policies"]
    assert [policy["PolicyDocument"]["Statement"][0]["Action"] for policy in policies] == [
        "sqs:SendMessage",
        "sns:Publish",
        "secretsmanager:GetSecretValue",
    ]
    assert policies[0]["PolicyDocument"]["Statement"][0]["Resource"] == one(reading, "AWS::SQS::Queue").arn


def test_a_role_without_inline_policies_has_none() -> None:
    reading = read("Resources: {Fn: {Type: 'AWS::Serverless::Function', Properties: {Policies: [AWSLambdaExecute]}}}")
    role = one(reading, "AWS::IAM::Role")
    assert "Policies" not in role.properties
    assert "arn:aws:iam::aws:policy/AWSLambdaExecute" in role.properties["ManagedPolicyArns"]


def test_an_application_in_a_file_is_a_nested_stack(tmp_path: Path) -> None:
    (tmp_path / "child.yaml").write_text(
        "Parameters: {Name: {Type: String}}\n"
        "Resources: {T: {Type: 'AWS::SNS::Topic', Properties: {TopicName: !Ref Name}}}"
    )
    text = "{Type: 'AWS::Serverless::Application', Properties: {Location: child.yaml, Parameters: {Name: news}}}"
    reading = read(f"Resources: {{App: {text}}}", str(tmp_path / "t.yaml"))
    assert one(reading, "AWS::SNS::Topic").properties["TopicName"] == "news"
    assert not reading.incomplete


def test_an_application_of_the_repository_is_told() -> None:
    text = "{Type: 'AWS::Serverless::Application', Properties: {Location: {ApplicationId: x, SemanticVersion: 1.0.0}}}"
    reading = read(f"Resources: {{App: {text}}}")
    assert reading.incomplete
    assert "AWS::Serverless::Application is not understood" in str(reading.notes[0])


def test_a_graph_logs_everything_unless_it_is_told_not_to() -> None:
    text = """
Resources:
  A: {Type: AWS::Serverless::GraphQLApi, Properties: {Auth: {Type: API_KEY, Additional: [{Type: AWS_IAM}]}}}
  B: {Type: AWS::Serverless::GraphQLApi, Properties: {Auth: {Type: AWS_IAM}, Logging: false, XrayEnabled: true}}
"""
    graphs = {
        one.origin.detail: one.properties
        for one in read(text).estate.resources
        if one.type == "AWS::AppSync::GraphQLApi"
    }
    assert graphs["A"]["LogConfig"]["FieldLogLevel"] == "ALL"
    assert graphs["A"]["AdditionalAuthenticationProviders"] == [{"AuthenticationType": "AWS_IAM"}]
    assert "LogConfig" not in graphs["B"] and graphs["B"]["XrayEnabled"] is True
    assert (graphs["A"]["AuthenticationType"], graphs["A"]["Name"]) == ("API_KEY", "A")


def test_a_domain_of_an_api_is_regional_unless_it_says_otherwise() -> None:
    text = """
Resources:
  A:
    Type: AWS::Serverless::Api
    Properties: {StageName: v1, Domain: {DomainName: a.example.com, SecurityPolicy: TLS_1_0, CertificateArn: "arn:c"}}
"""
    domain = one(read(text), "AWS::ApiGateway::DomainName").properties
    assert domain["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert (domain["SecurityPolicy"], domain["RegionalCertificateArn"]) == ("TLS_1_0", "arn:c")


@pytest.mark.parametrize(
    "events", ["7", "[a]", "{A: 3}", "{A: {Type: S3}}", "{A: {Type: S3, Properties: {Bucket: b}}}"]
)
def test_events_of_a_wrong_form_break_nothing(events: str) -> None:
    text = f"Resources: {{Fn: {{Type: 'AWS::Serverless::Function', Properties: {{Events: {events}}}}}}}"
    assert one(read(text), "AWS::Lambda::Function")
