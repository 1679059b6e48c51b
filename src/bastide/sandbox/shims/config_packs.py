"""AWS Config: conformance packs, and how they comply. moto: has none of it.

One idea: a pack is a template whose rules become rules of the account, named after the pack; it is read as every
template is. Source: AWS Config API Reference, PutConformancePack, DescribeConformancePackCompliance,
GetConformancePackComplianceDetails; AWS Config Developer Guide, "Conformance packs", "Service Limits".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bastide.declare.templates import Settings, estate_of
from bastide.declare.templates.files import is_tree, parse_template
from bastide.errors import InputError
from bastide.model.unknown import unknowns_in
from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.config_compliance import results_of
from bastide.sandbox.shims.config_remediation import check_remediation, keep_remediation
from bastide.sandbox.shims.config_rules import (
    PACKS,
    check_rule,
    compliance,
    drop_rule,
    invalid,
    make_rule,
    page,
    require,
    require_recorder,
    tags,
)
from bastide.sandbox.wire import AwsError
from bastide.standards.evaluation import NOT_APPLICABLE, PackCompliance, render_result
from bastide.standards.pack import RULE, parse_rule, rules_in
from bastide.standards.remediation import REMEDIATION

Record = dict[str, Any]
MOST_BYTES = 51_200
MOST_RULES = 130
MOST_PACKS = 50
MADE_OF = (RULE, REMEDIATION)


def packs(call: Call) -> dict[str, Record]:
    """The packs of the call's account and Region by name."""
    found: dict[str, Record] = call.store.setdefault("packs", {})
    return found


def require_pack(call: Call, name: str) -> Record:
    """The pack of that name. Raises NoSuchConformancePackException."""
    text = f"One or more of the specified conformance packs are not available: {name}"
    return require(packs(call), name, "NoSuchConformancePackException", text)


@shim("config", "PutConformancePack")
def put_conformance_pack(call: Call) -> Answer:
    """A new pack with its rules, or other rules for the one of that name."""
    params = call.params
    require_recorder(call)
    record = make_pack(call, params["ConformancePackName"], read_template_of(call), params)
    if params.get("Tags"):
        tags(call)[record["ConformancePackArn"]] = {one["Key"]: one["Value"] for one in params["Tags"]}
    return {"ConformancePackArn": record["ConformancePackArn"]}


def read_template_of(call: Call) -> str:
    """The template that the call gives, as text. Raises when it gives none or one that cannot be read."""
    params = call.params
    given = [name for name in ("TemplateBody", "TemplateS3Uri", "TemplateSSMDocumentDetails") if params.get(name)]
    if not given:
        raise invalid("One of TemplateBody, TemplateS3Uri and TemplateSSMDocumentDetails must be given")
    if params.get("TemplateSSMDocumentDetails"):
        text = "config:PutConformancePack from an SSM document is not implemented in the sandbox"
        raise AwsError("NotImplementedInSandbox", text, 501)
    if params.get("TemplateS3Uri"):
        return _from_bucket(call, params["TemplateS3Uri"])
    if len(params["TemplateBody"].encode()) > MOST_BYTES:
        raise invalid(f"TemplateBody must have at most {MOST_BYTES} bytes")
    return str(params["TemplateBody"])


def _from_bucket(call: Call, uri: str) -> str:
    place = urlsplit(uri)
    if place.scheme != "s3":
        raise invalid("TemplateS3Uri must begin with s3://")
    try:
        answer = call.invoke("GetObject", {"Bucket": place.netloc, "Key": place.path.lstrip("/")}, service="s3")
    except AwsError as missing:
        raise AwsError("InsufficientPermissionsException", f"{uri} cannot be read: {missing.message}") from missing
    body = answer["Body"]
    return (body if isinstance(body, bytes) else body.read()).decode("utf-8", "replace")


