"""ARNs that a request does not spell: roles with paths, aliases of keys, secrets, trails, ids of the organization.

One idea: one function a resource type, `(call, value) → ARN`, or None when the sandbox has no such resource; the caller
then makes one from the template. It reads moto's state and changes nothing.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call

Lookup = Callable[[Call, str], str | None]
LOOKUPS: dict[tuple[str, str], Lookup] = {}


def lookup(service: str, *kinds: str) -> Callable[[Lookup], Lookup]:
    """Register the function for resource types of an IAM prefix."""

    def register(function: Lookup) -> Lookup:
        LOOKUPS.update(dict.fromkeys([(service, kind) for kind in kinds], function))
        return function

    return register


def _first(values: Iterable[Any], name: str, wanted: str) -> Any:
    return next((value for value in values if getattr(value, name, None) == wanted), None)


def _iam(call: Call) -> Any:
    return moto.backend("iam", call.account, "aws")


def _path(call: Call) -> str:
    return str(call.params.get("Path") or "/")


@lookup("iam", "role")
def role_arn(call: Call, value: str) -> str | None:
    """The role with its path; a new one's from the request's path, a service's from its principal."""
    if call.operation == "CreateServiceLinkedRole":
        return f"arn:aws:iam::{call.account}:role/aws-service-role/{value}/AWSServiceRoleFor*"
    found = _first(_iam(call).roles.values(), "name", value)
    return str(found.arn) if found else f"arn:aws:iam::{call.account}:role{_path(call)}{value}"


@lookup("iam", "user")
def user_arn(call: Call, value: str) -> str | None:
    """The user with its path."""
    found = _iam(call).users.get(value)
    return str(found.arn) if found else f"arn:aws:iam::{call.account}:user{_path(call)}{value}"


@lookup("iam", "group")
def group_arn(call: Call, value: str) -> str | None:
    """The group with its path."""
    found = _iam(call).groups.get(value)
    return str(found.arn) if found else f"arn:aws:iam::{call.account}:group{_path(call)}{value}"


@lookup("iam", "policy")
def policy_arn(call: Call, value: str) -> str | None:
    """A new policy, with the request's path."""
    return f"arn:aws:iam::{call.account}:policy{_path(call)}{value}"


@lookup("iam", "instance-profile")
def instance_profile_arn(call: Call, value: str) -> str | None:
    """The instance profile with its path."""
    found = _first(_iam(call).instance_profiles.values(), "name", value)
    return str(found.arn) if found else f"arn:aws:iam::{call.account}:instance-profile{_path(call)}{value}"


@lookup("iam", "oidc-provider")
def oidc_arn(call: Call, value: str) -> str | None:
    """A provider from its URL."""
    return f"arn:aws:iam::{call.account}:oidc-provider/{value.removeprefix('https://')}"


@lookup("kms", "key")
def key_arn(call: Call, value: str) -> str | None:
    """The key behind an id, an alias or an alias's ARN."""
    return find_key_arn(value, call.account, call.region)


def find_key_arn(value: str, account: str, region: str) -> str | None:
    """The ARN of the key behind an id, ARN or alias in an account; None when there is none."""
    if value.startswith("arn:"):
        parts = value.split(":", 5)
        if len(parts) < 6 or parts[5].startswith("key/"):
            return value
        region, account, value = parts[3], parts[4], parts[5]
    backend = moto.backend("kms", account, region)
    # moto: asked for an alias that nobody made, it takes None for the key's id and falls over.
    named = backend.get_key_id_from_alias(value) if value.startswith("alias/") else value
    found = backend.keys.get(backend.any_id_to_key_id(named)) if named else None
    return str(found.arn) if found else None


def key_of_ciphertext(blob: Any) -> str:
    """The id of the key that the sandbox encrypted with: its ciphertexts begin with it."""
    raw = blob if isinstance(blob, bytes) else str(blob).encode()
    if not re.match(rb"(mrk-|[0-9a-f]{8}-)", raw):
        try:
            raw = base64.b64decode(raw)
        except ValueError:
            return ""
    return raw[:36].decode("ascii", "replace")


