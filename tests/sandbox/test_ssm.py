"""Systems Manager's settings, and what the sandbox says of instances that nobody manages."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.sandbox import Sandbox

SHARING = "/ssm/documents/console/public-sharing-permission"


@pytest.fixture
def session() -> Any:
    return Sandbox().session()


def test_a_setting_is_awss_default_until_it_is_set_and_after_it_is_reset(session: Any) -> None:
    ssm = session.client("ssm", region_name="eu-west-1")
    assert ssm.get_service_setting(SettingId=SHARING)["ServiceSetting"]["SettingValue"] == "Enable"
    ssm.update_service_setting(SettingId=SHARING, SettingValue="Disable")
    assert ssm.get_service_setting(SettingId=SHARING)["ServiceSetting"]["Status"] == "Customized"
    ssm.reset_service_setting(SettingId=SHARING)
    assert ssm.get_service_setting(SettingId=SHARING)["ServiceSetting"]["SettingValue"] == "Enable"


def test_a_setting_that_was_never_set_or_does_not_exist_is_not_found(session: Any) -> None:
    ssm = session.client("ssm", region_name="eu-west-1")
    for name in ("/ssm/automation/customer-script-log-destination", "/ssm/nothing"):
        with pytest.raises(ClientError, match="ServiceSettingNotFound"):
            ssm.get_service_setting(SettingId=name)


def test_an_instance_whose_image_nobody_knows_is_a_hardware_virtual_machine(session: Any) -> None:
    ec2 = session.client("ec2", region_name="eu-west-1")
    ec2.run_instances(ImageId="ami-12c6146b", InstanceType="t3.micro", MinCount=1, MaxCount=1)
    [reservation] = ec2.describe_instances()["Reservations"]
    assert [one["VirtualizationType"] for one in reservation["Instances"]] == ["hvm"]
    assert (
        session.client("ssm", region_name="eu-west-1").describe_instance_information()["InstanceInformationList"] == []
    )
