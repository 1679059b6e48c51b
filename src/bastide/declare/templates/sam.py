"""SAM resources as the resources that SAM makes of them, as far as their security goes.

The one idea: a rewrite of the tree before anything is evaluated, under the logical ids that SAM documents
(``<Function>Role``, ``<Api><Stage>Stage``), so that references to them hold. What is not rewritten is told, never
dropped.

Source: AWS SAM Developer Guide, "Generated CloudFormation resources for AWS SAM", "Globals section".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bastide.declare.templates.sam_events import IMPLICIT, implicit_apis, notify
from bastide.declare.templates.sam_roles import role
from bastide.declare.templates.tree import Map, Seq, is_function, made_map, made_seq

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
CACHE = ("ApiCachingBehavior", "AtRestEncryptionEnabled", "TransitEncryptionEnabled", "Ttl", "Type")
Told = tuple[int, str]  # line, what was not rewritten


def rewrite(resources: Map, shared: Any) -> tuple[Map, list[Told]]:
    """Resources with SAM's rewritten (``shared``: the Globals section), and what was not."""
    made = Map(resources.line)
    told: list[Told] = []
    functions: dict[str, Map] = {}
    for logical, body in resources.items():
        line = resources.lines[logical]
        kind = str(body.get("Type")) if isinstance(body, Map) else ""
        if not kind.startswith(PREFIX):
            made.put(logical, body, line)
            continue
        name = kind.removeprefix(PREFIX)
        functions[logical] = _with_globals(body.get("Properties"), _shared(shared, name))
        found = list(_generated(logical, name, functions[logical]))
        if not found:
            told.append((line, f"{logical}: {kind} is not understood and was not judged"))
        for logical_id, generated_type, own in found:
            made.put(logical_id, _resource(body, generated_type, own, line), line)
    for kind in sorted({kind for properties in functions.values() for kind in implicit_apis(properties)}):
        if IMPLICIT[kind][0] not in made:
            asked = [resources[name].get("Condition") for name, one in functions.items() if kind in implicit_apis(one)]
            _put_implicit(made, kind, _shared(shared, kind), asked)
    for logical, properties in functions.items():
        notify(made, logical, properties, resources[logical].get("Condition"))
    return made, told


def _shared(shared: Any, name: str) -> Any:
    """The Globals of a kind of resources."""
    return shared.get(name) if isinstance(shared, Map) else None


def _put_implicit(made: Map, kind: str, shared: Any, conditions: list[Any]) -> None:
    """The API of events that name none, configured by the Globals of its kind.

    It is made where one of those that ask for it is; ``conditions`` are theirs, None for one that always is.
    """
    own = Map(made.line)
    if kind == "Api":
        own.put("StageName", "Prod", made.line)
    for logical_id, generated_type, properties in _generated(IMPLICIT[kind][0], kind, _with_globals(own, shared)):
        body = Map(made.line)
        if all(one is not None for one in conditions):
            any_of = made_seq(*(made_map(Condition=one) for one in dict.fromkeys(map(str, conditions))))
            body.put("Condition", made_map(**{"Fn::Or": any_of}) if len(any_of) > 1 else str(conditions[0]), made.line)
        made.put(logical_id, _resource(body, generated_type, properties, made.line), made.line)


def _resource(body: Map, kind: str, properties: Map, line: int) -> Map:
    """A generated resource that keeps condition, dependencies and policies of the one it comes from."""
    made = Map(line)
    for key in ("Condition", "DependsOn", "DeletionPolicy"):
        if key in body:
            made.put(key, body[key], body.lines[key])
    made.put("Type", kind, line)
    made.put("Properties", properties, line)
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
        if isinstance(value, Map) and isinstance(base, Map) and not is_function(value) and not is_function(base):
            merged = _with_globals(value, base)
        elif isinstance(value, Seq) and isinstance(base, Seq):
            merged = made_seq()
            for items in (base, value):
                for item, line in zip(items, items.lines, strict=True):
                    merged.add(item, line)
        made.put(key, merged, own.lines[key])
    return made


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
    elif name == "Application":
        yield from _application(logical, properties)
    elif name == "GraphQLApi":
        yield logical, "AWS::AppSync::GraphQLApi", _graph(logical, properties)
        if isinstance(properties.get("Cache"), Map):
            cache = _taken(properties["Cache"], CACHE)
            cache.put("ApiId", made_map(**{"Fn::GetAtt": f"{logical}.ApiId"}), properties.lines["Cache"])
            yield f"{logical}ApiCache", "AWS::AppSync::ApiCache", cache
    elif name == "LayerVersion":
        yield logical, "AWS::Lambda::LayerVersion", _taken(properties, ("LayerName", "LicenseInfo", "Description"))


