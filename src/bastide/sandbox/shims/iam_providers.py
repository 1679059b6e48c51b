"""IAM: clients of OpenID Connect providers, and tags of SAML providers. moto: has neither."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim


@shim("iam", "AddClientIDToOpenIDConnectProvider", "RemoveClientIDFromOpenIDConnectProvider")
def change_client_ids(call: Call) -> Answer:
    """The client is added, or taken away; what is so already stays so."""
    arn, client = call.params["OpenIDConnectProviderArn"], call.params["ClientID"]
    call.invoke("GetOpenIDConnectProvider", {"OpenIDConnectProviderArn": arn})
    provider = moto.backend("iam", call.account, "aws").open_id_providers[arn]
    others = [known for known in provider.client_id_list or () if known != client]
    provider.client_id_list = [*others, client] if call.operation.startswith("Add") else others
    return None


def _tags(call: Call, arn: str) -> dict[str, str]:
    tags: dict[str, str] = call.account_store.setdefault("saml_tags", {}).setdefault(arn, {})
    return tags


@shim("iam", "CreateSAMLProvider")
def create_saml_provider(call: Call) -> Answer:
    """With its tags."""
    result = call.forwarded()
    tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or ()}
    _tags(call, result["SAMLProviderArn"]).update(tags)
    return result | {"Tags": _pairs(tags)}


@shim("iam", "GetSAMLProvider")
def get_saml_provider(call: Call) -> Answer:
    """With its tags."""
    return call.forwarded() | {"Tags": _pairs(_tags(call, call.params["SAMLProviderArn"]))}


@shim("iam", "TagSAMLProvider", "UntagSAMLProvider")
def tag_saml_provider(call: Call) -> Answer:
    """Tags set, or keys removed."""
    arn = call.params["SAMLProviderArn"]
    call.invoke("GetSAMLProvider", {"SAMLProviderArn": arn})
    tags = _tags(call, arn)
    tags.update({tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or ()})
    for key in call.params.get("TagKeys") or ():
        tags.pop(key, None)
    return None


@shim("iam", "DeleteSAMLProvider")
def delete_saml_provider(call: Call) -> Answer:
    """Its tags go with it."""
    response = call.forward()
    call.account_store.get("saml_tags", {}).pop(call.params["SAMLProviderArn"], None)
    return response


def _pairs(tags: dict[str, str]) -> list[dict[str, Any]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
