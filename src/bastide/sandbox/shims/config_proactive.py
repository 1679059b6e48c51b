"""AWS Config: a resource judged before it is made, by the same controls. moto: has none of it.

One idea: a resource in CloudFormation's shape is a template with one resource, read and judged as any template is.
Source: AWS Config API Reference, StartResourceEvaluation, GetResourceEvaluationSummary; AWS Config Developer Guide,
"Evaluation modes".
"""

from __future__ import annotations

import json
from typing import Any

from bastide.assess import run_doubtful
from bastide.controls import all_controls
from bastide.declare.templates import Settings, estate_of
from bastide.declare.templates.files import parse_template
from bastide.errors import InputError
from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.config_rules import invalid, page, require, rules
from bastide.sandbox.wire import AwsError
from bastide.standards.evaluation import COMPLIANT, INSUFFICIENT_DATA, NON_COMPLIANT, RuleCompliance, judge
from bastide.standards.pack import parse_rule, rule_coverage

SCHEMA = "CFN_RESOURCE_SCHEMA"


@shim("config", "StartResourceEvaluation")
def start_resource_evaluation(call: Call) -> Answer:
    """Judged at once; by proactive mode, by the rules that have it."""
    details, mode = call.params["ResourceDetails"], call.params["EvaluationMode"]
    if mode not in ("DETECTIVE", "PROACTIVE"):
        raise invalid("EvaluationMode must be DETECTIVE or PROACTIVE")
    if details.get("ResourceConfigurationSchemaType", SCHEMA) != SCHEMA:
        raise invalid(f"ResourceConfigurationSchemaType must be {SCHEMA}")
    evaluations = call.store.setdefault("evaluations", {})
    token = call.params.get("ClientToken")
    for id, known in evaluations.items():
        if token and known["token"] == token:
            if known["details"] != details:
                text = "The client token was used with other parameters."
                raise AwsError("IdempotentParameterMismatch", text)
            return {"ResourceEvaluationId": id}
    found = _judge(call, details, mode)
    id = moto.random_uuid()
    evaluations[id] = {
        "token": token,
        "details": details,
        "mode": mode,
        "context": call.params.get("EvaluationContext"),
        "at": call.at,
        "found": [(one.rule.name, one.compliance, _note(one)) for one in found],
    }
    return {"ResourceEvaluationId": id}


def _note(found: RuleCompliance) -> str:
    return next((one.annotation for one in found.evaluations if one.annotation), found.why_not)


def _judge(call: Call, details: dict[str, Any], mode: str) -> tuple[RuleCompliance, ...]:
    """What the rules of that mode that are about the type say of the resource."""
    reading = _reading(call, details)
    known = [rule for rule in rules(call).values() if {"Mode": mode} in rule["EvaluationModes"]]
    covered = rule_coverage((parse_rule(one) for one in known), all_controls())
    about = [one for one in covered if any(each.resource_type == details["ResourceType"] for each in one.controls)]
    return judge(
        about,
        reading.estate,
        lambda controls: (
            run_doubtful(
                reading.estate, reading.doubts, controls, stand_ins=reading.stand_ins, include_passes=True
            ).findings
        ),
    )


def _reading(call: Call, details: dict[str, Any]) -> Any:
    try:
        properties = json.loads(details["ResourceConfiguration"])
    except ValueError as wrong:
        raise invalid("ResourceConfiguration is not JSON") from wrong
    if not isinstance(properties, dict):
        raise invalid("ResourceConfiguration is not an object")
    properties = properties.get("Properties", properties) if properties.get("Type") else properties
    tree = {"Resources": {"Resource": {"Type": details["ResourceType"], "Properties": properties}}}
    place = {"AWS::AccountId": call.account, "AWS::Region": call.region}
    try:
        return estate_of({"resource": parse_template(json.dumps(tree).encode(), "resource")}, Settings(place))
    except InputError as wrong:
        raise invalid(wrong.what) from wrong


def _known(call: Call, id: str) -> dict[str, Any]:
    known = call.store.get("evaluations", {})
    return require(known, id, "ResourceNotFoundException", f"There is no evaluation {id}.")


def proactive_results(call: Call, id: str) -> list[dict[str, Any]]:
    """The ``EvaluationResult``s of an evaluation. Raises ResourceNotFoundException."""
    known = _known(call, id)
    return [
        {
            "EvaluationResultIdentifier": {
                "EvaluationResultQualifier": {
                    "ConfigRuleName": rule,
                    "ResourceType": known["details"]["ResourceType"],
                    "ResourceId": known["details"]["ResourceId"],
                    "EvaluationMode": known["mode"],
                },
                "OrderingTimestamp": known["at"],
                "ResourceEvaluationId": id,
            },
            "ComplianceType": word,
            "ResultRecordedTime": known["at"],
            "ConfigRuleInvokedTime": known["at"],
        }
        | ({"Annotation": note[:256]} if note else {})
        for rule, word, note in known["found"]
    ]


@shim("config", "GetResourceEvaluationSummary")
def get_resource_evaluation_summary(call: Call) -> Answer:
    """The whole of one evaluation: NON_COMPLIANT when a rule says so, COMPLIANT when one judged and all comply."""
    id = call.params["ResourceEvaluationId"]
    known = _known(call, id)
    said = {word for _, word, _ in known["found"]}
    worst = next((word for word in (NON_COMPLIANT, INSUFFICIENT_DATA, COMPLIANT) if word in said), INSUFFICIENT_DATA)
    found = {
        "ResourceEvaluationId": id,
        "EvaluationMode": known["mode"],
        "EvaluationStatus": {"Status": "SUCCEEDED"},
        "EvaluationStartTimestamp": known["at"],
        "Compliance": worst,
        "ResourceDetails": known["details"],
    }
    return found | ({"EvaluationContext": known["context"]} if known["context"] else {})


@shim("config", "ListResourceEvaluations")
def list_resource_evaluations(call: Call) -> Answer:
    """The evaluations of the account, the newest first."""
    mode = (call.params.get("Filters") or {}).get("EvaluationMode")
    rows = [
        {"ResourceEvaluationId": id, "EvaluationMode": one["mode"], "EvaluationStartTimestamp": one["at"]}
        for id, one in reversed(call.store.get("evaluations", {}).items())
        if mode in (None, one["mode"])
    ]
    return page(call, "ResourceEvaluations", rows)
