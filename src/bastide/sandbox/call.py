"""One call of an AWS operation on its way through the front, as shims see it.

One idea: a shim asks AWS-shaped questions (`params`, `forward`, `invoke`) and keeps its own state in `store`; bytes
stay in `wire` and `moto`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from bastide.sandbox import moto
from bastide.sandbox.principal import Principal
from bastide.sandbox.resolve import Scope, address
from bastide.sandbox.wire import AwsError, HttpRequest, HttpResponse, RefusedByEngine

if TYPE_CHECKING:
    from bastide.sandbox.sessions import Sessions

Store = dict[str, Any]


class Switchboard(Protocol):
    """What a call needs of the front: the shims' state, and other operations."""

    management_account: str
    # The audit trail: `trail.audit.Audit`, which itself looks at calls.
    audit: Any
    sessions: Sessions

    def store(self, service: str, account: str, region: str) -> Store:
        """The shims' state for a key; empty at first."""

    def stores(self, service: str, account: str) -> list[Store]:
        """The shims' state of an account in all Regions that have any."""

    def invoke(
        self, service: str, operation: str, params: Mapping[str, Any], account: str, region: str, cause: Call
    ) -> dict[str, Any]:
        """Another operation's answer."""

    def act(self, request: HttpRequest, principal: Principal, cause: Call, by: str, *, forwards: bool) -> HttpResponse:
        """The answer to a request that a service makes in somebody's name while it answers `cause`."""


