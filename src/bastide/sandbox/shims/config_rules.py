"""AWS Config's rules, and their evaluation by Bastide's own controls. moto: keeps some rules, and evaluates none.

One idea: compliance is not kept, it is found out when somebody asks: the account's resources as they are, judged by the
controls that answer the rule. So the sandbox's Config is as prompt as can be. A rule that no control answers has
INSUFFICIENT_DATA, with the reason as its annotation and in its evaluation status.
Source: AWS Config API Reference, PutConfigRule, DescribeConfigRules, DeleteConfigRule, StartConfigRulesEvaluation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bastide.assess import run
from bastide.controls import Control, all_controls
from bastide.model import Finding, ResourceKey
from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.config_estate import is_own, seen_by_rules
from bastide.sandbox.wire import AwsError
from bastide.standards.evaluation import Evaluation, RuleCompliance, judge, rule_compliance
from bastide.standards.pack import PROCESS, parse_rule, rule_coverage
from bastide.standards.rules import by_identifier

Record = dict[str, Any]
MOST_RULES = 1000  # a Region. Source: AWS Config Developer Guide, "Service Limits"
PAGE = 100
PACKS = "config-conforms.amazonaws.com"  # who makes the rules of conformance packs
GUARD = re.compile(r"guard-2\.x\.x")


def invalid(text: str) -> AwsError:
    """Config's error for a parameter that makes no sense."""
    return AwsError("InvalidParameterValueException", text)


def rules(call: Call) -> dict[str, Record]:
    """The rules of the call's account and Region by name."""
    found: dict[str, Record] = call.store.setdefault("rules", {})
    return found


def require(known: Mapping[str, Record], name: str, code: str, text: str) -> Record:
    """What is known by that name. Raises AwsError, of this code and text, when nothing is."""
    if name not in known:
        raise AwsError(code, text)
    return known[name]


def require_recorder(call: Call) -> None:
    """Raises NoAvailableConfigurationRecorderException where nothing is recorded."""
    if not moto.backend("config", call.account, call.region).recorders:
        text = "Configuration recorder is not available to put config rule."
        raise AwsError("NoAvailableConfigurationRecorderException", text)


@shim("config", "PutConfigRule")
def put_config_rule(call: Call) -> Answer:
    """A new rule, or a changed one that keeps its id."""
    given = call.params["ConfigRule"]
    name = given.get("ConfigRuleName") or _name_of(call, given)
    known = rules(call).get(name)
    require_recorder(call)
    if known and known.get("CreatedBy"):
        raise AwsError("AccessDeniedException", f"The rule {name} was created by {known['CreatedBy']}.")
    if known is None and len(rules(call)) >= MOST_RULES:
        raise AwsError("MaxNumberOfConfigRulesExceededException", f"An account can have {MOST_RULES} rules.")
    record = make_rule(call, {**given, "ConfigRuleName": name})
    if call.params.get("Tags"):
        tags(call)[record["ConfigRuleArn"]] = {one["Key"]: one["Value"] for one in call.params["Tags"]}
    return None


def _name_of(call: Call, given: Mapping[str, Any]) -> str:
    for name, known in rules(call).items():
        if known["ConfigRuleId"] == given.get("ConfigRuleId") or known["ConfigRuleArn"] == given.get("ConfigRuleArn"):
            return name
    raise invalid("One or more identifiers needs to be provided. Provide Name or Id or Arn")


def make_rule(call: Call, given: Mapping[str, Any], created_by: str = "") -> Record:
    """Keep a rule after a look at its source and parameters."""
    check_rule(given)
    known = rules(call).get(given["ConfigRuleName"], {})
    id = known.get("ConfigRuleId") or f"config-rule-{moto.random_hex(6)}"
    source = given["Source"]
    if source["Owner"] == "AWS":
        source = {**source, "SourceDetails": source.get("SourceDetails") or []}
    record = {
        **given,
        "Source": {name: value for name, value in source.items() if value not in ([], None)},
        "ConfigRuleId": id,
        "ConfigRuleArn": f"arn:aws:config:{call.region}:{call.account}:config-rule/{id}",
        "ConfigRuleState": "ACTIVE",
        "EvaluationModes": given.get("EvaluationModes") or [{"Mode": "DETECTIVE"}],
        **({"CreatedBy": created_by} if created_by else {}),
    }
    rules(call)[given["ConfigRuleName"]] = record
    _runs(call)[given["ConfigRuleName"]] = {"FirstActivatedTime": call.at, "asked": call.at}
    return record


def put_results(call: Call) -> dict[str, dict[ResourceKey, Record]]:
    """Evaluations that others made, by rule and resource."""
    found: dict[str, dict[ResourceKey, Record]] = call.store.setdefault("put-results", {})
    return found


