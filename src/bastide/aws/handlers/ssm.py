"""AWS Systems Manager's settings of an account in a region."""

from __future__ import annotations

from typing import ClassVar

from bastide.aws.handler import Connection, ask
from bastide.aws.handlers.ec2_settings import Setting
from bastide.aws.shape import actions, member
from bastide.model import Properties, Value

UNSET = ("ServiceSettingNotFound",)  # what nobody has set yet may not be there
IDS = {
    "CustomerScriptLogDestination": "/ssm/automation/customer-script-log-destination",
    "PublicSharingPermission": "/ssm/documents/console/public-sharing-permission",
}


class ServiceSettings(Setting):
    """Bastide::SSM::ServiceSettings {CustomerScriptLogDestination, PublicSharingPermission}.

    Where scripts of automations write (None or CloudWatch), and whether documents may be made public (Enable or
    Disable). AWS's default: None and Enable. Source: AWS Systems Manager API Reference, UpdateServiceSetting.
    """

    type = "Bastide::SSM::ServiceSettings"
    service = "ssm"
    default: ClassVar[Properties] = {"CustomerScriptLogDestination": "None", "PublicSharingPermission": "Enable"}
    actions = actions(read=("ssm:GetServiceSetting",), write=("ssm:UpdateServiceSetting",))

    def told(self, at: Connection) -> dict[str, Value]:
        read = at.client("ssm").get_service_setting
        found = {
            name: member(ask(read, absent=UNSET, SettingId=id), "ServiceSetting", "SettingValue")
            for name, id in IDS.items()
        }
        return {name: self.default[name] if value is None else value for name, value in found.items()}

    def put(self, at: Connection, properties: Properties) -> None:
        for name, id in IDS.items():
            if properties.get(name) is not None:
                at.client("ssm").update_service_setting(SettingId=id, SettingValue=properties[name])
