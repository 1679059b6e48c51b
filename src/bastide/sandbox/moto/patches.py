"""What moto does too slowly or knows by fixed lists, changed from outside. Every entry says what it is for.

One idea: each patch is on one function or list of moto, so that it can be dropped when moto no longer needs it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from typing import Any

import boto3
import botocore.session
import moto.core.loaders as _loaders
import moto.core.responses as _core_responses
import moto.core.utils as _core_utils
import moto.iam.models as _iam
import moto.kms.models as _kms
import moto.organizations.models as _organizations
import moto.s3.models as _s3
import xmltodict  # type: ignore[import-untyped]
from botocore.loaders import JSONFileLoader
from moto.core.base_backend import AccountSpecificBackend
from moto.core.common_models import BaseModel
from moto.core.routing import SmithyRule
from moto.core.serialize import XFormedAttributePicker
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.iam.access_control import PermissionResult
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.moto_api._internal import mock_random

from bastide.aws.models import ModelFiles, Models

# ── service models: read as fast as our own clients read them (1.5 s → 0.4 s for the services of a landing zone) ────

_MODELS = Models()
# moto: makes a boto3 session while its EC2 is imported, to ask for the names of Regions.
JSONFileLoader.load_file = ModelFiles.load_file


@cache
def _session() -> Any:
    inner = botocore.session.Session()
    inner.register_component("data_loader", _MODELS)
    return boto3.Session(botocore_session=inner)


AccountSpecificBackend.get_session = _session  # type: ignore[method-assign]
# moto: adds to services' models, and adds no service, but looks through its own folders for some.
_loaders.Loader.list_available_services = lambda _, kind: _MODELS.list_available_services(kind)
vars(_core_utils)["create_loader"] = cache(_loaders.create_loader)


def _no_builder(self: SmithyRule, append_unknown: bool) -> Any:
    return _no_builder


# moto: lets werkzeug compile code that builds URLs, for every operation; it only matches them.
SmithyRule._compile_builder = _no_builder  # type: ignore[assignment,method-assign]

# ── moto's 1,582 AWS managed policies: parsed once, copied per account (1 s → some milliseconds an account) ─────────


@cache
def _managed_policies() -> tuple[Any, ...]:
    mock_random.seed("AWS managed policies")  # their ids, whoever asks first
    data = json.loads(aws_managed_policies_data)
    made = tuple(_iam.AWSManagedPolicy.from_data(name, "aws", "aws", row) for name, row in data.items())
    return tuple(policy for policy in made if policy.arn)  # so that the copies know it


def _arn(policy: Any) -> str:
    return f"arn:{policy.partition}:iam::aws:policy{policy.path}{policy.name}"


# moto: asks all of them for their ARNs whenever a policy is attached.
_remembered_arn = cached_property(_arn)
_remembered_arn.__set_name__(_iam.AWSManagedPolicy, "arn")
_iam.AWSManagedPolicy.arn = _remembered_arn  # type: ignore[assignment]


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
vars(_core_responses)["camelcase_to_underscores"] = cache(camelcase_to_underscores)


def _stamp(headers: dict[str, str]) -> str:
    headers["x-amzn-requestid"] = str(mock_random.uuid4())
    return headers["x-amzn-requestid"]


# moto: draws a request id letter by letter, 52 times.
vars(_core_responses)["gen_amzn_requestid_long"] = _stamp

# ── KMS: no RSA key (0.17 s) behind a symmetric one, and the same key material after a replay ──────────────────────

_plain_private_key = vars(_kms)["generate_private_key"]


def _private_key(key_spec: str) -> Any:
    symmetric = key_spec == "SYMMETRIC_DEFAULT" or key_spec.startswith("HMAC")
    return None if symmetric else _plain_private_key(key_spec)


vars(_kms).update(generate_private_key=_private_key, generate_master_key=lambda: mock_random.randbytes(32))


# ── multipart uploads: a replay has to meet the ids that callers were told ──────────────────────────────────────────


class _SeededOs:
    """``os`` with random bytes from the seeded generator."""

    urandom = staticmethod(mock_random.randbytes)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)


# moto: takes the ids from os.urandom.
vars(_s3)["os"] = _SeededOs()

# ── serializing: where a member's value may be found depends on the shape and the class only ───────────────────────

_plain_possible_keys = XFormedAttributePicker.get_possible_keys
# The shape is kept in the value, so that its id stays its own.
_possible_keys: dict[tuple[str, int, type], tuple[Any, tuple[str, ...]]] = {}
_REMEMBERED = 8192


def _remembered_keys(self: XFormedAttributePicker, context: Any) -> tuple[str, ...]:
    place = (context.key, id(context.shape), type(context.obj))
    if place not in _possible_keys:
        if len(_possible_keys) >= _REMEMBERED:  # moto: makes a shape for every error that it answers
            _possible_keys.clear()
        _possible_keys[place] = (context.shape, tuple(dict.fromkeys(_plain_possible_keys(self, context))))
    return _possible_keys[place][1]


XFormedAttributePicker.get_possible_keys = _remembered_keys  # type: ignore[assignment,method-assign]

# moto: compares every member's path with the end of every path that a service transforms.
Transform = Callable[[Any], Any]
# Dictionary, its length (moto adds to some while it runs) and path → the dictionary and the end that the path has.
_ends: dict[tuple[int, int, str], tuple[dict[str, Transform], str]] = {}


_MISSING = vars(_core_utils)["MISSING"]


def _picked(self: XFormedAttributePicker, context: Any) -> Any:
    for name in self.get_possible_keys(context):
        value = _core_utils.get_value(context.obj, name, _MISSING)
        if value is not _MISSING:
            break
    else:
        value = None
    known = self.response_transformers
    if not known:
        return value
    path = f"{context.key_path}.{context.key}"
    place = (id(known), len(known), path)
    if place not in _ends:
        _ends[place] = (known, next((end for end in known if path.endswith(end)), ""))
    end = _ends[place][1]
    return known[end](value) if end else value


XFormedAttributePicker.__call__ = _picked  # type: ignore[assignment,method-assign]

# xmltodict looks at every letter of every element's name; the names are those of AWS's models.
vars(xmltodict)["_validate_name"] = lru_cache(8192)(vars(xmltodict)["_validate_name"])

# ── S3: moto asks bucket policies itself, without the caller, the conditions or any other policy ─────────────────────


def _asked_already(self: Any, action: str, resource: str) -> PermissionResult:
    return PermissionResult.PERMITTED  # the front has decided


_s3.FakeBucket.get_permission = _asked_already  # type: ignore[method-assign]

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


def extend_service_role_names(names: dict[str, str]) -> None:
    """How services spell themselves in AWSServiceRoleFor…"""
    _iam.SERVICE_NAME_CONVERSION.update(names)
