"""IAM identity providers: whom outside AWS the account trusts to say who somebody is (OpenID Connect, SAML)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler, ask, error_code, tag_list
from bastide.aws.handlers.iam_principals import GONE, write_tags
from bastide.aws.shape import actions, arn_of, before_and_after, member, present, set_changes, tags_of, touched
from bastide.aws.waiting import quietly
from bastide.model import Change, Properties, Scope, Unknown, Value


class OIDCProvider(Handler):
    """AWS::IAM::OIDCProvider, identified by its ARN. Create-only: Url, with https:// though AWS answers without."""

    type = "AWS::IAM::OIDCProvider"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ("Url",)
    actions = actions(
        read=("iam:GetOpenIDConnectProvider",),
        list=("iam:ListOpenIDConnectProviders", "iam:GetOpenIDConnectProvider"),
        write=(
            "iam:CreateOpenIDConnectProvider",
            "iam:UpdateOpenIDConnectProviderThumbprint",
            "iam:AddClientIDToOpenIDConnectProvider",
            "iam:RemoveClientIDFromOpenIDConnectProvider",
            "iam:TagOpenIDConnectProvider",
            "iam:UntagOpenIDConnectProvider",
        ),
        delete=("iam:DeleteOpenIDConnectProvider",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        providers = at.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
        found = (self.read(at, provider["Arn"]) for provider in providers)
        return [provider for provider in found if provider]

    def read(self, at: Connection, id: str) -> Found | None:
        iam = at.client("iam")
        told = ask(iam.get_open_id_connect_provider, absent=GONE, OpenIDConnectProviderArn=id)
        if told is None:
            return None
        if isinstance(told, Unknown):
            url = "https://" + id.split("oidc-provider/", 1)[1]
            return Found(id, {"Url": url, "ClientIdList": told, "ThumbprintList": told, "Tags": told}, id)
        return Found(
            id,
            {
                "Url": "https://" + told["Url"].removeprefix("https://"),
                "ClientIdList": sorted(told.get("ClientIDList", ())),
                "ThumbprintList": told.get("ThumbprintList", []),
                "Tags": tag_list(told.get("Tags")),
            },
            id,
        )

    def create(self, at: Connection, properties: Properties) -> str:
        iam, url = at.client("iam"), str(properties["Url"])
        request = present(
            ClientIDList=properties.get("ClientIdList"),
            ThumbprintList=properties.get("ThumbprintList"),
            Tags=tags_of(properties) or None,
        )
        try:
            return str(iam.create_open_id_connect_provider(Url=url, **request)["OpenIDConnectProviderArn"])
        except ClientError as error:
            if error_code(error) != "EntityAlreadyExists":
                raise
        arn = arn_of(at, "iam", "oidc-provider/" + url.removeprefix("https://"), region="")
        existing = self.read(at, arn)
        _write_oidc(iam, arn, existing.properties if existing else {}, properties, frozenset(properties))
        return arn

    def update(self, at: Connection, id: str, change: Change) -> None:
        _write_oidc(at.client("iam"), id, change.before or {}, change.after or {}, touched(change))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("iam").delete_open_id_connect_provider, *GONE, OpenIDConnectProviderArn=id)


def _write_oidc(iam: Any, arn: str, before: Properties, after: Properties, names: frozenset[str]) -> None:
    me = {"OpenIDConnectProviderArn": arn}
    if "ClientIdList" in names:
        added, removed = set_changes(before.get("ClientIdList"), after.get("ClientIdList"))
        for client in added:
            iam.add_client_id_to_open_id_connect_provider(**me, ClientID=client)
        for client in removed:
            iam.remove_client_id_from_open_id_connect_provider(**me, ClientID=client)
    if "ThumbprintList" in names and after.get("ThumbprintList"):
        iam.update_open_id_connect_provider_thumbprint(**me, ThumbprintList=after["ThumbprintList"])
    if "Tags" in names:
        write_tags(iam, "open_id_connect_provider", me, before.get("Tags"), after.get("Tags"))


class SAMLProvider(Handler):
    """AWS::IAM::SAMLProvider, identified by its ARN. Create-only: Name. The metadata document changes in place."""

    type = "AWS::IAM::SAMLProvider"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ("Name",)
    actions = actions(
        read=("iam:GetSAMLProvider",),
        list=("iam:ListSAMLProviders", "iam:GetSAMLProvider"),
        write=(
            "iam:CreateSAMLProvider",
            "iam:UpdateSAMLProvider",
            "iam:TagSAMLProvider",
            "iam:UntagSAMLProvider",
        ),
        delete=("iam:DeleteSAMLProvider",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        providers = at.client("iam").list_saml_providers()["SAMLProviderList"]
        found = (self.read(at, provider["Arn"]) for provider in providers)
        return [provider for provider in found if provider]

    def read(self, at: Connection, id: str) -> Found | None:
        told = quietly(at.client("iam").get_saml_provider, *GONE, SAMLProviderArn=id)
        if told is None:
            return None
        document: Value = member(told, "SAMLMetadataDocument")
        tags = told if isinstance(told, Unknown) else tag_list(told.get("Tags"))
        name = id.rpartition("/")[2]
        return Found(id, {"Name": name, "SamlMetadataDocument": document, "Tags": tags}, id)

    def create(self, at: Connection, properties: Properties) -> str:
        iam, name = at.client("iam"), str(properties["Name"])
        arn = arn_of(at, "iam", f"saml-provider/{name}", region="")
        existing = self.read(at, arn)
        if existing is None:
            request = present(Tags=tags_of(properties) or None)
            document = properties["SamlMetadataDocument"]
            made = iam.create_saml_provider(Name=name, SAMLMetadataDocument=document, **request)
            return str(made["SAMLProviderArn"])
        if existing.properties["SamlMetadataDocument"] != properties["SamlMetadataDocument"]:
            iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=properties["SamlMetadataDocument"])
        if "Tags" in properties:
            write_tags(iam, "saml_provider", {"SAMLProviderArn": arn}, existing.properties["Tags"], properties["Tags"])
        return arn

    def update(self, at: Connection, id: str, change: Change) -> None:
        iam = at.client("iam")
        if "SamlMetadataDocument" in touched(change):
            document = (change.after or {})["SamlMetadataDocument"]
            iam.update_saml_provider(SAMLProviderArn=id, SAMLMetadataDocument=document)
        if "Tags" in touched(change):
            write_tags(iam, "saml_provider", {"SAMLProviderArn": id}, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("iam").delete_saml_provider, *GONE, SAMLProviderArn=id)
