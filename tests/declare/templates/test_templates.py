"""What a template's values come to: every intrinsic, conditions, references between resources, SAM, loops."""

from typing import Any

import pytest

from bastide.declare.templates import Reading, Settings, estate_of, line_of
from bastide.declare.templates.files import parse_template
from bastide.errors import InputError
from bastide.model import Resource, Unknown
from bastide.model.provisional import tokens_in


def read(text: str, **parameters: Any) -> Reading:
    """The reading of one template; ``AWS__Region`` stands for ``AWS::Region``."""
    given = {name.replace("__", "::"): value for name, value in parameters.items()}
    return estate_of({"t.yaml": parse_template(text.encode(), "t.yaml")}, Settings(given))


def one(reading: Reading, logical: str) -> Resource:
    """The resource of a logical id."""
    return next(resource for resource in reading.estate.resources if resource.origin.detail == logical)


HEAD = """
Parameters:
  Env: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Port: {Type: Number, Default: 22}
  Names: {Type: CommaDelimitedList, Default: "a, b,c"}
  Missing: {Type: String}
  Subnet: {Type: "AWS::EC2::Subnet::Id"}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /x}
Mappings:
  Sizes: {dev: {disk: 8, log: "true"}, prod: {disk: 80, log: "true"}}
  ByRegion: {us-east-1: {ami: ami-1, zone: z}, eu-west-1: {ami: ami-2, zone: z}}
Conditions:
  Prod: !Equals [!Ref Env, prod]
  NotProd: !Not [{Condition: Prod}]
  Here: !Equals [!Ref "AWS::Region", us-east-1]
  Either: !Or [!Condition NotProd, !Equals [!Ref Missing, x]]
  Both: !And [!Condition Prod, !Equals [!Ref Missing, x]]
Resources:
  Bucket: {Type: "AWS::S3::Bucket", Properties: {BucketName: logs}}
  Unnamed: {Type: "AWS::S3::Bucket"}
  T:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: """
VALUES = [
    ("!Ref Env", "dev"),
    ("!Ref Bucket", "logs"),
    ("!GetAtt Bucket.Arn", "arn:aws:s3:::logs"),
    ('!Sub "${Bucket.Arn}/${Env}/${!Literal}"', "arn:aws:s3:::logs/dev/${Literal}"),
    ('!Sub ["${X}-${Env}", {X: !Ref Port}]', "22-dev"),
    ('!Join ["-", [a, !Ref Env, !Join ["", [b, c]]]]', "a-dev-bc"),
    ("!Select [1, !Ref Names]", "b"),
    ('!Select [2, !Split ["/", a/b/c]]', "c"),
    ("!FindInMap [Sizes, !Ref Env, disk]", "8"),
    ("!FindInMap [Sizes, nope, disk, {DefaultValue: 5}]", "5"),
    ("!FindInMap [ByRegion, !Ref 'AWS::Region', zone]", "z"),
    ("!If [Prod, yes-it-is, !If [Either, either, neither]]", "either"),
    ("!If [Both, a, b]", "b"),
    ("!If [Here, same, same]", "same"),
    ("!Base64 abc", "YWJj"),
    ("!Select [1, !Cidr [10.0.0.0/16, 3, 8]]", "10.0.1.0/24"),
    ("!Select [0, !GetAZs '']", "us-east-1a"),
    ("{'Fn::Length': !Ref Names}", "3"),
    ("{'Fn::ToJsonString': {a: [1, !Ref Env]}}", '{"a":[1,"dev"]}'),
    ("!Sub '${AWS::Partition}.${AWS::URLSuffix}'", "aws.amazonaws.com"),
]
OPEN = [
    ("!Ref Missing", "parameter Missing has no value"),
    ("!Ref Stored", "Systems Manager"),
    ("!Ref Nobody", "there is no parameter or resource Nobody"),
    ("!Sub 'x-${Missing}'", "parameter Missing has no value"),
    ("!ImportValue other", "no template here exports other"),
    ("!If [Here, a, b]", "AWS::Region was not given"),
    ("!FindInMap [ByRegion, !Ref 'AWS::Region', ami]", "depends on the place"),
    ("{'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: s3://b/k}}}", "AWS::Include"),
    ("'{{resolve:secretsmanager:x}}'", "secretsmanager"),
    ("!GetAtt Unnamed.DomainName", "known only after deployment"),
    ("!Select [7, !Ref Names]", "no item 7"),
    ("{'Fn::Nothing': 1}", "Fn::Nothing"),
]


