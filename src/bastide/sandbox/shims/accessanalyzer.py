"""IAM Access Analyzer: analyzers and archive rules. moto: has nothing. Nothing is analyzed: no findings."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.shims.organizations import management_account
from bastide.sandbox.shims.organizations_services import delegated
from bastide.sandbox.wire import AwsError

PRINCIPAL = "access-analyzer.amazonaws.com"


@shim("accessanalyzer", "CreateAnalyzer")
def create_analyzer(call: Call) -> Answer:
    """One of a type; those of the organization by its management account or delegated administrator only.

    Source: IAM User Guide, "Access Analyzer quotas" and "Delegated administrator for Access Analyzer".
    """
    analyzers, params = call.store.setdefault("analyzers", {}), call.params
    name, kind = params["analyzerName"], params["type"]
    if name in analyzers:
        raise AwsError("ConflictException", f"Analyzer {name} already exists.", 409)
    if kind.startswith("ORGANIZATION") and call.account not in (management_account(call), delegated(call, PRINCIPAL)):
        text = "The organization is the zone of trust of its management or delegated administrator account only."
        raise AwsError("AccessDeniedException", text, 403)
    if kind.startswith("ORGANIZATION") and not _linked_role(call):
        text = "Access Analyzer Service Linked Role is not in the organizational management account"
        raise AwsError("ConflictException", text, 409)
    if any(row["type"] == kind for row in analyzers.values()):
        raise AwsError("ServiceQuotaExceededException", f"You have reached the quota of analyzers of type {kind}.", 402)
    arn = f"arn:aws:access-analyzer:{call.region}:{call.account}:analyzer/{name}"
    analyzers[name] = {
        "arn": arn,
        "name": name,
        "type": kind,
        "createdAt": moto.now(),
        "status": "ACTIVE",
        "tags": dict(params.get("tags", {})),
    } | ({"configuration": params["configuration"]} if "configuration" in params else {})
    for rule in params.get("archiveRules", []):
        _put_rule(call, name, rule)
    return {"arn": arn}


def _linked_role(call: Call) -> bool:
    """Whether the management account has the service's role, or is this account, where creating makes it."""
    management = management_account(call)
    path = {"PathPrefix": f"/aws-service-role/{PRINCIPAL}/"}
    roles = call.invoke("ListRoles", path, service="iam", account=management, region="us-east-1")["Roles"]
    return call.account == management or bool(roles)


def _read_analyzer(call: Call) -> dict[str, Any]:
    return _find(call, call.params["analyzerName"])


def _find(call: Call, name: str) -> dict[str, Any]:
    found: dict[str, Any] | None = call.store.get("analyzers", {}).get(name)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Analyzer {name} not found.", 404)
    return found


@shim("accessanalyzer", "GetAnalyzer")
def get_analyzer(call: Call) -> Answer:
    """As created."""
    return {"analyzer": _read_analyzer(call)}


@shim("accessanalyzer", "ListAnalyzers")
def list_analyzers(call: Call) -> Answer:
    """Of a type, or all."""
    kind = call.params.get("type")
    rows = call.store.get("analyzers", {}).values()
    return {"analyzers": [row for row in rows if not kind or row["type"] == kind]}


@shim("accessanalyzer", "UpdateAnalyzer")
def update_analyzer(call: Call) -> Answer:
    """Its configuration only."""
    analyzer = _read_analyzer(call)
    analyzer["configuration"] = call.params.get("configuration", {})
    return {"configuration": analyzer["configuration"]}


@shim("accessanalyzer", "DeleteAnalyzer")
def delete_analyzer(call: Call) -> Answer:
    """With its archive rules."""
    name = _read_analyzer(call)["name"]
    del call.store["analyzers"][name]
    call.store.get("rules", {}).pop(name, None)
    return None


@shim("accessanalyzer", "TagResource", "UntagResource", "ListTagsForResource")
def analyzer_tags(call: Call) -> Answer:
    """Tags of an analyzer."""
    tags = _find(call, call.params["resourceArn"].rsplit("/", 1)[-1])["tags"]
    if call.operation == "TagResource":
        tags |= call.params["tags"]
    for key in call.params.get("tagKeys", []):
        tags.pop(key, None)
    return {"tags": tags} if call.operation == "ListTagsForResource" else None


def _put_rule(call: Call, analyzer: str, rule: dict[str, Any]) -> None:
    rules = call.store.setdefault("rules", {}).setdefault(analyzer, {})
    made = rules.get(rule["ruleName"], {"ruleName": rule["ruleName"], "createdAt": moto.now()})
    rules[rule["ruleName"]] = made | {"filter": rule["filter"], "updatedAt": moto.now()}


@shim("accessanalyzer", "CreateArchiveRule", "UpdateArchiveRule")
def put_archive_rule(call: Call) -> Answer:
    """Created once, then updated."""
    name = _read_analyzer(call)["name"]
    exists = call.params["ruleName"] in call.store.get("rules", {}).get(name, {})
    if exists and call.operation == "CreateArchiveRule":
        raise AwsError("ConflictException", "The archive rule already exists.", 409)
    if not exists and call.operation == "UpdateArchiveRule":
        raise AwsError("ResourceNotFoundException", "Archive rule not found.", 404)
    _put_rule(call, name, call.params)
    return None


@shim("accessanalyzer", "GetArchiveRule")
def get_archive_rule(call: Call) -> Answer:
    """As put."""
    found = call.store.get("rules", {}).get(_read_analyzer(call)["name"], {}).get(call.params["ruleName"])
    if found is None:
        raise AwsError("ResourceNotFoundException", "Archive rule not found.", 404)
    return {"archiveRule": found}


@shim("accessanalyzer", "ListArchiveRules")
def list_archive_rules(call: Call) -> Answer:
    """Of an analyzer."""
    return {"archiveRules": list(call.store.get("rules", {}).get(_read_analyzer(call)["name"], {}).values())}


@shim("accessanalyzer", "DeleteArchiveRule")
def delete_archive_rule(call: Call) -> Answer:
    """Gone, also if it never was."""
    call.store.get("rules", {}).get(_read_analyzer(call)["name"], {}).pop(call.params["ruleName"], None)
    return None


@shim("accessanalyzer", "ListFindings", "ListFindingsV2")
def list_findings(call: Call) -> Answer:
    """None."""
    _find(call, call.params["analyzerArn"].rsplit("/", 1)[-1])
    return {"findings": []}
