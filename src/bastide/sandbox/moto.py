"""The only module that imports moto: the state engine behind the front.

One idea: moto keeps the state of each (service, account, region); everything private of it that the sandbox touches is
here, behind a few functions. moto's globals are swapped so that several sandboxes can live in one process.
It decides nothing about AWS: that is the shims' and the front's.
"""

from __future__ import annotations

import datetime as datetime_module
import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any, cast

# Settings that moto reads while it is imported.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "true")
os.environ.pop("MOTO_ACCOUNT_ID", None)  # would force every request into one account

import moto.backends as _backends
import moto.core.responses as _core_responses
import moto.core.utils as _core_utils
import moto.iam.models as _iam
import moto.kms.models as _kms
import moto.organizations.models as _organizations
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.core.common_models import BaseModel
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.responses import BaseResponse
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, XFormedAttributePicker, get_serializer_class
from moto.core.utils import camelcase_to_underscores, get_service_model, method_names_from_class
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.moto_api._internal import mock_random
from werkzeug.exceptions import HTTPException, NotFound

from bastide.sandbox.wire import HttpRequest, HttpResponse

__all__ = [
    "OperationModel",
    "ServiceModel",
    "State",
    "backend",
    "dispatch",
    "implements",
    "match",
    "parse",
    "serialize",
]

# ── determinism: ids, keys and times come from the journal's sequence number and time ──────────────────────────────


class _Clock:
    """The time that moto sees: the current request's, so that a replay gives the same creation dates."""

    now: datetime | None = None


def _utcnow() -> Any:
    return _sandbox_now()


def _sandbox_now() -> datetime:
    return (_Clock.now or datetime.now(UTC)).replace(tzinfo=None)


class _SandboxDatetimeType(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class _SandboxDatetime(datetime, metaclass=_SandboxDatetimeType):
    """`datetime` for moto's modules: only its idea of now differs."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return (_Clock.now or datetime.now(UTC)).astimezone(tz) if tz else _sandbox_now()

    @classmethod
    def utcnow(cls) -> datetime:  # type: ignore[override]
        return _sandbox_now()


class _SandboxDatetimeModule:
    """The `datetime` module for moto's modules."""

    datetime = _SandboxDatetime

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime_module, name)


@cache
def _set_clock_of(package: str) -> None:
    """Let the modules of a moto package ask the sandbox for the time."""
    for name, module in list(sys.modules.items()):
        if name.startswith(f"moto.{package}.") and module is not None:
            found = vars(module).get("datetime")
            if found is datetime:
                vars(module)["datetime"] = _SandboxDatetime
            elif found is datetime_module:
                vars(module)["datetime"] = _SandboxDatetimeModule()


# moto: `utcnow` is imported by name all over; replacing its code reaches every importer.
_core_utils.__dict__["_sandbox_now"] = _sandbox_now
_core_utils.utcnow.__code__ = _utcnow.__code__


def seed(value: str, at: datetime) -> None:
    """Make the ids and times of the next request a function of `value` and `at`."""
    mock_random.seed(value)
    _Clock.now = at


_plain_getitem = AccountSpecificBackend.__getitem__


def _seeded_getitem(self: Any, region: str) -> Any:
    """A backend's first look fills it (default VPC, …): seed by its key, so that who looked first does not matter."""
    if dict.__contains__(self, "aws" if region == "global" else region):
        return _plain_getitem(self, region)
    kept = mock_random.getstate()
    mock_random.seed(f"{self.service_name}/{self.account_id}/{region}")
    try:
        made = _plain_getitem(self, region)
        if self.service_name == "ec2":
            _finish_default_vpc(made)
        return made
    finally:
        mock_random.setstate(kept)


def _finish_default_vpc(backend: Any) -> None:
    """moto: the default VPC lacks its internet gateway and the route to it."""
    for vpc in [found for found in backend.vpcs.values() if found.is_default]:
        gateway = backend.create_internet_gateway()
        backend.attach_internet_gateway(gateway.id, vpc.id)
        main = next(table for table in backend.route_tables.values() if table.vpc_id == vpc.id)
        backend.create_route(main.id, "0.0.0.0/0", None, gateway_id=gateway.id)


