"""AWS Config: remediations of rules, kept; no runbook is run here. moto: has none of it.

Source: AWS Config API Reference, PutRemediationConfigurations, DescribeRemediationConfigurations,
DeleteRemediationConfiguration, StartRemediationExecution, PutRemediationExceptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.config_rules import Record, invalid, page, remediations, require, rules
from bastide.sandbox.wire import AwsError
from bastide.standards.remediation import ATTEMPTS, RETRY_SECONDS

MOST_PARAMETERS = 25
LIMITS = {"MaximumAutomaticAttempts": 25, "RetryAttemptSeconds": 2_678_000}
Exceptions = dict[tuple[str, str, str], Record]


def check_remediation(given: Mapping[str, Any]) -> None:
    """Look at a remediation's target, parameters and numbers. Raises InvalidParameterValueException."""
    if given.get("TargetType") != "SSM_DOCUMENT" or not given.get("TargetId"):
        raise invalid("TargetType must be SSM_DOCUMENT and TargetId a document")
    if len(given.get("Parameters") or {}) > MOST_PARAMETERS:
        raise invalid(f"Parameters must have at most {MOST_PARAMETERS} members")
    for name, most in LIMITS.items():
        value = given.get(name)
        if value is not None and not 1 <= int(value) <= most:
            raise invalid(f"{name} must be between 1 and {most}")
    parameters = given.get("Parameters") or {}
    role = parameters.get("AutomationAssumeRole") or {}
    if given.get("Automatic") and not (role.get("StaticValue") or {}).get("Values"):
        raise invalid("An automatic remediation needs the parameter AutomationAssumeRole with a static value")


def keep_remediation(call: Call, given: Mapping[str, Any], created_by: str = "") -> None:
    """Keep the remediation of a rule; it has one."""
    name = given["ConfigRuleName"]
    known = remediations(call).get(name, {})
    arn = f"arn:aws:config:{call.region}:{call.account}:remediation-configuration/{name}/{moto.random_uuid()}"
    automatic = bool(given.get("Automatic"))
    defaults = {"MaximumAutomaticAttempts": ATTEMPTS, "RetryAttemptSeconds": RETRY_SECONDS} if automatic else {}
    remediations(call)[name] = {
        **defaults,
        **given,
        "Automatic": automatic,
        "Arn": known.get("Arn", arn),
        **({"CreatedByService": created_by} if created_by else {}),
    }


@shim("config", "PutRemediationConfigurations")
def put_remediation_configurations(call: Call) -> Answer:
    """Kept, all of them or none."""
    given = call.params["RemediationConfigurations"]
    for one in given:
        if one.get("ConfigRuleName") not in rules(call):
            raise invalid(f"There is no rule {one.get('ConfigRuleName')}")
        check_remediation(one)
        if remediations(call).get(one["ConfigRuleName"], {}).get("CreatedByService"):
            raise invalid(f"The remediation of {one['ConfigRuleName']} was created by a conformance pack")
    for one in given:
        keep_remediation(call, one)
    return {"FailedBatches": []}


@shim("config", "DescribeRemediationConfigurations")
def describe_remediation_configurations(call: Call) -> Answer:
    """Of the rules named; those that have none are left out."""
    wanted = call.params["ConfigRuleNames"]
    return {"RemediationConfigurations": [remediations(call)[name] for name in wanted if name in remediations(call)]}


def _require(call: Call, name: str) -> Record:
    text = f"No RemediationConfiguration for rule {name} exists."
    return require(remediations(call), name, "NoSuchRemediationConfigurationException", text)


@shim("config", "DeleteRemediationConfiguration")
def delete_remediation_configuration(call: Call) -> Answer:
    """Gone; a pack's goes with its pack."""
    name = call.params["ConfigRuleName"]
    if _require(call, name).get("CreatedByService"):
        raise invalid(f"The remediation of {name} was created by a conformance pack")
    del remediations(call)[name]
    return None


@shim("config", "StartRemediationExecution")
def start_remediation_execution(call: Call) -> Answer:
    """Refused, after the checks that AWS makes: the sandbox runs no runbooks, and pretends none."""
    document = _require(call, call.params["ConfigRuleName"])["TargetId"]
    text = f"config:StartRemediationExecution is not implemented in the sandbox: it does not run {document}"
    raise AwsError("NotImplementedInSandbox", text, 501)


@shim("config", "DescribeRemediationExecutionStatus")
def describe_remediation_execution_status(call: Call) -> Answer:
    """None: nothing was run."""
    _require(call, call.params["ConfigRuleName"])
    return {"RemediationExecutionStatuses": []}


def _exceptions(call: Call) -> Exceptions:
    found: Exceptions = call.store.setdefault("remediation-exceptions", {})
    return found


@shim("config", "PutRemediationExceptions")
def put_remediation_exceptions(call: Call) -> Answer:
    """Resources that the remediation of a rule leaves alone, until a time."""
    name, keys = call.params["ConfigRuleName"], call.params["ResourceKeys"]
    _require(call, name)
    kept = {field: call.params[field] for field in ("Message", "ExpirationTime") if call.params.get(field)}
    for key in keys:
        row = {"ConfigRuleName": name, "ResourceType": key["ResourceType"], "ResourceId": key["ResourceId"], **kept}
        _exceptions(call)[name, key["ResourceType"], key["ResourceId"]] = row
    return {"FailedBatches": []}


@shim("config", "DescribeRemediationExceptions")
def describe_remediation_exceptions(call: Call) -> Answer:
    """Those of a rule, or of resources of it that are named."""
    name, keys = call.params["ConfigRuleName"], call.params.get("ResourceKeys") or []
    wanted = {(key["ResourceType"], key["ResourceId"]) for key in keys}
    found = [row for (rule, *key), row in sorted(_exceptions(call).items()) if rule == name]
    rows = [row for row in found if not wanted or (row["ResourceType"], row["ResourceId"]) in wanted]
    return page(call, "RemediationExceptions", rows)


@shim("config", "DeleteRemediationExceptions")
def delete_remediation_exceptions(call: Call) -> Answer:
    """Gone. Raises NoSuchRemediationExceptionException when one of them is not there."""
    name, keys = call.params["ConfigRuleName"], call.params["ResourceKeys"]
    named = [(name, key["ResourceType"], key["ResourceId"]) for key in keys]
    missing = next((one for one in named if one not in _exceptions(call)), None)
    if missing is not None:
        text = f"There is no remediation exception for {missing[2]} of rule {name}."
        raise AwsError("NoSuchRemediationExceptionException", text)
    for one in named:
        del _exceptions(call)[one]
    return {"FailedBatches": []}
