"""What a template makes beside what it names: the stage of an API Gateway deployment, the tags of a SAM function."""

from typing import Any

from bastide.declare.templates import Settings, estate_of
from bastide.declare.templates.files import parse_template
from bastide.model import Resource

STAGE = "AWS::ApiGateway::Stage"


def stages(text: str) -> list[Resource]:
    tree: Any = parse_template(text.encode(), "t.yaml")
    return [one for one in estate_of({"t.yaml": tree}, Settings()).estate.resources if one.type == STAGE]


def test_a_deployment_with_a_stage_name_makes_the_stage() -> None:
    (stage,) = stages("""
Resources:
  Deployment:
    Type: AWS::ApiGateway::Deployment
    Properties:
      RestApiId: !Ref Api
      StageName: prod
      StageDescription:
        TracingEnabled: true
        CachingEnabled: true
        CacheDataEncrypted: false
        MethodSettings: [{HttpMethod: GET, ResourcePath: /a, LoggingLevel: INFO}]
""")
    assert stage.get("StageName") == "prod"
    assert stage.get("TracingEnabled") is True
    assert stage.get("MethodSettings.0.CacheDataEncrypted") is False
    assert (stage.get("MethodSettings.0.HttpMethod"), stage.get("MethodSettings.0.ResourcePath")) == ("*", "/*")
    assert stage.get("MethodSettings.1.LoggingLevel") == "INFO"
    assert stage.origin.line == 3


def test_no_stage_is_made_without_a_name_or_where_the_template_has_it() -> None:
    text = """
Resources:
  Deployment: {Type: AWS::ApiGateway::Deployment, Properties: {RestApiId: a, %s}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: a, StageName: prod, TracingEnabled: true}}
"""
    assert len(stages(text % "StageName: prod")) == 1
    assert len(stages(text % "Description: a")) == 1
    assert len(stages(text % "StageName: test")) == 2


def test_a_description_of_a_wrong_kind_breaks_nothing() -> None:
    text = "Resources: {D: {Type: 'AWS::ApiGateway::Deployment', Properties: {StageName: %s, StageDescription: %s}}}"
    for name, said in (
        ("a", "text"),
        ("a", "[1]"),
        ("!Ref X", "{MethodSettings: 7, CachingEnabled: true}"),
        ("{}", "1"),
    ):
        assert len(stages(text % (name, said))) <= 1


def test_tags_of_a_sam_function_are_tags_of_the_function() -> None:
    text = "Resources: {F: {Type: 'AWS::Serverless::Function', Properties: {Handler: a.b, Tags: {team: shop}}}}"
    tree: Any = parse_template(text.encode(), "t.yaml")
    found = estate_of({"t.yaml": tree}, Settings()).estate.resources
    assert [one.get("Tags") for one in found if one.type == "AWS::Lambda::Function"] == [
        [{"Key": "team", "Value": "shop"}]
    ]