def _taken(properties: Map, names: tuple[str, ...]) -> Map:
    made = Map(properties.line)
    for name in names:
        if name in properties:
            made.put(name, properties[name], properties.lines[name])
    if isinstance(properties.get("Tags"), Map) and not is_function(properties["Tags"]):
        tags = Seq()
        for key, value in properties["Tags"].items():
            tags.add(made_map(Key=key, Value=value), properties["Tags"].lines[key])
        made.put("Tags", tags, properties.lines["Tags"])
    return made


def _function(logical: str, properties: Map) -> Iterator[tuple[str, str, Map]]:
    made = _taken(properties, FUNCTION)
    for name, target, key in (("Tracing", "TracingConfig", "Mode"), ("DeadLetterQueue", "DeadLetterConfig", "")):
        if name in properties:
            value = properties[name]
            if key:
                made.put(target, made_map(**{key: value}), properties.lines[name])
            elif isinstance(value, Map) and "TargetArn" in value:
                made.put(target, _taken(value, ("TargetArn",)), properties.lines[name])
    _put_tags(made, properties)
    if "Role" not in properties:
        made.put("Role", made_map(**{"Fn::GetAtt": made_seq(f"{logical}Role", "Arn")}), properties.line)
        yield f"{logical}Role", "AWS::IAM::Role", role(properties, "lambda.amazonaws.com", BASIC)
    yield logical, "AWS::Lambda::Function", made
    url = properties.get("FunctionUrlConfig")
    if isinstance(url, Map):
        own = _taken(url, ("AuthType", "Cors", "InvokeMode"))
        own.put("TargetFunctionArn", made_map(Ref=logical), properties.lines["FunctionUrlConfig"])
        yield f"{logical}Url", "AWS::Lambda::Url", own
        if url.get("AuthType") == "NONE":
            yield (
                f"{logical}UrlPublicPermissions",
                "AWS::Lambda::Permission",
                made_map(
                    Action="lambda:InvokeFunctionUrl",
                    FunctionName=made_map(Ref=logical),
                    Principal="*",
                    FunctionUrlAuthType="NONE",
                ),
            )


def _put_tags(made: Map, properties: Map) -> None:
    """Tags, which SAM takes as a mapping; that SAM adds a mark of its own is not counted as tagging."""
    tags = properties.get("Tags")
    if isinstance(tags, Map) and not any(key == "Ref" or key.startswith("Fn::") for key in tags):
        tags = made_seq(*(made_map(Key=key, Value=value) for key, value in tags.items()))
    if tags is not None:
        made.put("Tags", tags, properties.lines["Tags"])


def _api(logical: str, properties: Map) -> Iterator[tuple[str, str, Map]]:
    rest = _taken(properties, ("Name", "EndpointConfiguration", "MinimumCompressionSize", "BinaryMediaTypes", "Mode",
                               "DisableExecuteApiEndpoint", "Description"))  # fmt: skip
    kind = properties.get("EndpointConfiguration")
    if isinstance(kind, str):
        rest.put("EndpointConfiguration", made_map(Types=made_seq(kind)), properties.lines["EndpointConfiguration"])
    elif isinstance(kind, Map) and "Type" in kind:
        rest.put(
            "EndpointConfiguration", made_map(Types=made_seq(kind["Type"])), properties.lines["EndpointConfiguration"]
        )
    yield logical, "AWS::ApiGateway::RestApi", rest
    stage = _taken(properties, STAGE)
    stage.put("RestApiId", made_map(Ref=logical), properties.line)
    name = properties.get("StageName")
    yield f"{logical}{name if isinstance(name, str) else ''}Stage", "AWS::ApiGateway::Stage", stage
    yield from _domain(logical, properties.get("Domain"), properties.lines.get("Domain", properties.line))


