"""AWS Config: evaluations that others make: functions of custom rules, people for process checks. moto: none of it.

One idea: what was put is kept by rule and resource and stands beside what the controls say. The sandbox runs no
function, so that nobody is handed a result token: that of a custom rule is its ConfigRuleId.
Source: AWS Config API Reference, PutEvaluations, Evaluation, PutExternalEvaluation, DeleteEvaluationResults.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bastide.model import ResourceKey
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.config_rules import Record, invalid, put_results, require_rule, rules
from bastide.sandbox.wire import AwsError
from bastide.standards.evaluation import COMPLIANT, MOST_ANNOTATION, NON_COMPLIANT, NOT_APPLICABLE
from bastide.standards.pack import PROCESS

PUT = (COMPLIANT, NON_COMPLIANT, NOT_APPLICABLE)  # INSUFFICIENT_DATA is not taken from others


@shim("config", "PutEvaluations")
def put_evaluations(call: Call) -> Answer:
    """Kept for the custom rule whose token is given; in test mode only looked at."""
    given, token = call.params.get("Evaluations") or [], call.params.get("ResultToken")
    for one in given:
        _check(one)
    if call.params.get("TestMode"):
        return {"FailedEvaluations": []}
    record = next((one for one in rules(call).values() if token and one["ConfigRuleId"] == token), None)
    if record is None or record["Source"]["Owner"] != "CUSTOM_LAMBDA":
        text = "The result token is invalid: in the sandbox it is the ConfigRuleId of a custom Lambda rule."
        raise AwsError("InvalidResultTokenException", text)
    for one in given:
        _keep(call, record, one)
    return {"FailedEvaluations": []}


@shim("config", "PutExternalEvaluation")
def put_external_evaluation(call: Call) -> Answer:
    """Kept for a process check, which people answer."""
    record, one = require_rule(call, call.params["ConfigRuleName"]), call.params["ExternalEvaluation"]
    if record["Source"].get("SourceIdentifier") != PROCESS:
        raise invalid("PutExternalEvaluation is about process checks")
    _check(one)
    _keep(call, record, one)
    return None


def _check(one: Mapping[str, Any]) -> None:
    if one.get("ComplianceType") not in PUT:
        raise invalid(f"ComplianceType must be among {', '.join(PUT)}")
    if len(one.get("Annotation") or "") > MOST_ANNOTATION:
        raise invalid(f"Annotation must have at most {MOST_ANNOTATION} characters")
    if not one.get("ComplianceResourceType") or not one.get("ComplianceResourceId"):
        raise invalid("ComplianceResourceType and ComplianceResourceId must be given")


def _keep(call: Call, record: Record, one: Mapping[str, Any]) -> None:
    """Keep an evaluation unless a newer one is known of the resource."""
    known = put_results(call).setdefault(record["ConfigRuleName"], {})
    key = ResourceKey(one["ComplianceResourceType"], call.account, call.region, one["ComplianceResourceId"])
    order = str(one.get("OrderingTimestamp") or "")
    if key not in known or known[key]["order"] <= order:
        known[key] = {"word": one["ComplianceType"], "note": one.get("Annotation") or "", "order": order}


@shim("config", "DeleteEvaluationResults")
def delete_evaluation_results(call: Call) -> Answer:
    """What others have put is gone; what the controls say is found out anew when somebody asks."""
    record = require_rule(call, call.params["ConfigRuleName"])
    put_results(call).pop(record["ConfigRuleName"], None)
    return None