AccountSpecificBackend.__getitem__ = _seeded_getitem  # type: ignore[method-assign]

# ── moto's 1,582 AWS managed policies: parsed once, copied per account (1 s → some milliseconds an account) ─────────


@cache
def _managed_policies() -> tuple[Any, ...]:
    mock_random.seed("AWS managed policies")  # their ids, whoever asks first
    data = json.loads(aws_managed_policies_data)
    return tuple(_iam.AWSManagedPolicy.from_data(name, "aws", "aws", row) for name, row in data.items())


def _copied_managed_policies(self: Any) -> list[Any]:
    return [_copy(policy) for policy in _managed_policies()]


def _copy(policy: Any) -> Any:
    made = object.__new__(type(policy))
    vars(made).update(vars(policy))
    return made


_iam.IAMBackend._init_aws_policies = _copied_managed_policies  # type: ignore[method-assign]


def _new(cls: type, *_: Any, **__: Any) -> Any:
    return object.__new__(cls)


# moto: keeps every object that it ever made, for a dashboard.
BaseModel.__new__ = _new  # type: ignore[method-assign]

# moto: lists a class's methods by reflection on every request (9 % of a GetRole).
vars(_core_responses)["method_names_from_class"] = cache(method_names_from_class)

# ── KMS: no RSA key (0.17 s) behind a symmetric one, and the same key material after a replay ──────────────────────

_plain_private_key = vars(_kms)["generate_private_key"]


def _private_key(key_spec: str) -> Any:
    symmetric = key_spec == "SYMMETRIC_DEFAULT" or key_spec.startswith("HMAC")
    return None if symmetric else _plain_private_key(key_spec)


vars(_kms).update(generate_private_key=_private_key, generate_master_key=lambda: mock_random.randbytes(32))

# ── serializing: where a member's value may be found depends on the shape and the class only ───────────────────────

_plain_possible_keys = XFormedAttributePicker.get_possible_keys
# The shape is kept in the value, so that its id stays its own.
_possible_keys: dict[tuple[str, int, type], tuple[Any, tuple[str, ...]]] = {}


def _remembered_keys(self: XFormedAttributePicker, context: Any) -> tuple[str, ...]:
    place = (context.key, id(context.shape), type(context.obj))
    if place not in _possible_keys:
        _possible_keys[place] = (context.shape, tuple(dict.fromkeys(_plain_possible_keys(self, context))))
    return _possible_keys[place][1]


XFormedAttributePicker.get_possible_keys = _remembered_keys  # type: ignore[assignment,method-assign]

# ── several organizations in one process ───────────────────────────────────────────────────────────────────────────


_instances: list[Any] = vars(BackendDict)["_instances"]


class State:
    """All of moto's state of one sandbox; `activate` swaps it in. Call under the front's lock."""

    active: State | None = None

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[dict[Any, Any], dict[str, Any]]] = {}

    def activate(self) -> None:
        """Make this state the one that moto works on."""
        if State.active is self:
            return
        if State.active is not None:
            State.active._put_away()
        for backends, (accounts, extras) in self._kept.items():
            dict.update(backends, accounts)
            for name, value in extras.items():
                getattr(backends, name).update(value)
            if backends not in _instances:
                _instances.append(backends)
        self._kept = {}
        State.active = self

    def _put_away(self) -> None:
        for backends in list(_instances):
            # moto: S3 and Organizations keep maps beside the backends (bucket owners, management accounts).
            extras = {name: getattr(backends, name) for name in _EXTRAS if hasattr(backends, name)}
            self._kept[backends] = (dict(backends), {name: dict(value) for name, value in extras.items()})
            backends.clear()
            for value in extras.values():
                value.clear()

    def clear(self) -> None:
        """Forget everything: an empty management account again."""
        self.activate()
        self._put_away()
        self._kept = {}
        State.active = None