def remediations(call: Call) -> dict[str, Record]:
    """The remediations of the call's account and Region by rule."""
    found: dict[str, Record] = call.store.setdefault("remediations", {})
    return found


def _runs(call: Call) -> dict[str, Record]:
    found: dict[str, Record] = call.store.setdefault("runs", {})
    return found


def check_rule(given: Mapping[str, Any]) -> None:
    """Look at a rule's source and parameters. Raises InvalidParameterValueException."""
    source = given.get("Source") or {}
    owner, identifier = source.get("Owner"), source.get("SourceIdentifier", "")
    if owner not in ("AWS", "CUSTOM_LAMBDA", "CUSTOM_POLICY"):
        raise invalid("Value at 'configRule.source.owner' must satisfy enum value set: "
                      "[AWS, CUSTOM_LAMBDA, CUSTOM_POLICY]")  # fmt: skip
    if owner == "AWS" and identifier not in by_identifier() and identifier != PROCESS:
        text = f"The sourceIdentifier {identifier} is invalid. Please refer to the documentation for a list of valid"
        raise invalid(f"{text} sourceIdentifiers that can be used when AWS is the Owner.")
    if owner == "CUSTOM_LAMBDA" and not identifier.startswith("arn:"):
        raise invalid(f"The sourceIdentifier {identifier} is not the ARN of a function.")
    if owner == "CUSTOM_POLICY":
        details = source.get("CustomPolicyDetails") or {}
        if not details.get("PolicyText") or not GUARD.fullmatch(details.get("PolicyRuntime", "")):
            raise invalid("CustomPolicyDetails needs a PolicyText and the PolicyRuntime guard-2.x.x.")
    text = given.get("InputParameters") or "{}"
    try:
        parsed = json.loads(text)
    except ValueError as wrong:
        raise invalid(f"Invalid json {text} passed in the InputParameters field.") from wrong
    if not isinstance(parsed, dict):
        raise invalid(f"Invalid json {text} passed in the InputParameters field.")


@shim("config", "GetCustomRulePolicy")
def get_custom_rule_policy(call: Call) -> Answer:
    """The Guard policy of a rule. Source: AWS Config API Reference, GetCustomRulePolicy."""
    found = require_rule(call, call.params.get("ConfigRuleName", ""))
    details = found["Source"].get("CustomPolicyDetails")
    return {"PolicyText": details["PolicyText"]} if details else {}


@shim("config", "DescribeConfigRules")
def describe_config_rules(call: Call) -> Answer:
    """Those named, or all, a page at a time."""
    mode = (call.params.get("Filters") or {}).get("EvaluationMode")
    found = [one for one in named(call) if not mode or {"Mode": mode} in one["EvaluationModes"]]
    return page(call, "ConfigRules", found, most=25)


def named(call: Call, key: str = "ConfigRuleNames") -> list[Record]:
    """The rules that the call names, or all of them. Raises NoSuchConfigRuleException."""
    known, wanted = rules(call), call.params.get(key) or []
    for name in wanted:
        require_rule(call, name)
    return [known[name] for name in sorted(wanted or known)]


def require_rule(call: Call, name: str) -> Record:
    """The rule of that name. Raises NoSuchConfigRuleException."""
    text = f"The ConfigRule '{name}' provided in the request is invalid. Please check the configRule name"
    return require(rules(call), name, "NoSuchConfigRuleException", text)


def page(call: Call, key: str, rows: Sequence[Any], *, most: int = PAGE, limit: str = "Limit") -> dict[str, Any]:
    """One page of the rows, with the token of the next. Raises InvalidNextTokenException, InvalidLimitException."""
    wanted = call.params.get(limit) or most
    token = call.params.get("NextToken") or "0"
    if not token.isdigit():
        raise AwsError("InvalidNextTokenException", "The nextToken provided is invalid")
    if not 0 < wanted <= max(most, PAGE):
        text = f"Value '{wanted}' at 'limit' failed to satisfy constraint"
        raise AwsError("InvalidLimitException", text)
    start, end = int(token), int(token) + wanted
    return {key: list(rows[start:end])} | ({"NextToken": str(end)} if end < len(rows) else {})


@shim("config", "DeleteConfigRule")
def delete_config_rule(call: Call) -> Answer:
    """Gone with its evaluations; a pack's rule goes with its pack."""
    record = require_rule(call, call.params["ConfigRuleName"])
    if record.get("CreatedBy"):
        text = f"The rule is managed by {record['CreatedBy']}; delete the conformance pack instead."
        raise AwsError("AccessDeniedException", text)
    if record["ConfigRuleName"] in remediations(call):
        text = "A remediation action is associated with the rule: delete it first."
        raise AwsError("ResourceInUseException", text)
    drop_rule(call, record["ConfigRuleName"])
    return None


