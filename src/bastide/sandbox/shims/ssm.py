"""Systems Manager: settings of the service in a Region. moto: has none of them."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError

# What a setting is until somebody sets it; one that is None here is not found until then.
# Source: AWS Systems Manager API Reference, GetServiceSetting; User Guide, "Best practices for shared SSM documents".
DEFAULTS: dict[str, str | None] = {
    "/ssm/automation/customer-script-log-destination": None,
    "/ssm/automation/customer-script-log-group-name": None,
    "/ssm/documents/console/public-sharing-permission": "Enable",
    "/ssm/managed-instance/default-ec2-instance-management-role": None,
    "/ssm/parameter-store/default-parameter-tier": "Standard",
    "/ssm/parameter-store/high-throughput-enabled": "false",
}


@shim("ssm", "GetServiceSetting")
def get_service_setting(call: Call) -> Answer:
    """As it was set, or AWS's default."""
    return {"ServiceSetting": _setting(call, str(call.params["SettingId"]))}


@shim("ssm", "UpdateServiceSetting")
def update_service_setting(call: Call) -> Answer:
    """Set one of those that exist."""
    id = _known(str(call.params["SettingId"]))
    call.store.setdefault("settings", {})[id] = {"SettingValue": call.params["SettingValue"], "at": moto.now()}
    return {}


@shim("ssm", "ResetServiceSetting")
def reset_service_setting(call: Call) -> Answer:
    """Back to AWS's default."""
    id = _known(str(call.params["SettingId"]))
    call.store.get("settings", {}).pop(id, None)
    return {"ServiceSetting": _setting(call, id)}


def _known(id: str) -> str:
    """The setting's name; an ARN ends with it."""
    name = id[id.index(":servicesetting/") + len(":servicesetting") :] if ":servicesetting/" in id else id
    if name not in DEFAULTS:
        raise AwsError("ServiceSettingNotFound", f"Setting {id} not found")
    return name


def _setting(call: Call, id: str) -> dict[str, Any]:
    name = _known(id)
    own = call.store.get("settings", {}).get(name)
    value = own["SettingValue"] if own else DEFAULTS[name]
    if value is None:
        raise AwsError("ServiceSettingNotFound", f"Setting {id} not found")
    return {
        "SettingId": name,
        "SettingValue": value,
        "LastModifiedDate": own["at"] if own else moto.now(),
        "LastModifiedUser": call.account if own else "System",
        "ARN": f"arn:aws:ssm:{call.region}:{call.account}:servicesetting{name}",
        "Status": "Customized" if own else "Default",
    }