def template_rules(text: str, given: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The fields of each rule in a template, with its parameters filled in and a name.

    Raises AwsError: ConformancePackTemplateValidationException.
    """
    values = {one["ParameterName"]: one["ParameterValue"] for one in given}
    try:
        tree = parse_template(text.encode(), "template")
        if not is_tree(tree):
            raise _unfit("it has no Resources")
        kinds = {str(one.get("Type")) if isinstance(one, Mapping) else "no type" for one in tree["Resources"].values()}
        strange = sorted(kinds - set(MADE_OF))
        if strange:
            raise _unfit(f"a conformance pack cannot hold {', '.join(strange)}")
        found = estate_of({"template": tree}, Settings(values)).estate.of_type(RULE)
    except InputError as wrong:
        raise _unfit(wrong.what) from wrong
    read = [(one, parse_rule(one.properties, one.origin.detail)) for one in found]
    unread = next((rule for _, rule in read if rule.unread), None)
    if unread is not None:
        raise _unfit(f"{unread.name}: {unread.unread}")
    made = [_as_call(one.properties, rule.name, rule.parameters) for one, rule in read]
    for one in made:
        try:
            check_rule(one)  # a pack is made wholly or not at all
        except AwsError as wrong:
            raise _unfit(f"{one['ConfigRuleName']}: {wrong.message}") from wrong
    return made


def template_remediations(text: str, given: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The fields of each remediation of a rule in a template, as PutRemediationConfigurations would get them.

    Raises AwsError: ConformancePackTemplateValidationException.
    """
    values = {one["ParameterName"]: one["ParameterValue"] for one in given}
    resources = estate_of({"template": parse_template(text.encode(), "template")}, Settings(values)).estate.resources
    made = [dict(one.properties) for one in resources if one.type == REMEDIATION]
    names = {rule.name for rule in rules_in(resources)}
    for one in made:
        if one.get("ConfigRuleName") not in names:
            raise _unfit("a remediation is not about a rule of the pack")
        unread = unknowns_in(one)
        if unread:
            raise _unfit(f"the remediation of {one['ConfigRuleName']}: {unread[0].reason}")
        try:
            check_remediation(one)
        except AwsError as wrong:
            raise _unfit(f"the remediation of {one['ConfigRuleName']}: {wrong.message}") from wrong
    return made


def _unfit(why: str) -> AwsError:
    return AwsError("ConformancePackTemplateValidationException", f"The template is not valid: {why}")


def _as_call(properties: Mapping[str, Any], name: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """A rule of a template as PutConfigRule would get it."""
    kept = ("Description", "Scope", "Source", "MaximumExecutionFrequency")
    return {
        "ConfigRuleName": name,
        **{field: properties[field] for field in kept if isinstance(properties.get(field), str | Mapping)},
        **({"InputParameters": json.dumps(dict(parameters))} if parameters else {}),
    }


def make_pack(call: Call, name: str, text: str, fields: Mapping[str, Any], created_by: str = "") -> Record:
    """Keep a pack and make its rules; those of an earlier version go."""
    wanted = template_rules(text, fields.get("ConformancePackInputParameters") or ())
    remedies = template_remediations(text, fields.get("ConformancePackInputParameters") or ())
    known = packs(call).get(name)
    if known is None and len(packs(call)) >= MOST_PACKS:
        text = f"An account can have {MOST_PACKS} conformance packs."
        raise AwsError("MaxNumberOfConformancePacksExceededException", text)
    if len(wanted) > MOST_RULES:
        raise _unfit(f"a conformance pack can hold {MOST_RULES} rules")
    id = known["ConformancePackId"] if known else f"conformance-pack-{moto.random_hex(9)}"
    for rule in known["rules"] if known else ():
        drop_rule(call, rule)
    suffix = id.removeprefix("conformance-pack-")
    made = [
        make_rule(call, {**one, "ConfigRuleName": f"{one['ConfigRuleName']}-conformance-pack-{suffix}"}, PACKS)
        for one in wanted
    ]
    for one in remedies:
        keep_remediation(call, {**one, "ConfigRuleName": f"{one['ConfigRuleName']}-{id}"}, PACKS)
    kept = ("DeliveryS3Bucket", "DeliveryS3KeyPrefix", "ConformancePackInputParameters")
    packs(call)[name] = {
        "ConformancePackName": name,
        "ConformancePackArn": f"arn:aws:config:{call.region}:{call.account}:conformance-pack/{name}/{id}",
        "ConformancePackId": id,
        **{field: fields[field] for field in kept if fields.get(field)},
        "LastUpdateRequestedTime": call.at,
        "rules": [one["ConfigRuleName"] for one in made],
        **({"CreatedBy": created_by} if created_by else {}),
    }
    return packs(call)[name]


def drop_pack(call: Call, name: str) -> None:
    """Forget a pack with its rules."""
    record = packs(call).pop(name)
    tags(call).pop(record["ConformancePackArn"], None)
    for rule in record["rules"]:
        drop_rule(call, rule)


@shim("config", "DeleteConformancePack")
def delete_conformance_pack(call: Call) -> Answer:
    """Gone with its rules; what an organization deployed only the organization takes back."""
    record = require_pack(call, call.params["ConformancePackName"])
    if record.get("CreatedBy"):
        raise AwsError("ResourceInUseException", f"The conformance pack was created by {record['CreatedBy']}.")
    drop_pack(call, record["ConformancePackName"])
    return None


def _named(call: Call) -> list[Record]:
    wanted = call.params.get("ConformancePackNames") or sorted(packs(call))
    return [require_pack(call, name) for name in wanted]


@shim("config", "DescribeConformancePacks")
def describe_conformance_packs(call: Call) -> Answer:
    """Those named, or all."""
    rows = [{name: value for name, value in one.items() if name != "rules"} for one in _named(call)]
    return page(call, "ConformancePackDetails", rows, most=20)


@shim("config", "DescribeConformancePackStatus")
def describe_conformance_pack_status(call: Call) -> Answer:
    """All are complete: rules are made at once."""
    rows = [
        {
            "ConformancePackName": one["ConformancePackName"],
            "ConformancePackId": one["ConformancePackId"],
            "ConformancePackArn": one["ConformancePackArn"],
            "ConformancePackState": "CREATE_COMPLETE",
            "StackArn": f"arn:aws:cloudformation:{call.region}:{call.account}:stack/awsconfigconforms-"
            f"{one['ConformancePackName']}-{one['ConformancePackId']}",
            "LastUpdateRequestedTime": one["LastUpdateRequestedTime"],
            "LastUpdateCompletedTime": one["LastUpdateRequestedTime"],
        }
        for one in _named(call)
    ]
    return page(call, "ConformancePackStatusDetails", rows, most=20)


def pack_compliance(call: Call, record: Record) -> PackCompliance:
    """The compliance of all rules of a pack, judged now."""
    found = compliance(call, record["rules"])
    return PackCompliance(tuple(found[name] for name in record["rules"] if name in found))


def _filtered(call: Call, record: Record) -> PackCompliance:
    """The same, of the rules that the call's filters let through."""
    wanted = (call.params.get("Filters") or {}).get("ConfigRuleNames") or record["rules"]
    strange = sorted(set(wanted) - set(record["rules"]))
    if strange:
        text = f"The conformance pack has no rule {strange[0]}"
        raise AwsError("NoSuchConfigRuleInConformancePackException", text)
    return pack_compliance(call, {**record, "rules": [name for name in record["rules"] if name in wanted]})


@shim("config", "DescribeConformancePackCompliance")
def describe_conformance_pack_compliance(call: Call) -> Answer:
    """One row a rule."""
    name = call.params["ConformancePackName"]
    word = (call.params.get("Filters") or {}).get("ComplianceType")
    rows = [
        {"ConfigRuleName": one.rule.name, "ComplianceType": one.compliance, "Controls": []}
        for one in _filtered(call, require_pack(call, name)).rules
        if word in (None, one.compliance)
    ]
    return page(call, "ConformancePackRuleComplianceList", rows, most=1000) | {"ConformancePackName": name}


@shim("config", "GetConformancePackComplianceDetails")
def get_conformance_pack_compliance_details(call: Call) -> Answer:
    """One row a rule and resource. A pack knows no NOT_APPLICABLE."""
    name, filters = call.params["ConformancePackName"], call.params.get("Filters") or {}
    rows = []
    for rule in _filtered(call, require_pack(call, name)).rules:
        for one in results_of(rule, call.account):
            if one.compliance == NOT_APPLICABLE or filters.get("ComplianceType") not in (None, one.compliance):
                continue
            if filters.get("ResourceType") not in (None, one.resource_type):
                continue
            if filters.get("ResourceIds") and one.resource_id not in filters["ResourceIds"]:
                continue
            rows.append(render_result(one, call.at))
    found = page(call, "ConformancePackRuleEvaluationResults", rows)
    return found | {"ConformancePackName": name}


@shim("config", "GetConformancePackComplianceSummary")
def get_conformance_pack_compliance_summary(call: Call) -> Answer:
    """One row a pack."""
    wanted = call.params["ConformancePackNames"]
    if not 0 < len(wanted) <= 5:
        raise invalid("ConformancePackNames must have between 1 and 5 items")
    rows = [
        {
            "ConformancePackName": one["ConformancePackName"],
            "ConformancePackComplianceStatus": pack_compliance(call, one).compliance,
        }
        for one in _named(call)
    ]
    return page(call, "ConformancePackComplianceSummaryList", rows)


@shim("config", "ListConformancePackComplianceScores")
def list_conformance_pack_compliance_scores(call: Call) -> Answer:
    """Percent of compliant pairs of rule and resource, as text; INSUFFICIENT_DATA where nothing was evaluated."""
    wanted = (call.params.get("Filters") or {}).get("ConformancePackNames") or sorted(packs(call))
    found = [(name, pack_compliance(call, require_pack(call, name)).score) for name in wanted]
    found.sort(key=lambda one: (one[1] is not None, one[1] or 0.0), reverse=call.params.get("SortOrder") != "ASCENDING")
    rows = [
        {
            "ConformancePackName": name,
            "Score": "INSUFFICIENT_DATA" if score is None else f"{score:g}",
            "LastUpdatedTime": call.at,
        }
        for name, score in found
    ]
    return page(call, "ConformancePackComplianceScores", rows, most=20)