@pytest.mark.parametrize(("node", "expected"), VALUES, ids=[node for node, _ in VALUES])
def test_an_intrinsic_comes_to_what_cloudformation_makes_of_it(node: str, expected: str) -> None:
    assert one(read(HEAD + node), "T").get("Value") == expected


@pytest.mark.parametrize(
    ("node", "filled"),
    [
        ("!Ref Nobody", True),
        ("!GetAtt Nobody.Arn", True),
        ("!GetAtt Unnamed.DomainName", True),
        ("'{{resolve:secretsmanager:x}}'", True),
        ("!ImportValue other", True),
        ("!Ref Stored", True),
        ("!Sub 'x-${Missing}'", True),
        ("!Join ['/', [a, !Ref Missing]]", True),
        ("!If [Here, a, b]", True),
        ("!Ref Subnet", True),
        ("!Ref Missing", False),
        ("!Sub '${Missing}'", False),
        ("!Join ['', [!Ref Missing]]", False),
        ("!If [Here, [a], []]", False),
    ],
)
def test_what_only_a_resource_can_give_is_known_not_to_be_empty(node: str, filled: bool) -> None:
    assert one(read(HEAD + node), "T").get("Value").filled is filled


@pytest.mark.parametrize(("node", "reason"), OPEN, ids=[node for node, _ in OPEN])
def test_what_cannot_be_known_is_unknown_with_its_reason(node: str, reason: str) -> None:
    value = one(read(HEAD + node), "T").get("Value")
    assert isinstance(value, Unknown)
    assert reason in value.reason


def test_a_given_parameter_decides_conditions() -> None:
    assert one(read(HEAD + "!If [Prod, a, b]", Env="prod"), "T").get("Value") == "a"
    assert one(read(HEAD + "!If [Here, a, b]", AWS__Region="eu-west-1"), "T").get("Value") == "b"


def test_a_parameter_that_no_template_has_or_allows_is_refused() -> None:
    with pytest.raises(InputError, match="no template has a parameter Enw"):
        read(HEAD + "x", Enw="prod")
    with pytest.raises(InputError, match="'test' is not allowed for parameter Env"):
        read(HEAD + "x", Env="test")


def test_no_value_takes_a_property_and_an_item_away() -> None:
    bucket = one(read("""
Conditions: {Never: !Equals [a, b]}
Resources:
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !If [Never, x, !Ref "AWS::NoValue"]
      Tags: [!If [Never, {Key: a, Value: b}, !Ref "AWS::NoValue"], {Key: c, Value: d}]
"""), "B")  # fmt: skip
    assert "BucketName" not in bucket.properties
    assert bucket.properties["Tags"] == [{"Key": "c", "Value": "d"}]


def test_a_resource_whose_condition_fails_is_absent_and_one_in_doubt_is_there_with_the_reason() -> None:
    reading = read("""
Parameters: {P: {Type: String}}
Conditions: {Never: !Equals [a, b], Perhaps: !Equals [!Ref P, b]}
Resources:
  A: {Type: "AWS::S3::Bucket", Condition: Never}
  B: {Type: "AWS::S3::Bucket", Condition: Perhaps}
""")
    (bucket,) = reading.estate.resources
    assert bucket.origin.detail == "B"
    assert "parameter P has no value" in reading.doubts[bucket.key]