_EXTRAS = ("bucket_accounts", "master_accounts")


def backend(service: str, account: str, region: str) -> Any:
    """moto's state of a service in an account and Region (global services: `aws`)."""
    return _backend_dict(service)[account][region]


@cache
def _backend_dict(service: str) -> Any:
    found = _backends.get_backend(cast(Any, service))
    _set_clock_of(_package(service) or service)
    return found


# ── operations: which, with which parameters, answered by whom ──────────────────────────────────────────────────────


def service_model(service: str) -> ServiceModel:
    """botocore's model of the service, in moto's classes. Raises botocore's UnknownServiceError."""
    return get_service_model(service)


def to_request(request: HttpRequest, account: str) -> Request:
    """The request as moto takes it, bound to the account."""
    headers = [*request.headers, ("x-moto-account-id", account)]
    return Request.from_primitives(request.method, request.url, dict(headers), request.body)


def match(service: str, request: Request) -> tuple[str, dict[str, Any]] | None:
    """(operation, parameters in the path and host), or None when the service has no such operation."""
    try:
        operation, labels = get_service_router(service).match(request)
    except (NotFound, NotImplementedError):
        return None
    return operation.name, labels


def parse(operation: OperationModel, request: Request, labels: Mapping[str, Any]) -> dict[str, Any]:
    """The request's parameters in botocore's member names."""
    protocol = determine_request_protocol(operation.service_model, request.content_type)
    parser = PROTOCOL_PARSERS[protocol](operation, map_type=dict)
    return dict(
        parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": dict(labels),
            }
        )
    )


def request_protocol(model: ServiceModel, content_type: str) -> str:
    """The protocol that this request speaks: json, query, ec2, rest-json or rest-xml."""
    try:
        return determine_request_protocol(model, content_type)
    except NotImplementedError:
        return str(model.protocol)


def serialize(operation: OperationModel, protocol: str, result: Mapping[str, Any], request_id: str) -> HttpResponse:
    """The answer on the wire, from a mapping in botocore's member names."""
    serializer = get_serializer_class(operation.service_model.service_name, protocol)
    answer = serializer(operation_model=operation, context=SerializationContext(request_id=request_id)).serialize(
        dict(result)
    )
    body = answer["body"]
    headers = {str(key): str(value) for key, value in answer["headers"].items()}
    headers.setdefault("x-amzn-requestid", request_id)
    return HttpResponse(answer["status_code"], headers, body.encode() if isinstance(body, str) else body, dict(result))


@cache
def _package(service: str) -> str | None:
    name = service.replace("-", "")
    name = _backends.ALT_SERVICE_NAMES.get(name, name)
    return name if name in _moto_packages() else None


@cache
def _moto_packages() -> frozenset[str]:
    return frozenset(_backends.list_of_moto_modules())


Route = tuple[re.Pattern[str], Callable[..., Any]]


@cache
def _routes(service: str) -> tuple[Route, ...]:
    package = _package(service)
    if package is None:
        return ()
    try:
        urls = import_module(f"moto.{package}.urls")
    except ImportError:  # needs an optional dependency of moto that is not installed
        return ()
    _set_clock_of(package)
    paths = urls.url_paths.items()
    return tuple((re.compile(path.format(base)), target) for base in urls.url_bases for path, target in paths)


@cache
def _methods(service: str) -> frozenset[str]:
    """The operations that moto's response classes of the service have a method for, in snake_case."""
    if not _routes(service):
        return frozenset()
    module = import_module(f"moto.{_package(service)}.responses")
    classes = [found for found in vars(module).values() if isinstance(found, type) and issubclass(found, BaseResponse)]
    return frozenset(name for found in classes for name in method_names_from_class(found))


