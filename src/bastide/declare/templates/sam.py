"""SAM resources as the resources that SAM makes of them, as far as their security goes.

The one idea: a rewrite of the tree before anything is evaluated, under the logical ids that SAM documents
(``<Function>Role``, ``<Api><Stage>Stage``), so that references to them hold. What is not rewritten is told, never
dropped.

Source: AWS SAM Developer Guide, "Generated CloudFormation resources for AWS SAM", "Globals section".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bastide.declare.templates.tree import Map, Seq

PREFIX = "AWS::Serverless::"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
FUNCTION = (
    "FunctionName", "Handler", "Runtime", "MemorySize", "Timeout", "Environment", "VpcConfig", "KmsKeyArn", "Role",
    "ReservedConcurrentExecutions", "Layers", "PackageType", "Architectures", "EphemeralStorage", "Description",
    "CodeSigningConfigArn", "LoggingConfig", "FileSystemConfigs", "ImageConfig", "SnapStart",
)  # fmt: skip
STAGE = ("AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize", "MethodSettings", "TracingEnabled", "Variables",
         "CanarySetting", "StageName")  # fmt: skip
TABLE = ("TableName", "SSESpecification", "PointInTimeRecoverySpecification", "ProvisionedThroughput")
MACHINE = {"Role": "RoleArn", "Name": "StateMachineName", "Type": "StateMachineType", "Logging": "LoggingConfiguration",
           "Tracing": "TracingConfiguration", "DefinitionString": "DefinitionString"}  # fmt: skip
Told = tuple[int, str]  # line, what was not rewritten


def rewrite(resources: Map, shared: Any) -> tuple[Map, list[Told]]:
    """Resources with SAM's rewritten (``shared``: the Globals section), and what was not."""
    made = Map(resources.line)
    told: list[Told] = []
    implicit = False
    for logical, body in resources.items():
        line = resources.lines[logical]
        kind = str(body.get("Type")) if isinstance(body, Map) else ""
        if not kind.startswith(PREFIX):
            made.put(logical, body, line)
            continue
        name = kind.removeprefix(PREFIX)
        properties = _with_globals(body.get("Properties"), shared.get(name) if isinstance(shared, Map) else None)
        found = list(_generated(logical, name, properties))
        if not found:
            told.append((line, f"{logical}: {kind} is not understood and was not judged"))
        for logical_id, generated_type, own in found:
            made.put(logical_id, _resource(body, generated_type, own, line), line)
        implicit = implicit or _has_implicit_api(properties)
    if implicit and "ServerlessRestApi" not in made:
        for logical_id, generated_type, own in _api("ServerlessRestApi", _map(StageName="Prod")):
            made.put(logical_id, _resource(Map(), generated_type, own, resources.line), resources.line)
    return made, told


def _resource(body: Map, kind: str, properties: Map, line: int) -> Map:
    """A generated resource that keeps condition, dependencies and policies of the one it comes from."""
    made = Map(line)
    for key in ("Condition", "DependsOn", "DeletionPolicy"):
        if key in body:
            made.put(key, body[key], body.lines[key])
    made.put("Type", kind, line)
    made.put("Properties", properties, line)
    return made


def _map(**members: Any) -> Map:
    made = Map()
    for key, value in members.items():
        made.put(key, value, 0)
    return made


def _seq(*items: Any) -> Seq:
    made = Seq()
    for item in items:
        made.add(item, 0)
    return made


def _with_globals(properties: Any, shared: Any) -> Map:
    """Properties over the Globals of their kind: mappings are merged, lists added, the rest overridden."""
    own = properties if isinstance(properties, Map) else Map()
    if not isinstance(shared, Map):
        return own
    made = Map(own.line)
    for key, value in shared.items():
        made.put(key, value, shared.lines[key])
    for key, value in own.items():
        base = made.get(key)
        merged = value
        if isinstance(value, Map) and isinstance(base, Map) and not _is_function(value) and not _is_function(base):
            merged = _with_globals(value, base)
        elif isinstance(value, Seq) and isinstance(base, Seq):
            merged = _seq()
            for items in (base, value):
                for item, line in zip(items, items.lines, strict=True):
                    merged.add(item, line)
        made.put(key, merged, own.lines[key])
    return made


