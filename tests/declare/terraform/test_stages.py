"""Stages of APIs, which are named by two parts: what a plan says of one is laid into it though its API is not made."""

from bastide.model import Resource
from tests.declare.terraform.plans import configured, one, plan, read, refs, resource, root

STAGE = "aws_api_gateway_stage.s"
LOGGED = {"method_path": "*/*", "settings": [{"logging_level": "INFO", "caching_enabled": False}]}
API = refs("aws_api_gateway_rest_api.a.id")


def planned() -> tuple[Resource, Resource]:
    """A stage of an API that is yet to be made, and the association of a web ACL with it."""
    reading = read(
        plan(
            resource("aws_api_gateway_rest_api.a", {"name": "a"}),
            resource(STAGE, {"stage_name": "prod", "deployment_id": "d"}),
            resource("aws_api_gateway_method_settings.all", {**LOGGED, "stage_name": "prod"}),
            resource("aws_wafv2_web_acl_association.w", {"web_acl_arn": "arn:w"}),
            unknown={
                STAGE: {"rest_api_id": True},
                "aws_api_gateway_method_settings.all": {"rest_api_id": True},
                "aws_wafv2_web_acl_association.w": {"resource_arn": True},
            },
            configuration=root(
                configured("aws_api_gateway_rest_api.a", {"name": "a"}),
                configured(STAGE, {"stage_name": "prod", "deployment_id": "d", "rest_api_id": API}),
                configured("aws_api_gateway_method_settings.all", {**LOGGED, "stage_name": "prod", "rest_api_id": API}),
                configured(
                    "aws_wafv2_web_acl_association.w", {"web_acl_arn": "arn:w", "resource_arn": refs(f"{STAGE}.arn")}
                ),
            ),
        )
    )
    return one(reading, STAGE), one(reading, "aws_wafv2_web_acl_association.w")


def test_settings_of_methods_are_laid_into_the_stage_of_an_api_that_is_yet_to_be_made() -> None:
    stage, _ = planned()
    assert stage.get("MethodSettings.0.LoggingLevel") == "INFO"
    assert stage.id == f"{stage.get('RestApiId')}|prod"


def test_an_association_names_the_stage_by_an_arn_of_its_two_parts() -> None:
    stage, association = planned()
    assert association.get("ResourceArn") == stage.arn
    assert str(stage.arn).endswith(f"::/restapis/{stage.get('RestApiId')}/stages/prod")


def test_a_group_is_behind_the_load_balancer_that_an_attachment_names() -> None:
    group = one(
        read(
            plan(
                resource("aws_autoscaling_group.g", {"name": "g", "min_size": 1, "max_size": 1}),
                resource(
                    "aws_autoscaling_attachment.t", {"autoscaling_group_name": "g", "lb_target_group_arn": "arn:t"}
                ),
                resource("aws_autoscaling_attachment.e", {"autoscaling_group_name": "g", "elb": "old"}),
            )
        ),
        "aws_autoscaling_group.g",
    )
    assert group.get("TargetGroupARNs") == ["arn:t"]
    assert group.get("LoadBalancerNames") == ["old"]