@lookup("secretsmanager", "secret")
def secret_arn(call: Call, value: str) -> str | None:
    """The secret with the six characters that AWS appends; a new one's are not known yet."""
    found = None
    if call.operation != "CreateSecret":
        secrets = moto.backend("secretsmanager", call.account, call.region).secrets
        found = next((one for one in dict.values(secrets) if value in (one.name, one.arn)), None)
    tail = "" if re.search(r"-[A-Za-z0-9]{6}$", value) and found is None and value.startswith("arn:") else "-??????"
    return str(found.arn) if found else f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:{value}{tail}"


@lookup("cloudtrail", "trail")
def trail_arn(call: Call, value: str) -> str | None:
    """The trail in its home Region."""
    regions = moto.backend_dict("cloudtrail")[call.account]
    for region in [call.region, *list(regions)]:
        trail = regions[region].trails.get(value) if region in regions else None
        if trail is not None:
            return str(trail.arn)
    return None


@lookup("config", "configrule")
def rule_arn(call: Call, value: str) -> str | None:
    """The rule with its id."""
    found = moto.backend("config", call.account, call.region).config_rules.get(value)
    return str(found.config_rule_arn) if found else f"arn:aws:config:{call.region}:{call.account}:config-rule/*"


@lookup("config", "configurationaggregator")
def aggregator_arn(call: Call, value: str) -> str | None:
    """The aggregator with its id."""
    found = moto.backend("config", call.account, call.region).config_aggregators.get(value)
    made = f"arn:aws:config:{call.region}:{call.account}:config-aggregator/*"
    return str(found.configuration_aggregator_arn) if found else made


@lookup("config", "configurationrecorder")
def recorder_arn(call: Call, value: str) -> str | None:
    """The recorder by its name; its id is AWS's and no request knows it."""
    return f"arn:aws:config:{call.region}:{call.account}:configuration-recorder/{value}/*"


@lookup("ec2", "launch-template")
def launch_template_arn(call: Call, value: str) -> str | None:
    """The template by id or name."""
    templates = moto.backend("ec2", call.account, call.region).launch_templates
    found = value if value in templates else next((key for key, one in templates.items() if one.name == value), "*")
    return f"arn:aws:ec2:{call.region}:{call.account}:launch-template/{found}"


@lookup("lambda", "function")
def function_arn(call: Call, value: str) -> str | None:
    """The function by name, partial ARN (`account:function:name`) or name with its qualifier."""
    if value.startswith("arn:"):
        return value
    account, _, name = value.rpartition(":function:")
    qualifier = call.params.get("Qualifier") or ""
    tail = f":{qualifier}" if qualifier and qualifier != "$LATEST" and ":" not in (name or value) else ""
    return f"arn:aws:lambda:{call.region}:{account or call.account}:function:{name or value}{tail}"


@lookup("sqs", "queue")
def queue_arn(call: Call, value: str) -> str | None:
    """The queue behind an address or a name."""
    if "/" not in value:
        return f"arn:aws:sqs:{call.region}:{call.account}:{value}"
    account, name = value.rstrip("/").split("/")[-2:]
    return f"arn:aws:sqs:{call.region}:{account}:{name}"


@lookup("sns", "topic")
def topic_arn(call: Call, value: str) -> str | None:
    """The topic behind its own or a subscription's ARN, or a name."""
    if not value.startswith("arn:"):
        return f"arn:aws:sns:{call.region}:{call.account}:{value}"
    return ":".join(value.split(":")[:6])


@lookup("logs", "log-group")
def log_group_arn(call: Call, value: str) -> str | None:
    """The group, written as CloudWatch Logs asks for it: with what lies in it, save where it is tagged.

    Source: CloudWatch Logs User Guide, "Overview of managing access permissions", Log group ARN formats.
    """
    tagging = call.operation in ("TagResource", "UntagResource", "ListTagsForResource")
    arn = value if value.startswith("arn:") else f"arn:aws:logs:{call.region}:{call.account}:log-group:{value}"
    arn = arn.removesuffix(":*")
    return arn if tagging else f"{arn}:log-stream:"