def test_an_undecided_branch_keeps_what_both_branches_share() -> None:
    reading = read("""
Parameters: {P: {Type: String}}
Conditions: {Perhaps: !Equals [!Ref P, b]}
Resources:
  A:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        !If [Perhaps, {BlockPublicAcls: true, IgnorePublicAcls: true}, {BlockPublicAcls: true, IgnorePublicAcls: false}]
""")
    block = one(reading, "A").properties["PublicAccessBlockConfiguration"]
    assert block["BlockPublicAcls"] is True
    assert isinstance(block["IgnorePublicAcls"], Unknown)


def test_values_are_brought_to_the_registry_s_types_and_wrong_ones_are_unknown_with_path_and_line() -> None:
    reading = read("""
Parameters: {Port: {Type: Number, Default: 22}}
Resources:
  G:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: 5
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: !Ref Port, ToPort: "22"}
  V: {Type: "AWS::EC2::Volume", Properties: {Encrypted: "true", Size: [3]}}
""")
    group, volume = one(reading, "G"), one(reading, "V")
    assert group.get("SecurityGroupIngress.0.FromPort") == 22
    assert group.get("SecurityGroupIngress.0.ToPort") == 22
    assert group.get("GroupDescription") == "5"
    assert volume.get("Encrypted") is True
    assert isinstance(volume.get("Size"), Unknown)
    assert [str(note) for note in reading.notes] == [
        "t.yaml:10: V.Size: a list stands where a whole number is expected"
    ]


def test_a_name_that_is_a_property_s_but_for_its_case_is_told_with_path_and_line() -> None:
    reading = read("""
Resources:
  T: {Type: "AWS::CloudTrail::Trail", Properties: {IsLogging: true, S3BucketName: b, KmsKeyId: k}}
  D:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig: {Enabled: true, ViewerCertificate: {CloudfrontDefaultCertificate: true}}
""")
    assert [str(note) for note in reading.notes] == [
        "t.yaml:3: T.KmsKeyId: this is no property; KMSKeyId is",
        "t.yaml:7: D.DistributionConfig.ViewerCertificate.CloudfrontDefaultCertificate: this is no property; "
        "CloudFrontDefaultCertificate is",
    ]
    assert reading.incomplete


def test_every_property_knows_its_line_in_yaml_and_in_json() -> None:
    yaml_text = (
        "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Tags:\n      - Key: a\n        Value: b\n"
    )
    json_text = (
        '{"Resources": {\n"B": {\n"Type": "AWS::S3::Bucket",\n"Properties": {\n"Tags": [\n'
        '{"Key": "a",\n"Value": "b"}]}}}}'
    )
    for text, lines in ((yaml_text, (2, 5, 6, 7)), (json_text, (2, 5, 6, 7))):
        reading = read(text)
        key = one(reading, "B").key
        found = tuple(line_of(reading, key, path) for path in ("", "Tags", "Tags.0", "Tags.0.Value"))
        assert found == lines


def test_references_are_the_resource_s_provisional_identity() -> None:
    reading = read("""
Resources:
  V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  L: {Type: "AWS::EC2::FlowLog", Properties: {ResourceId: !GetAtt V.VpcId, ResourceType: VPC, TrafficType: ALL}}
  K: {Type: "AWS::KMS::Key", Properties: {KeyPolicy: {}}}
  Q: {Type: "AWS::SQS::Queue"}
  P: {Type: "AWS::SQS::QueuePolicy", Properties: {Queues: [!Ref Q], PolicyDocument: {Resource: !GetAtt Q.Arn}}}
""")
    vpc, queue = one(reading, "V"), one(reading, "Q")
    assert vpc.id.startswith("vpc-")
    assert tokens_in(vpc.id)
    assert one(reading, "L").get("ResourceId") == vpc.id
    assert one(reading, "P").get("Queues.0") == queue.id
    assert one(reading, "P").get("PolicyDocument.Resource") == queue.arn


