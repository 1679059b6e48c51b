"""EMR, as AWS documents it: a region refuses public security groups until somebody says otherwise."""

from bastide.sandbox import Sandbox


def test_public_access_is_blocked_but_for_ssh_until_somebody_says_otherwise() -> None:
    emr = Sandbox().session().client("emr", region_name="eu-west-1")
    found = emr.get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    assert found["BlockPublicSecurityGroupRules"] is True
    assert found["PermittedPublicSecurityGroupRuleRanges"] == [{"MinRange": 22, "MaxRange": 22}]
    emr.put_block_public_access_configuration(BlockPublicAccessConfiguration={"BlockPublicSecurityGroupRules": False})
    found = emr.get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    assert found["BlockPublicSecurityGroupRules"] is False