@lookup("logs", "log-stream")
def log_stream_arn(call: Call, value: str) -> str | None:
    """A stream in its group."""
    group = log_group_arn(call, str(call.params.get("logGroupName") or call.params.get("logGroupIdentifier") or "*"))
    return f"{str(group).removesuffix(':log-stream:')}:log-stream:{value}"


@lookup("ssm", "parameter")
def parameter_arn(call: Call, value: str) -> str | None:
    """A parameter, without the slash that its name begins with."""
    return f"arn:aws:ssm:{call.region}:{call.account}:parameter/{value.lstrip('/')}"


@lookup("dynamodb", "table")
def table_arn(call: Call, value: str) -> str | None:
    """A table by name or ARN."""
    made = f"arn:aws:dynamodb:{call.region}:{call.account}:table/{value}"
    return value if value.startswith("arn:") else made


@lookup("ecr", "repository")
def repository_arn(call: Call, value: str) -> str | None:
    """A repository, in the registry that the request names."""
    account = call.params.get("registryId") or call.account
    return f"arn:aws:ecr:{call.region}:{account}:repository/{value}"


@lookup("cloudformation", "stack")
def stack_arn(call: Call, value: str) -> str | None:
    """A stack by name; its id is not in the request."""
    return f"arn:aws:cloudformation:{call.region}:{call.account}:stack/{value}/*"


@lookup("cloudformation", "stackset")
def stack_set_arn(call: Call, value: str) -> str | None:
    """A stack set by name."""
    return f"arn:aws:cloudformation:{call.region}:{call.account}:stackset/{value}:*"


@lookup("sso", "account")
def sso_account_arn(call: Call, value: str) -> str | None:
    """An account, as Identity Center names it."""
    return f"arn:aws:sso:::account/{value}" if re.fullmatch(r"\d{12}", value) else ""


@lookup("route53", "hostedzone")
def zone_arn(call: Call, value: str) -> str | None:
    """A hosted zone by its id, with or without the path."""
    return f"arn:aws:route53:::hostedzone/{value.rpartition('/')[2]}"


@lookup("ssm", "instance")
def ssm_instance_arn(call: Call, value: str) -> str | None:
    """An EC2 instance; others are managed instances."""
    return f"arn:aws:ec2:{call.region}:{call.account}:instance/{value}" if value.startswith("i-") else ""


@lookup("ssm", "managed-instance")
def managed_instance_arn(call: Call, value: str) -> str | None:
    """A machine that is not EC2's."""
    made = f"arn:aws:ssm:{call.region}:{call.account}:managed-instance/{value}"
    return made if value.startswith("mi-") else ""


@lookup("sts", "root-user")
def root_arn(call: Call, value: str) -> str | None:
    """A member's root user."""
    return value if value.startswith("arn:") else f"arn:aws:iam::{value}:root"


# ── the organization ────────────────────────────────────────────────────────────────────────────────────────────────


def organization_backend(account: str) -> Any:
    """moto's organization that an account belongs to; None outside of any."""
    backends = moto.backend_dict("organizations")
    master = backends.master_accounts.get(account, (account,))[0]
    if master not in backends:
        return None
    found = moto.backend("organizations", master, "aws")
    return found if found.org is not None else None


_SHAPES = {
    "account": r"\d{12}",
    "organizationalunit": r"ou-.+",
    "root": r"r-.+",
    "policy": r"p-.+",
    "awspolicy": r"p-(RCP)?FullAWSAccess",
}


def _node_lookup(kind: str) -> Lookup:
    def find(call: Call, value: str) -> str | None:
        if not re.fullmatch(_SHAPES[kind], value):
            return ""
        backend = organization_backend(call.account)
        if backend is None:
            return None
        nodes = {"account": backend.accounts, "policy": backend.policies, "awspolicy": backend.policies}
        found = _first(nodes.get(kind, backend.ou), "id", value)
        return str(found.arn) if found else None

    return find


for _kind in _SHAPES:
    lookup("organizations", _kind)(_node_lookup(_kind))


@lookup("account", "accountinorganization")
def member_arn(call: Call, value: str) -> str | None:
    """A member, as the account management service names it."""
    backend = organization_backend(call.account)
    if backend is None:
        return None
    return f"arn:aws:account::{backend.org.master_account_id}:account/{backend.org.id}/{value}"
