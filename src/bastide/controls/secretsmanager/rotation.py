"""How a secret is rotated: what a live one says, else the rotation schedule of a template.

A schedule may name the secret, or the attachment of the secret to a database, which stands for the secret.

Source: AWS Secrets Manager API Reference, ListSecrets, RotationRulesType; CloudFormation Template Reference,
AWS::SecretsManager::SecretTargetAttachment, Ref.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bastide.controls.lookup import number, truth
from bastide.controls.neighbours import gap_at
from bastide.model import Estate, Resource, Unknown, Value

SCHEDULE = "AWS::SecretsManager::RotationSchedule"
ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"
# An ARN that stands in a template by hand: the name, with or without the six characters that Secrets Manager adds.
WRITTEN = re.compile(r"arn:[^:]+:secretsmanager:([^:]*):([^:]*):secret:(.+?)(?:-[A-Za-z0-9]{6})?")
RATE = re.compile(r"rate\(\s*(\d+)\s+(hour|day)s?\s*\)")
HOURS = {"hour": 1, "day": 24}


def rotation_of(secret: Resource, estate: Estate) -> Value:
    """The rotation rules of a secret that is rotated, {} when they are not told; None when it is not rotated."""
    said = secret.get("RotationEnabled")
    if said is not None:
        enabled = truth(said)
        if isinstance(enabled, Unknown):
            return enabled
        return _rules(secret) if enabled else None
    found, gap = _schedule(secret, estate)
    if found is not None:
        return _rules(found)
    return gap


def _rules(resource: Resource) -> Value:
    rules = resource.get("RotationRules")
    return {} if rules is None else rules


def _schedule(secret: Resource, estate: Estate) -> tuple[Resource | None, Unknown | None]:
    """The schedule that names the secret, and why one that is not known could."""
    named = secret.get("Name")
    names = {secret.id, secret.arn, named if isinstance(named, str) else ""} - {""}
    place = (secret.region, secret.account, named)
    gap: Unknown | None = None
    for attachment in estate.of_type(ATTACHMENT):
        target = attachment.get("SecretId")
        if isinstance(target, Unknown) and attachment.account == secret.account:
            gap = target if gap is None else gap
        elif isinstance(target, str) and _means(target, names, place):
            names.add(attachment.id)
    for schedule in estate.of_type(SCHEDULE):
        if schedule.account != secret.account:
            continue
        target = schedule.get("SecretId")
        if isinstance(target, Unknown):
            gap = target if gap is None else gap
        elif isinstance(target, str) and _means(target, names, place):
            return schedule, None
    return None, gap_at(estate, SCHEDULE, secret.account, secret.region) if gap is None else gap


def _means(target: str, names: set[str], place: tuple[str, str, Value]) -> bool:
    """The target is one of the names, or an ARN of that region, account and name."""
    if target in names:
        return True
    written = WRITTEN.fullmatch(target)
    if written is None:
        return False
    whole = target.rpartition(":secret:")[2]
    return written.groups()[:2] == place[:2] and place[2] in (written[3], whole)


def hours_between(rules: Value) -> float | Unknown:
    """Hours from one rotation to the next; Unknown where the rules do not say, or say it by the calendar."""
    if isinstance(rules, Unknown):
        return rules
    if not isinstance(rules, Mapping):
        return Unknown("not rotation rules")
    days = rules.get("AutomaticallyAfterDays")
    if days is not None:
        found = number(days)
        return found if isinstance(found, Unknown) else found * 24
    schedule = rules.get("ScheduleExpression")
    if isinstance(schedule, Unknown):
        return schedule
    match = RATE.fullmatch(str(schedule))
    return int(match[1]) * HOURS[match[2]] if match else Unknown("the rotation schedule is not a rate")
