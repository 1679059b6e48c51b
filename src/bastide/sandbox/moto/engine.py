"""Operations: which one a request is, with which parameters, and moto's answer.

One idea: moto has routers, parsers and serializers for every protocol; they are used as they are, without
its web server.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    Request,
    determine_request_protocol,
    environ_key_for_header,
    should_preserve_original_header_name,
)
from moto.core.responses import BaseResponse
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import camelcase_to_underscores, get_service_model, method_names_from_class
from werkzeug.exceptions import HTTPException, NotFound

from bastide.sandbox.moto.clock import set_clock_of
from bastide.sandbox.moto.state import package_of
from bastide.sandbox.wire import HttpRequest, HttpResponse


def service_model(service: str) -> ServiceModel:
    """botocore's model of the service, in moto's classes. Raises botocore's UnknownServiceError."""
    return get_service_model(service)


def to_request(request: HttpRequest, account: str) -> Request:
    """The request as moto takes it, bound to the account: what moto's own ``from_primitives`` makes, in a third."""
    parts = urlsplit(request.url)
    path = parts.path or "/"
    raw = path.encode().decode("latin1")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path).encode().decode("latin1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": raw,
        "RAW_URI": raw,
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "HTTP_HOST": parts.netloc,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    headers = {**dict(request.headers), "x-moto-account-id": account}
    headers = {key: value for key, value in headers.items() if key.lower() != "transfer-encoding"}
    environ |= {environ_key_for_header(key): value for key, value in headers.items()}
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {
        environ_key_for_header(key): key for key in headers if should_preserve_original_header_name(key)
    }
    return Request(environ)


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


Route = tuple[re.Pattern[str], Callable[..., Any]]


@cache
def _routes(service: str) -> tuple[Route, ...]:
    package = package_of(service)
    if package is None:
        return ()
    try:
        urls = import_module(f"moto.{package}.urls")
    except ImportError:  # needs an optional dependency of moto that is not installed
        return ()
    set_clock_of(package)
    paths = urls.url_paths.items()
    return tuple((re.compile(path.format(base)), target) for base in urls.url_bases for path, target in paths)


@cache
def _methods(service: str) -> frozenset[str]:
    """The operations that moto's response classes of the service have a method for, in snake_case."""
    if not _routes(service):
        return frozenset()
    try:
        module = import_module(f"moto.{package_of(service)}.responses")
    except ModuleNotFoundError:  # moto: Elasticsearch is answered by the classes of OpenSearch, which its routes import
        module = import_module(f"moto.{package_of(service)}.urls")
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


@cache
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
