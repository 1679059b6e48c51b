"""The default security group of a VPC, which no template makes: rules that name it are judged as its rules."""

from bastide.declare.templates import Settings, estate_of
from bastide.declare.templates.files import parse_template

TEMPLATE = """
Resources:
  V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !GetAtt V.DefaultSecurityGroup, IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8}
"""


def test_the_group_that_a_rule_names_by_its_vpc_is_called_default() -> None:
    estate = estate_of({"t.yaml": parse_template(TEMPLATE.encode(), "t.yaml")}, Settings()).estate
    (vpc,), (group,) = estate.of_type("AWS::EC2::VPC"), estate.of_type("AWS::EC2::SecurityGroup")
    assert group.get("GroupName") == "default"
    assert group.get("VpcId") == vpc.id
    assert [rule.get("GroupId") for rule in estate.of_type("AWS::EC2::SecurityGroupIngress")] == [group.id]