def drop_rule(call: Call, name: str) -> None:
    """Forget a rule."""
    record = rules(call).pop(name)
    _runs(call).pop(name, None)
    put_results(call).pop(name, None)
    remediations(call).pop(name, None)
    tags(call).pop(record["ConfigRuleArn"], None)


@shim("config", "StartConfigRulesEvaluation")
def start_config_rules_evaluation(call: Call) -> Answer:
    """The rules are judged whenever they are asked about; the time is noted."""
    wanted = call.params.get("ConfigRuleNames") or []
    if not 0 < len(wanted) <= 25:
        raise invalid("ConfigRuleNames must have between 1 and 25 items")
    for record in named(call):
        _runs(call)[record["ConfigRuleName"]]["asked"] = call.at
    return None


@shim("config", "DescribeConfigRuleEvaluationStatus")
def describe_config_rule_evaluation_status(call: Call) -> Answer:
    """When each rule was activated and invoked, and why it could not be evaluated."""
    found = compliance(call, [one["ConfigRuleName"] for one in named(call)])
    rows = [_status(call, record, found[record["ConfigRuleName"]]) for record in named(call)]
    return page(call, "ConfigRulesEvaluationStatus", rows, most=50)


def _status(call: Call, record: Record, found: RuleCompliance) -> Record:
    ran = _runs(call)[record["ConfigRuleName"]]
    row = {
        "ConfigRuleName": record["ConfigRuleName"],
        "ConfigRuleArn": record["ConfigRuleArn"],
        "ConfigRuleId": record["ConfigRuleId"],
        "FirstActivatedTime": ran["FirstActivatedTime"],
        "LastSuccessfulInvocationTime": ran["asked"],
        "FirstEvaluationStarted": bool(found.evaluations),
    }
    if found.evaluations:
        return row | {"LastSuccessfulEvaluationTime": ran["asked"]}
    return row | {"LastErrorCode": "NoEvaluation", "LastErrorMessage": found.why_not}


def compliance(call: Call, names: Iterable[str] | None = None) -> dict[str, RuleCompliance]:
    """The compliance of rules of the call's account and Region, judged now; all of them unless ``names`` are given."""
    known = rules(call)
    wanted = sorted(known if names is None else set(names) & set(known))
    covered = rule_coverage((parse_rule(known[name], name) for name in wanted), all_controls())
    types = {kind for one in covered for each in one.controls for kind in (each.resource_type, *each.reads)}
    estate = seen_by_rules(call, types)
    elsewhere = {one.key for one in estate.resources if not is_own(call, one)}

    def said(controls: Iterable[Control]) -> list[Finding]:
        findings = run(estate, tuple(controls), include_passes=True).findings
        return [one for one in findings if one.resource not in elsewhere]

    found = judge(covered, estate, said)
    return {name: _with_put(call, one) for name, one in zip(wanted, found, strict=True)}


def _with_put(call: Call, found: RuleCompliance) -> RuleCompliance:
    """The compliance of a rule whose evaluations others make; any other as it is."""
    put = put_results(call).get(found.rule.name)
    if not put:
        return found
    rows = tuple(Evaluation(found.rule.name, key, one["word"], one["note"]) for key, one in sorted(put.items()))
    return RuleCompliance(found.rule, rule_compliance(rows), rows)


def tags(call: Call) -> dict[str, dict[str, str]]:
    """Tags of rules and packs by ARN."""
    found: dict[str, dict[str, str]] = call.store.setdefault("tags", {})
    return found


def _ours(call: Call, arn: str) -> bool:
    packs = call.store.get("packs", {}).values()
    return any(one["ConfigRuleArn"] == arn for one in rules(call).values()) or any(
        one["ConformancePackArn"] == arn for one in packs
    )


@shim("config", "TagResource")
def tag_resource(call: Call) -> Answer:
    """Of a rule or a pack; all else is moto's."""
    arn = call.params["ResourceArn"]
    if not _ours(call, arn):
        return call.forward()
    tags(call).setdefault(arn, {}).update({one["Key"]: one["Value"] for one in call.params["Tags"]})
    return None


@shim("config", "UntagResource")
def untag_resource(call: Call) -> Answer:
    """Of a rule or a pack; all else is moto's."""
    arn = call.params["ResourceArn"]
    if not _ours(call, arn):
        return call.forward()
    for key in call.params["TagKeys"]:
        tags(call).get(arn, {}).pop(key, None)
    return None


@shim("config", "ListTagsForResource")
def list_tags_for_resource(call: Call) -> Answer:
    """Of a rule or a pack; all else is moto's."""
    arn = call.params["ResourceArn"]
    if not _ours(call, arn):
        return call.forward()
    return page(call, "Tags", [{"Key": key, "Value": value} for key, value in sorted(tags(call).get(arn, {}).items())])
