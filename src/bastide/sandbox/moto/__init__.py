"""The only package that imports moto: the state engine behind the front.

One idea: moto keeps the state of each (service, account, region); everything private of it that the sandbox touches is
here, behind a few functions. It decides nothing about AWS: that is the shims' and the front's.
"""

from __future__ import annotations

import os

# Settings that moto reads while it is imported.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "true")
os.environ.pop("MOTO_ACCOUNT_ID", None)  # would force every request into one account

from moto.core.model import OperationModel, ServiceModel

from bastide.sandbox.moto.clock import (
    finish_default_vpc,
    now,
    random_hex,
    random_text,
    random_uuid,
    request_id,
    seed,
    set_clock,
)
from bastide.sandbox.moto.engine import (
    dispatch,
    implements,
    match,
    parse,
    request_protocol,
    serialize,
    service_model,
    to_request,
)
from bastide.sandbox.moto.patches import extend_policy_types, extend_service_role_names, extend_services
from bastide.sandbox.moto.state import State, backend, backend_dict

__all__ = [
    "OperationModel",
    "ServiceModel",
    "State",
    "backend",
    "backend_dict",
    "dispatch",
    "extend_policy_types",
    "extend_service_role_names",
    "extend_services",
    "finish_default_vpc",
    "implements",
    "match",
    "now",
    "parse",
    "random_hex",
    "random_text",
    "random_uuid",
    "request_id",
    "request_protocol",
    "seed",
    "serialize",
    "service_model",
    "set_clock",
    "to_request",
]
