"""IAM Access Analyzer: the analyzers of an account or organization. Their findings are no resources."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.differences import desired, tag_map
from bastide.aws.handler import Connection, Found, error_code, pages, tag_list
from bastide.aws.shape import present, recased, tag_changes, touched
from bastide.aws.waiting import Waiting, quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties

# Registry member of AnalyzerConfiguration ↔ API member of configuration.
CONFIGURATIONS = {"UnusedAccessConfiguration": "unusedAccess", "InternalAccessConfiguration": "internalAccess"}


class Analyzer(Waiting):
    """AWS::AccessAnalyzer::Analyzer. Create-only: AnalyzerName, Type. Identifier: the ARN. ArchiveRules are not read.

    An organization analyzer belongs in the delegated administrator of access-analyzer.amazonaws.com, and needs the
    service-linked role in the management account; the service may need a moment to see them.
    Source: IAM Access Analyzer API Reference, CreateAnalyzer.
    """

    type = "AWS::AccessAnalyzer::Analyzer"
    service = "accessanalyzer"
    identified_by = ("AnalyzerName",)
    create_only = ("AnalyzerName", "Type")

    def list(self, at: Connection) -> Iterable[Found]:
        for analyzer in pages(at.client("accessanalyzer"), "list_analyzers", "analyzers"):
            yield _found(analyzer)

    def read(self, at: Connection, id: str) -> Found | None:
        get = at.client("accessanalyzer").get_analyzer
        answer = quietly(get, "ResourceNotFoundException", analyzerName=name_in(id))
        return None if answer is None else _found(answer["analyzer"])

    def create(self, at: Connection, properties: Properties) -> str:
        client, name = at.client("accessanalyzer"), str(properties["AnalyzerName"])
        given = {"analyzerName": name, "type": properties["Type"]} | present(
            configuration=_configuration(properties), tags=tag_map(properties.get("Tags")) or None
        )
        try:
            return str(self.insist(lambda: client.create_analyzer(**given), _pending)["arn"])
        except ClientError as error:
            there = self.read(at, name) if error_code(error) == "ConflictException" else None
            if there is None:
                raise
        return self._adopt(client, there, properties)

    def _adopt(self, client: Any, found: Found, properties: Properties) -> str:
        name = str(properties["AnalyzerName"])
        if found.properties["Type"] != properties["Type"]:
            kind = found.properties["Type"]
            raise TargetError(f"analyzer {name} exists with type {kind}", found.arn, "delete it, or give another name")
        self._retag(client, found.arn, found.properties["Tags"], properties.get("Tags"))
        return found.id

    def update(self, at: Connection, id: str, change: Change) -> None:
        client, names, after = at.client("accessanalyzer"), touched(change), desired(change)
        if "AnalyzerConfiguration" in names:
            client.update_analyzer(analyzerName=name_in(id), configuration=_configuration(after))
        if "Tags" in names:
            self._retag(client, id, (change.before or {}).get("Tags"), after.get("Tags"))

    def _retag(self, client: Any, arn: str, before: Any, after: Any) -> None:
        wanted, removed = tag_changes(before, after)
        if wanted:
            client.tag_resource(resourceArn=arn, tags=tag_map(wanted))
        if removed and after is not None:
            client.untag_resource(resourceArn=arn, tagKeys=removed)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        remove = at.client("accessanalyzer").delete_analyzer
        quietly(remove, "ResourceNotFoundException", analyzerName=name_in(id))


def name_in(arn: str) -> str:
    """The analyzer's name, which API calls take, in its ARN."""
    return arn.rpartition("/")[2]


def _pending(error: Any) -> bool:
    """Answered while the delegated administrator or the management account's service-linked role is not seen yet."""
    message = str(error.response.get("Error", {}).get("Message", "")).lower()
    code = error_code(error)
    return (code == "ValidationException" and "organization" in message) or (
        code == "ConflictException" and "service linked role" in message
    )


def _found(analyzer: dict[str, Any]) -> Found:
    configuration = {
        ours: recased(analyzer["configuration"][theirs], upper=True)
        for ours, theirs in CONFIGURATIONS.items()
        if (analyzer.get("configuration") or {}).get(theirs)
    }
    properties = {
        "AnalyzerName": analyzer["name"],
        "Type": analyzer["type"],
        "Arn": analyzer["arn"],
        "Tags": tag_list(analyzer.get("tags")),
    } | present(AnalyzerConfiguration=configuration or None)
    return Found(analyzer["arn"], properties, analyzer["arn"])


def _configuration(properties: Properties) -> dict[str, Any] | None:
    given = properties.get("AnalyzerConfiguration") or {}
    made = {theirs: recased(given[ours], upper=False) for ours, theirs in CONFIGURATIONS.items() if ours in given}
    return made or None
