"""The stage that an API Gateway deployment makes beside itself, as a resource of its own.

The one idea: a deployment with a ``StageName`` makes that stage, with what ``StageDescription`` says of it; controls
look at stages. Nothing is made where the template has a stage of that name, or names none.

Source: CloudFormation Template Reference, AWS::ApiGateway::Deployment, "StageName", "StageDescription".
"""

from __future__ import annotations

from typing import Any

from bastide.declare.templates.tree import Map, Seq

DEPLOYMENT = "AWS::ApiGateway::Deployment"
STAGE = "AWS::ApiGateway::Stage"
OF_STAGE = ("AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize", "CanarySetting", "ClientCertificateId",
            "Description", "DocumentationVersion", "Tags", "TracingEnabled", "Variables")  # fmt: skip
OF_METHODS = ("CacheDataEncrypted", "CacheTtlInSeconds", "CachingEnabled", "DataTraceEnabled", "LoggingLevel",
              "MetricsEnabled", "ThrottlingBurstLimit", "ThrottlingRateLimit")  # fmt: skip


def with_stages(resources: Map) -> Map:
    """Resources with the stages of deployments, each under ``<Deployment>Stage``."""
    named = [_of(body).get("StageName") for body in resources.values() if _kind(body) == STAGE]
    made = Map(resources.line)
    for logical, body in resources.items():
        line = resources.lines.get(logical, resources.line)
        made.put(logical, body, line)
        properties = _of(body)
        name = properties.get("StageName")
        other = f"{logical}Stage"
        if _kind(body) == DEPLOYMENT and name is not None and name not in named and other not in resources:
            made.put(other, _stage(logical, body, properties, line), line)
    return made


def _kind(body: Any) -> str:
    return str(body.get("Type")) if isinstance(body, Map) else ""


def _of(body: Any) -> Map:
    found = body.get("Properties") if isinstance(body, Map) else None
    return found if isinstance(found, Map) else Map()


def _stage(logical: str, body: Map, deployment: Map, line: int) -> Map:
    stage, methods = Map(line), Map(line)
    for name in ("RestApiId", "StageName"):
        if name in deployment:
            stage.put(name, deployment[name], deployment.lines.get(name, line))
    reference = Map(line)
    reference.put("Ref", logical, line)
    stage.put("DeploymentId", reference, line)
    described = deployment.get("StageDescription")
    said = described if isinstance(described, Map) else Map(line)
    for name, value in said.items():
        if name in OF_STAGE or name in OF_METHODS:
            (stage if name in OF_STAGE else methods).put(name, value, said.lines.get(name, line))
    settings = _settings(methods, said.get("MethodSettings"), line)
    if settings is not None:
        stage.put("MethodSettings", settings, said.lines.get("MethodSettings", line))
    whole = Map(line)
    whole.put("Type", STAGE, line)
    for name in ("Condition", "Metadata"):
        if name in body:
            whole.put(name, body[name], body.lines.get(name, line))
    whole.put("Properties", stage, line)
    return whole


def _settings(methods: Map, more: Any, line: int) -> Any:
    """Settings of single methods, and before them those of all methods; what is no list stays as it is."""
    if not methods:
        return more
    if more is not None and not isinstance(more, list):
        return more
    methods.put("HttpMethod", "*", line)
    methods.put("ResourcePath", "/*", line)
    found = Seq(line)
    for value in (methods, *(more or ())):
        found.add(value, line)
    return found