def _domain(logical: str, domain: Any, line: int) -> Iterator[tuple[str, str, Map]]:
    """The custom domain name of an API; a regional one unless it is said to be another."""
    if not isinstance(domain, Map):
        return
    made = _taken(domain, ("DomainName", "SecurityPolicy", "MutualTlsAuthentication"))
    kind = domain.get("EndpointConfiguration", "REGIONAL")
    made.put("EndpointConfiguration", made_map(Types=made_seq(kind)), line)
    if "CertificateArn" in domain:
        name = "CertificateArn" if kind == "EDGE" else "RegionalCertificateArn"
        made.put(name, domain["CertificateArn"], domain.lines["CertificateArn"])
    yield f"ApiGatewayDomainName{logical}", "AWS::ApiGateway::DomainName", made


def _http_api(logical: str, properties: Map) -> Iterator[tuple[str, str, Map]]:
    api = _taken(properties, ("Name", "Description", "DisableExecuteApiEndpoint", "CorsConfiguration"))
    api.put("ProtocolType", "HTTP", properties.line)
    yield logical, "AWS::ApiGatewayV2::Api", api
    stage = _taken(properties, ("AccessLogSettings", "DefaultRouteSettings", "RouteSettings", "StageVariables"))
    stage.put("ApiId", made_map(Ref=logical), properties.line)
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
        made.put("RoleArn", made_map(**{"Fn::GetAtt": made_seq(f"{logical}Role", "Arn")}), properties.line)
        yield f"{logical}Role", "AWS::IAM::Role", role(properties, "states.amazonaws.com")
    yield logical, "AWS::StepFunctions::StateMachine", made


def _application(logical: str, properties: Map) -> Iterator[tuple[str, str, Map]]:
    """An application in a local file is a nested stack; one of the Serverless Application Repository is not here."""
    location = properties.get("Location")
    if isinstance(location, str):
        made = _taken(properties, ("Parameters", "NotificationARNs", "TimeoutInMinutes"))
        made.put("TemplateURL", location, properties.lines["Location"])
        yield logical, "AWS::CloudFormation::Stack", made


def _graph(logical: str, properties: Map) -> Map:
    """A GraphQL API; SAM logs everything unless it is told not to."""
    made = _taken(properties, ("Name", "Visibility", "OwnerContact", "IntrospectionConfig", "QueryDepthLimit",
                               "ResolverCountLimit"))  # fmt: skip
    if "Name" not in made:
        made.put("Name", logical, properties.line)
    made.put("XrayEnabled", properties.get("XrayEnabled", False), properties.lines.get("XrayEnabled", properties.line))
    auth, line = properties.get("Auth"), properties.lines.get("Auth", properties.line)
    if isinstance(auth, Map):
        made.put("AuthenticationType", auth.get("Type"), auth.lines.get("Type", line))
        others = Seq(line)
        for one in auth["Additional"] if isinstance(auth.get("Additional"), Seq) else ():
            if isinstance(one, Map):
                others.add(made_map(AuthenticationType=one.get("Type")), one.line)
        if others:
            made.put("AdditionalAuthenticationProviders", others, line)
    logging = properties.get("Logging")
    if logging is not False:
        taken = (
            _taken(logging, ("ExcludeVerboseContent", "CloudWatchLogsRoleArn")) if isinstance(logging, Map) else Map()
        )
        level = logging.get("FieldLogLevel", "ALL") if isinstance(logging, Map) else "ALL"
        taken.put("FieldLogLevel", level, properties.lines.get("Logging", properties.line))
        made.put("LogConfig", taken, properties.lines.get("Logging", properties.line))
    return made