@dataclass
class Call:
    """An operation of a service, by a principal, in an account and Region."""

    front: Switchboard
    service: str
    operation: str
    region: str
    account: str
    principal: Principal
    request: HttpRequest
    engine_request: Any = field(repr=False)
    labels: Mapping[str, Any] = field(default_factory=dict)
    internal: bool = False
    # The sandbox's time of the request (aware UTC), not the machine's: see `clock`.
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    # `https` as on AWS, or `http` when the request came to the local server.
    transport: str = "https"
    # The number of the call's entry in the journal; 0 for what is not journaled.
    sequence: int = 0
    # What authorization decided; None for calls that AWS makes itself.
    judgement: Any = None
    # The rule of faults on demand that befalls the call.
    fault: Any = None
    # The AWS service that makes the call in the principal's name (`cloudformation.amazonaws.com`), and whether it uses
    # the principal's own permissions for it (a forward access session), not a role that it was given.
    by: str = ""
    forwarded_access: bool = False

    @cached_property
    def model(self) -> moto.OperationModel:
        """botocore's model of the operation."""
        found: moto.OperationModel = moto.service_model(self.service).operation_model(self.operation)
        return found

    @cached_property
    def params(self) -> dict[str, Any]:
        """The request's parameters in botocore's member names."""
        return moto.parse(self.model, self.engine_request, self.labels)

    @property
    def protocol(self) -> str:
        """json, query, ec2, rest-json or rest-xml."""
        return moto.request_protocol(self.model.service_model, self.request.header("content-type"))

    @property
    def store(self) -> Store:
        """What the shims of this service remember for this account and Region."""
        return self.front.store(self.service, self.account, self.region)

    def store_of(self, account: str, region: str = "") -> Store:
        """What the shims of this service remember for another account, in this Region unless another is named."""
        return self.front.store(self.service, account, region or self.region)

    @property
    def account_store(self) -> Store:
        """What the shims of this service remember for this account in all Regions."""
        return self.front.store(self.service, self.account, "")

    @property
    def organization_store(self) -> Store:
        """What the shims of this service remember for the whole organization."""
        return self.front.store(self.service, "", "")

    def forward(self, params: Mapping[str, Any] | None = None) -> HttpResponse:
        """moto's answer to this call, or to the same operation with other `params`. Raises when moto refuses."""
        if params is not None:
            again = (self.service, self.operation, params, self.account, self.region, self.principal)
            return internal_call(self.front, *again).forward()
        if not moto.implements(self.service, self.operation):
            raise self.not_implemented()
        try:
            response = moto.dispatch(self.service, self.engine_request)
        except NotImplementedError as missing:
            raise self.not_implemented() from missing
        if response is None or response.body[:15].lower() == b"<!doctype html>":
            raise self.not_implemented()
        if response.status >= 300:
            raise RefusedByEngine(response)
        return response

    def result(self, response: HttpResponse) -> dict[str, Any]:
        """The response's members, as boto3 would give them to its caller."""
        if response.payload is not None:
            return dict(response.payload)
        parsed = self._parsed(response)
        parsed.pop("ResponseMetadata", None)
        return parsed

    def error(self, response: HttpResponse) -> AwsError:
        """The error that a refusal of moto's says."""
        error = self._parsed(response).get("Error", {})
        return AwsError(error.get("Code", "InternalFailure"), error.get("Message", ""), response.status)

    def _parsed(self, response: HttpResponse) -> dict[str, Any]:
        message = {"body": response.body, "headers": HeadersDict(response.headers), "status_code": response.status}
        parsed: dict[str, Any] = _parser(self.protocol).parse(message, self.model.output_shape)
        return parsed

    def invoke_engine(self) -> HttpResponse:
        """As `forward`, but a refusal is an AwsError that can be looked at."""
        try:
            return self.forward()
        except RefusedByEngine as refused:
            raise self.error(refused.response) from refused

    def forwarded(self, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """moto's answer as members: `result(forward(params))`."""
        return self.result(self.forward(params))

    def invoke(
        self,
        operation: str,
        params: Mapping[str, Any] | None = None,
        *,
        service: str = "",
        account: str = "",
        region: str = "",
    ) -> dict[str, Any]:
        """Another operation's answer, shims included, on behalf of AWS itself (never authorized, never recorded).

        Raises AwsError when it is refused.
        """
        return self.front.invoke(
            service or self.service, operation, params or {}, account or self.account, region or self.region, self
        )

    def as_service(self, service: str, account: str, region: str) -> Call:
        """The call as another service's shims see it, in an account and Region: effects of one service on another."""
        return replace(self, service=service, account=account, region=region, internal=True)

    def not_implemented(self) -> AwsError:
        """The error for an operation that is neither moto's nor a shim's."""
        message = f"{self.service}:{self.operation} is not implemented in the sandbox (see: bastide sandbox coverage)"
        # 501, as botocore retries 500 and a second try would answer the same.
        return AwsError("NotImplementedInSandbox", message, 501)


def call_of(front: Switchboard, request: HttpRequest, scope: Scope, principal: Principal) -> Call:
    """The call that a principal's request is. Raises AwsError when no operation of the service has such a request."""
    model = moto.service_model(scope.service)
    request = address(request, scope.service, model.endpoint_prefix, scope.region, principal.account)
    engine_request = moto.to_request(request, principal.account)
    found = moto.match(scope.service, engine_request)
    if found is None:
        text = f"{request.method} {request.url} is no operation of {scope.service} that the sandbox knows"
        raise AwsError("NotImplementedInSandbox", text, 501)
    operation, labels = found
    return Call(
        front, scope.service, operation, scope.region, principal.account, principal, request, engine_request, labels
    )


def internal_call(
    front: Switchboard,
    service: str,
    operation: str,
    params: Mapping[str, Any],
    account: str,
    region: str,
    principal: Principal,
) -> Call:
    """An operation that the sandbox itself asks for, in an account and Region; nobody sent a request."""
    model = moto.service_model(service)
    request = render_request(model.operation_model(operation), params, region, account)
    if service == "sqs":  # moto: reads SQS's Region from the signature, never from the host
        scope = f"AWS4-HMAC-SHA256 Credential=internal/19700101/{region}/sqs/aws4_request"
        request = replace(request, headers=(*request.headers, ("Authorization", scope)))
    request = address(request, service, model.endpoint_prefix, region, account)
    engine_request = moto.to_request(request, account)
    found = moto.match(service, engine_request)
    labels = found[1] if found else {}
    return Call(front, service, operation, region, account, principal, request, engine_request, labels, internal=True)


@cache
def _parser(protocol: str) -> Any:
    return create_parser(protocol)


@cache
def _serializer(protocol: str) -> Any:
    return create_serializer(protocol, include_validation=False)


def render_request(model: moto.OperationModel, params: Mapping[str, Any], region: str, account: str) -> HttpRequest:
    """The request that botocore would send, without a signature."""
    service = model.service_model
    made = _serializer(str(service.protocol)).serialize_to_request(dict(params), model)
    body = made["body"]
    if isinstance(body, dict):
        body = urlencode(body, doseq=True)
    host = f"{service.endpoint_prefix}.{region}.amazonaws.com"
    query = urlencode(made["query_string"], doseq=True) if made["query_string"] else ""
    path, _, fixed = made["url_path"].partition("?")
    query = "&".join(part for part in (fixed, query) if part)
    headers = dict(made["headers"])
    if isinstance(made["body"], dict):
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    return HttpRequest(
        made["method"],
        f"https://{host}{path}" + (f"?{query}" if query else ""),
        tuple((str(key), str(value)) for key, value in headers.items()),
        body.encode() if isinstance(body, str) else bytes(body or b""),
    )