def _is_function(value: Map) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))


def _generated(logical: str, name: str, properties: Map) -> Iterator[tuple[str, str, Map]]:
    if name == "Function":
        yield from _function(logical, properties)
    elif name == "Api":
        yield from _api(logical, properties)
    elif name == "HttpApi":
        yield from _http_api(logical, properties)
    elif name == "SimpleTable":
        yield logical, "AWS::DynamoDB::Table", _table(properties)
    elif name == "StateMachine":
        yield from _machine(logical, properties)
    elif name == "LayerVersion":
        yield logical, "AWS::Lambda::LayerVersion", _taken(properties, ("LayerName", "LicenseInfo", "Description"))


def _taken(properties: Map, names: tuple[str, ...]) -> Map:
    made = Map(properties.line)
    for name in names:
        if name in properties:
            made.put(name, properties[name], properties.lines[name])
    if isinstance(properties.get("Tags"), Map) and not _is_function(properties["Tags"]):
        tags = Seq()
        for key, value in properties["Tags"].items():
            tags.add(_map(Key=key, Value=value), properties["Tags"].lines[key])
        made.put("Tags", tags, properties.lines["Tags"])
    return made


def _function(logical: str, properties: Map) -> Iterator[tuple[str, str, Map]]:
    made = _taken(properties, FUNCTION)
    for name, target, key in (("Tracing", "TracingConfig", "Mode"), ("DeadLetterQueue", "DeadLetterConfig", "")):
        if name in properties:
            value = properties[name]
            if key:
                made.put(target, _map(**{key: value}), properties.lines[name])
            elif isinstance(value, Map) and "TargetArn" in value:
                made.put(target, _taken(value, ("TargetArn",)), properties.lines[name])
    _put_tags(made, properties)
    if "Role" not in properties:
        made.put("Role", _map(**{"Fn::GetAtt": _seq(f"{logical}Role", "Arn")}), properties.line)
        yield f"{logical}Role", "AWS::IAM::Role", _role(properties, "lambda.amazonaws.com", BASIC)
    yield logical, "AWS::Lambda::Function", made
    url = properties.get("FunctionUrlConfig")
    if isinstance(url, Map):
        own = _taken(url, ("AuthType", "Cors", "InvokeMode"))
        own.put("TargetFunctionArn", _map(Ref=logical), properties.lines["FunctionUrlConfig"])
        yield f"{logical}Url", "AWS::Lambda::Url", own
        if url.get("AuthType") == "NONE":
            yield (
                f"{logical}UrlPublicPermissions",
                "AWS::Lambda::Permission",
                _map(
                    Action="lambda:InvokeFunctionUrl",
                    FunctionName=_map(Ref=logical),
                    Principal="*",
                    FunctionUrlAuthType="NONE",
                ),
            )


def _put_tags(made: Map, properties: Map) -> None:
    """Tags, which SAM takes as a mapping; that SAM adds a mark of its own is not counted as tagging."""
    tags = properties.get("Tags")
    if isinstance(tags, Map) and not any(key == "Ref" or key.startswith("Fn::") for key in tags):
        tags = _seq(*(_map(Key=key, Value=value) for key, value in tags.items()))
    if tags is not None:
        made.put("Tags", tags, properties.lines["Tags"])