# moto: S3 answers these inside its dispatch methods.
_S3_INLINE = frozenset(
    f"{verb}{noun}"
    for verb, nouns in {
        "Complete": "MultipartUpload",
        "Create": "Bucket MultipartUpload",
        "Delete": "Objects",
        "Get": "BucketLifecycleConfiguration BucketNotificationConfiguration BucketTagging",
        "List": "Buckets",
        "PutBucket": "AccelerateConfiguration Acl Cors Encryption InventoryConfiguration LifecycleConfiguration Logging"
        " NotificationConfiguration OwnershipControls Policy Replication Tagging Versioning Website",
        "Put": "ObjectLockConfiguration PublicAccessBlock",
        "Restore": "Object",
        "Select": "ObjectContent",
    }.items()
    for noun in nouns.split()
)


def implements(service: str, operation: str) -> bool:
    """Whether moto has code for the operation (it may still be wrong: that is what shims are for)."""
    inline = service == "s3" and operation in _S3_INLINE
    return inline or camelcase_to_underscores(operation) in _methods(service)


def dispatch(service: str, request: Request) -> HttpResponse | None:
    """moto's answer; None when no route of the service takes the request.

    Raises NotImplementedError, and whatever moto's code raises when it crashes.
    """
    url = f"{request.scheme}://{request.host}{request.raw_path}"
    target = next((target for pattern, target in _routes(service) if pattern.match(url)), None)
    if target is None:
        return None
    try:
        status, headers, body = target(request, request.raw_url, request.headers)
    except HTTPException as refused:
        status, headers, body = refused.code or 400, dict(refused.get_headers()), refused.get_body()
    plain = {str(key): str(value) for key, value in dict(headers).items()}
    return HttpResponse(int(status), plain, body.encode() if isinstance(body, str) else bytes(body or b""))


def set_clock(at: datetime) -> None:
    """The time that moto sees from now on."""
    _Clock.now = at


def request_id() -> str:
    """A fresh request id, from the seeded generator."""
    return str(mock_random.uuid4())


def backend_dict(service: str) -> Any:
    """moto's backends of a service, by account."""
    return _backend_dict(service)


def now() -> datetime:
    """The current request's time (aware UTC)."""
    return _Clock.now or datetime.now(UTC)


def random_hex(length: int) -> str:
    """Hexadecimal digits from the seeded generator."""
    return "".join(mock_random.choice("0123456789abcdef") for _ in range(length))


# ── Organizations: what moto knows by fixed lists ───────────────────────────────────────────────────────────────────

_plain_policy_init = _organizations.FakePolicy.__init__
_ARN_KNOWN = ("AISERVICES_OPT_OUT_POLICY", "RESOURCE_CONTROL_POLICY", "SERVICE_CONTROL_POLICY", "TAG_POLICY")


def _policy_init(self: Any, organization: Any, **fields: Any) -> None:
    wanted = fields.get("Type", "")
    if wanted in _ARN_KNOWN:
        _plain_policy_init(self, organization, **fields)
        return
    _plain_policy_init(self, organization, **{**fields, "Type": "TAG_POLICY"})
    self.type = wanted
    self._arn_format = self._arn_format.replace("tag_policy", wanted.lower())


def extend_policy_types(types: tuple[str, ...]) -> None:
    """Let moto accept these policy types. moto: rejects ten of the fifteen."""
    _organizations.FakeRoot.SUPPORTED_POLICY_TYPES = list(types)
    _organizations.FakePolicy.SUPPORTED_POLICY_TYPES = list(types)
    _organizations.FakePolicy.__init__ = _policy_init  # type: ignore[method-assign]


def extend_services(trusted: tuple[str, ...], delegable: tuple[str, ...]) -> None:
    """Let moto accept these service principals."""
    _organizations.FakeServiceAccess.TRUSTED_SERVICES = list(trusted)
    _organizations.FakeDelegatedAdministrator.SUPPORTED_SERVICES = list(delegable)


def random_uuid() -> str:
    """A UUID from the seeded generator."""
    return str(mock_random.uuid4())


def extend_service_role_names(names: dict[str, str]) -> None:
    """How services spell themselves in AWSServiceRoleFor…"""
    _iam.SERVICE_NAME_CONVERSION.update(names)