def test_circles_are_unknown() -> None:
    reading = read("""
Conditions: {A: !Not [{Condition: B}], B: !Not [{Condition: A}]}
Resources:
  X: {Type: "AWS::S3::Bucket", Condition: A}
  Y: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Ref Z}}
  Z: {Type: "AWS::S3::Bucket", Properties: {BucketName: !Ref Y}}
""")
    assert "circle" in reading.doubts[one(reading, "X").key]
    assert len(reading.estate.resources) == 3


def test_loops_are_written_out_in_resources_and_in_properties() -> None:
    reading = read("""
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "alpha,beta"}}
Resources:
  Fn::ForEach::Buckets:
    - Name
    - !Ref Names
    - Bucket${Name}:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Sub "${Name}-logs"
          VersioningConfiguration: {"Fn::ForEach::P": [K, [Status], {"${K}": Enabled}]}
""")
    assert {one.origin.detail: one.id for one in reading.estate.resources} == {
        "Bucketalpha": "alpha-logs", "Bucketbeta": "beta-logs"
    }  # fmt: skip
    assert one(reading, "Bucketbeta").get("VersioningConfiguration.Status") == "Enabled"


def test_sam_resources_become_what_sam_makes_of_them() -> None:
    reading = read("""
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, Environment: {Variables: {A: b}}}}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Policies: [AdministratorAccess, {Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}]
      Events: {Get: {Type: Api, Properties: {Path: /, Method: get}}}
      FunctionUrlConfig: {AuthType: NONE}
  T: {Type: "AWS::Serverless::SimpleTable", Properties: {SSESpecification: {SSEEnabled: true}}}
  H: {Type: "AWS::Serverless::HttpApi"}
  A: {Type: "AWS::Serverless::Application", Properties: {Location: x}}
""")
    made = {one.origin.detail: one.type for one in reading.estate.resources}
    assert made["F"] == "AWS::Lambda::Function"
    assert made["FRole"] == "AWS::IAM::Role"
    assert made["ServerlessRestApiProdStage"] == "AWS::ApiGateway::Stage"
    assert made["T"] == "AWS::DynamoDB::Table"
    assert made["HApiGatewayDefaultStage"] == "AWS::ApiGatewayV2::Stage"
    assert one(reading, "FUrlPublicPermissions").get("Principal") == "*"
    assert one(reading, "F").get("Runtime") == "python3.12"
    assert one(reading, "F").get("Role") == one(reading, "FRole").arn
    assert one(reading, "FRole").get("Policies.0.PolicyDocument.Statement.0.Action") == "*"
    assert any("nested stack A was not judged: there is no file x" in note.text for note in reading.notes)
    assert reading.incomplete


def test_types_that_nobody_knows_are_told_and_custom_ones_are_left_alone() -> None:
    reading = read("Resources: {A: {Type: 'AWS::S3::Buckt'}, B: {Type: 'Custom::Thing'}}")
    assert [str(note) for note in reading.notes] == [
        "t.yaml:1: A: AWS::S3::Buckt is not a known type and was not judged"
    ]


def test_exports_of_one_template_are_imports_of_another() -> None:
    trees = {
        "a.yaml": parse_template(b"Resources: {B: {Type: 'AWS::S3::Bucket'}}\nOutputs: {O: {Value: !Ref B, "
                                 b"Export: {Name: the-bucket}}}", "a.yaml"),
        "b.yaml": parse_template(b"Resources: {P: {Type: 'AWS::S3::BucketPolicy', Properties: {Bucket: !ImportValue "
                                 b"the-bucket, PolicyDocument: {}}}}", "b.yaml"),
    }  # fmt: skip
    reading = estate_of(trees, Settings())
    assert one(reading, "P").get("Bucket") == one(reading, "B").id
    assert not reading.stand_ins