def _role(properties: Map, service: str, *managed: str) -> Map:
    """The role that SAM makes: the service's trust, managed policies, inline policies; templates become Unknown."""
    trust = _map(Version="2012-10-17", Statement=_seq(
        _map(Effect="Allow", Principal=_map(Service=_seq(service)), Action=_seq("sts:AssumeRole"))
    ))  # fmt: skip
    arns, inline = _seq(*managed), Seq()
    policies = properties.get("Policies", Seq())
    line = properties.lines.get("Policies", properties.line)
    for index, policy in enumerate(policies if isinstance(policies, Seq) else [policies]):
        if isinstance(policy, str):
            arns.add(policy if policy.startswith("arn:") else f"arn:aws:iam::aws:policy/{policy}", line)
        elif isinstance(policy, Map) and "Statement" in policy:
            inline.add(_map(PolicyName=f"Policy{index}", PolicyDocument=policy), line)
        elif isinstance(policy, Map) and _is_function(policy):
            arns.add(policy, line)
        else:
            unread = _map(**{"Fn::Transform": _map(Name="a SAM policy template")})
            inline.add(_map(PolicyName=f"Policy{index}", PolicyDocument=unread), line)
    made = Map(properties.line)
    made.put("AssumeRolePolicyDocument", trust, properties.line)
    made.put("ManagedPolicyArns", arns, line)
    made.put("Policies", inline, line)
    if "PermissionsBoundary" in properties:
        made.put("PermissionsBoundary", properties["PermissionsBoundary"], properties.lines["PermissionsBoundary"])
    return made


def _has_implicit_api(properties: Map) -> bool:
    events = properties.get("Events")
    return isinstance(events, Map) and any(
        isinstance(event, Map)
        and event.get("Type") == "Api"
        and not (isinstance(event.get("Properties"), Map) and "RestApiId" in event["Properties"])
        for event in events.values()
    )


def _api(logical: str, properties: Map) -> Iterator[tuple[str, str, Map]]:
    rest = _taken(properties, ("Name", "EndpointConfiguration", "MinimumCompressionSize", "BinaryMediaTypes", "Mode",
                               "DisableExecuteApiEndpoint", "Description"))  # fmt: skip
    kind = properties.get("EndpointConfiguration")
    if isinstance(kind, str):
        rest.put("EndpointConfiguration", _map(Types=_seq(kind)), properties.lines["EndpointConfiguration"])
    elif isinstance(kind, Map) and "Type" in kind:
        rest.put("EndpointConfiguration", _map(Types=_seq(kind["Type"])), properties.lines["EndpointConfiguration"])
    yield logical, "AWS::ApiGateway::RestApi", rest
    stage = _taken(properties, STAGE)
    stage.put("RestApiId", _map(Ref=logical), properties.line)
    name = properties.get("StageName")
    yield f"{logical}{name if isinstance(name, str) else ''}Stage", "AWS::ApiGateway::Stage", stage


def _http_api(logical: str, properties: Map) -> Iterator[tuple[str, str, Map]]:
    api = _taken(properties, ("Name", "Description", "DisableExecuteApiEndpoint", "CorsConfiguration"))
    api.put("ProtocolType", "HTTP", properties.line)
    yield logical, "AWS::ApiGatewayV2::Api", api
    stage = _taken(properties, ("AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables"))
    stage.put("ApiId", _map(Ref=logical), properties.line)
    name = properties.get("StageName", "$default")
    stage.put("StageName", name, properties.lines.get("StageName", properties.line))
    stage.put("AutoDeploy", True, properties.line)
    suffix = name if isinstance(name, str) and name != "$default" else "ApiGatewayDefault"
    yield f"{logical}{suffix}Stage", "AWS::ApiGatewayV2::Stage", stage


def _table(properties: Map) -> Map:
    made = _taken(properties, TABLE)
    _put_tags(made, properties)
    if "ProvisionedThroughput" not in properties:
        made.put("BillingMode", "PAY_PER_REQUEST", properties.line)
    return made


def _machine(logical: str, properties: Map) -> Iterator[tuple[str, str, Map]]:
    made = Map(properties.line)
    for name, value in properties.items():
        if name in MACHINE:
            made.put(MACHINE[name], value, properties.lines[name])
    if "Role" not in properties:
        made.put("RoleArn", _map(**{"Fn::GetAtt": _seq(f"{logical}Role", "Arn")}), properties.line)
        yield f"{logical}Role", "AWS::IAM::Role", _role(properties, "states.amazonaws.com")
    yield logical, "AWS::StepFunctions::StateMachine", made
