"""Whether a backup plan takes in a resource.

The one idea: a selection takes in what its ``Resources`` match or one of ``ListOfTags`` names, less what
``NotResources`` match, and only where all ``Conditions`` hold. A selection of which something is unread may take the
resource in.

Source: AWS Backup Developer Guide, "Assigning resources to a backup plan"; AWS Config Developer Guide,
"ebs-resources-protected-by-backup-plan".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import gap_at
from bastide.iam.wildcards import like
from bastide.model import PASS, Estate, Resource, Status, Unknown, Value, Verdict, fail, unknown
from bastide.model.resource import TAGS_BY_TYPE
from bastide.model.unknown import unknowns_in

SELECTION = "AWS::Backup::BackupSelection"
PREFIX = "aws:ResourceTag/"


def judge_backup(resource: Resource, estate: Estate, arn: str) -> Verdict:
    """FAIL when no selection of its account and region takes in the resource of that ARN."""
    doubt = gap_at(estate, SELECTION, resource.account, resource.region)
    untold = unknowns_in([resource.get(name) for name in (TAGS_BY_TYPE.get(resource.type, "Tags"), "Tags")])
    for selection in estate.in_place(SELECTION, resource.account, resource.region):
        found = selection.get("BackupSelection")
        gaps = [found] if isinstance(found, Unknown) else unknowns_in(found)
        if isinstance(found, Mapping) and _takes_in(found, arn, resource.tags):
            limits = [found.get("NotResources"), found.get("Conditions")]
            if not unknowns_in(limits) and not (untold and found.get("Conditions")):
                return PASS
        if doubt is None:
            doubt = next(iter((*gaps, *untold)), None)
    return unknown(doubt) if doubt is not None else fail("no backup plan takes it in")


def _takes_in(selection: Mapping[str, Value], arn: str, tags: Mapping[str, str]) -> bool:
    chosen = _matches(selection.get("Resources"), arn) or any(
        tags.get(key) == value for key, value in _pairs(selection.get("ListOfTags"))
    )
    return chosen and not _matches(selection.get("NotResources"), arn) and _holds(selection.get("Conditions"), tags)


def _matches(patterns: Value, arn: str) -> bool:
    listed = elements_of(patterns)
    return not isinstance(listed, Unknown) and any(like(one, arn) for one in listed if isinstance(one, str))


def _pairs(tests: Value) -> Iterator[tuple[str, str]]:
    """Keys and values of tests; keys without the prefix that conditions carry."""
    listed = elements_of(tests)
    for test in () if isinstance(listed, Unknown) else listed:
        if isinstance(test, Mapping):
            yield str(test.get("ConditionKey")).removeprefix(PREFIX), str(test.get("ConditionValue"))


def _holds(conditions: Value, tags: Mapping[str, str]) -> bool:
    """Every test of every operator holds; an operator that AWS Backup does not have never does."""
    if not isinstance(conditions, Mapping):
        return conditions is None
    return all(
        _test(operator, tags.get(key), value) for operator, tests in conditions.items() for key, value in _pairs(tests)
    )


def _test(operator: str, tag: str | None, value: str) -> bool:
    positive = operator.replace("Not", "")
    same = tag is not None and (like(value, tag) if positive == "StringLike" else tag == value)
    return same is (operator == positive) and positive in ("StringEquals", "StringLike")


def judge_file_system(system: Resource, estate: Estate) -> Verdict:
    """FAIL when an EFS file system has no automatic backups, which are a plan too, and no selection takes it in.

    Source: EFS API Reference, CreateFileSystem, Backup (on by default of a file system in one Availability Zone).
    """
    status, zone = system.get("BackupPolicy.Status"), system.get("AvailabilityZoneName")
    if status in ("ENABLED", "ENABLING") or (status is None and isinstance(zone, str) and zone):
        return PASS
    arn = system.arn or f"arn:aws:elasticfilesystem:{system.region}:{system.account}:file-system/{system.id}"
    verdict = judge_backup(system, estate, arn)
    doubt = zone if status is None else status
    return unknown(doubt) if verdict.status is Status.FAIL and isinstance(doubt, Unknown) else verdict
