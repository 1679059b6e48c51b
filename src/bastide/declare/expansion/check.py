"""What the shape of the file cannot say: names that must exist, must not repeat, must fit. Everything wrong, at once.

Guardrails and their quotas are checked where they are packed (``guardrails.py``); texts that AWS would refuse in
``check_text.py``, networks in ``check_network.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from bastide.declare.expansion import check_text
from bastide.declare.expansion.check_network import networks
from bastide.declare.expansion.check_text import nearest
from bastide.declare.expansion.duration import Duration
from bastide.declare.expansion.identity import EVERYWHERE, PERMISSION_SETS, reached
from bastide.declare.expansion.regions import REGIONS
from bastide.declare.expansion.survey import MANAGEMENT, Member, Survey
from bastide.errors import Problem
from bastide.model.provisional import tokens_in
from bastide.prove.guardrail import all_guardrails

ORGANIZATION = re.compile(r"[a-z][a-z0-9-]{0,28}[a-z0-9]")  # a part of bucket names, which have 63 characters at most
# Source: Amazon S3 User Guide, "General purpose bucket naming rules".
RESERVED = ("xn--", "sthree-", "amzn-s3-demo-")
ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
PRINCIPAL = re.compile(r"(arn:[a-z*-]+:iam::(?P<account>[0-9]{12}|\*):)?(role|user)/(?P<name>[A-Za-z0-9+=,.@_/*?-]+)")
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)  # Source: AWS STS API Reference, AssumeRole
ACCOUNT_ID = re.compile(r"[0-9]{12}")
MAX_DEPTH = 5  # Source: AWS Organizations User Guide, "Quotas and service limits"
HOUR, DAY = 3600, 86_400
SESSION = (HOUR, 12 * HOUR)  # Source: IAM Identity Center User Guide, "Set session duration for AWS accounts"
FEATURES = (  # Source: GuardDuty API Reference, DetectorFeatureConfiguration
    "AI_ANALYST",
    "AI_PROTECTION",
    "EBS_MALWARE_PROTECTION",
    "EKS_AUDIT_LOGS",
    "LAMBDA_NETWORK_LOGS",
    "RDS_LOGIN_EVENTS",
    "RUNTIME_MONITORING",
    "S3_DATA_EVENTS",
)


def check(survey: Survey, today: str = "") -> list[Problem]:
    """All problems of an architecture. ``today``: YYYY-MM-DD; empty: no exemption has ended."""
    texts = (check_text.emails, check_text.groups, check_text.contacts, check_text.tags)
    checks = (names, regions, durations, accounts, *texts, depth, detection, networks, access, deployers)
    found = [problem for each in checks for problem in each(survey)]
    return [*found, *exempt(survey, today)]


def deployers(survey: Survey) -> Iterator[Problem]:
    """Who may take the deployer: principals of the management account, each by a name; and the external id."""
    stated = survey.architecture.identity.external_id
    if stated and not EXTERNAL_ID.fullmatch(stated):
        what = f"{stated!r} cannot be an external id"
        yield Problem(what, survey.where("identity.external-id"), "2 or more of letters, digits and +=,.@:/-_")
    for text in survey.architecture.identity.deployers:
        found = PRINCIPAL.fullmatch(text)
        if not found or not found["name"].strip("*?/"):
            what, fix = f"{text!r} names no role and no user", "write role/NAME, user/NAME or an ARN, wildcards within"
            yield Problem(what, survey.where("identity.deployers"), fix)
        elif found["account"] not in (None, "*", survey.management.id) and not tokens_in(survey.management.id):
            what = f"{text} lies outside the management account, which alone enters the others"
            yield Problem(what, survey.where("identity.deployers"), "name a role there that it may assume")


def names(survey: Survey) -> Iterator[Problem]:
    """The organization's name."""
    name = survey.architecture.organization
    if not ORGANIZATION.fullmatch(name):
        what = f"the name {name!r} cannot be a part of bucket names"
        yield Problem(what, survey.where("organization"), "2 to 30 of a–z, 0–9 and hyphen, beginning with a letter")
    prefix = next((prefix for prefix in RESERVED if name.startswith(prefix)), "")
    if prefix:
        what = f"the name {name!r} begins with {prefix}, which S3 keeps for itself in bucket names"
        yield Problem(what, survey.where("organization"), "take another beginning")


def regions(survey: Survey) -> Iterator[Problem]:
    """Regions that do not exist, and a home that is not allowed."""
    known = REGIONS.get(survey.known.partition, ())
    asked = survey.architecture.regions
    named = [("regions.home", asked.home), *(("regions.allowed", region) for region in asked.allowed)]
    for said, region in dict.fromkeys(named):
        if region not in known:
            what = f"there is no region {region!r} in partition {survey.known.partition}"
            yield Problem(what, survey.where(said), nearest(region, known))
    if asked.allowed and asked.home not in asked.allowed:
        what = f"the home region {asked.home} is not among the allowed ones: {', '.join(asked.allowed)}"
        fix = f"add {asked.home} to regions.allowed, or take one of these as regions.home"
        yield Problem(what, survey.where("regions.allowed"), fix)


def durations(survey: Survey) -> Iterator[Problem]:
    """Retention and sessions."""
    architecture = survey.architecture
    yield from _duration(survey, "logs.retain", architecture.logs.retain, "dy", (DAY, 100 * 365 * DAY), "90d or 7y")
    for said, text in (
        ("identity.session", architecture.identity.session),
        ("identity.admin-session", architecture.identity.admin_session),
    ):
        yield from _duration(survey, said, text, "mh", SESSION, "1h to 12h")


def _duration(
    survey: Survey, said: str, text: str, units: str, limits: tuple[int, int], example: str
) -> Iterator[Problem]:
    found = Duration.parse(text)
    if found is None or found.unit not in units or not limits[0] <= found.seconds <= limits[1]:
        yield Problem(f"{text!r} is not a length of time that fits here", survey.where(said), f"write {example}")


def accounts(survey: Survey) -> Iterator[Problem]:
    """Names, e-mails and ids that repeat or have no valid form; the two accounts that everything builds on."""
    members = survey.members
    for member in members:
        if not ACCOUNT.fullmatch(member.name):
            what = f"{member.name!r} cannot be an account's name"
            yield Problem(what, survey.where(member.said), "1 to 50 of letters, digits, dot, hyphen and underscore")
        if member.name == MANAGEMENT:
            what = "the management account exists already and lies in the root"
            yield Problem(what, survey.where(member.said), "remove it from the tree")
        if not ACCOUNT_ID.fullmatch(member.id):
            yield Problem(f"{member.id!r} is not an account's id", survey.where(member.said), "write its 12 digits")
    yield from _repeated(survey, "account name", "name", [(member.name, member) for member in members])
    yield from _shared(survey)
    architecture = survey.architecture
    for said, name in (("logs.account", architecture.logs.account), ("detect.account", architecture.detect.account)):
        if name not in survey.by_name or name == MANAGEMENT:
            what = f"there is no member account {name!r}, which {said} names"
            fix = f"add it to a unit, such as ous: {{security: {{accounts: [{name}]}}}}"
            yield Problem(what, survey.where(said), fix)


def _shared(survey: Survey) -> Iterator[Problem]:
    """E-mails and ids of two accounts. A name that stands twice is said already: what is made of it is left out."""
    known = survey.management
    once = list({member.name: member for member in reversed(survey.members)}.values())[::-1]
    emails = [(known.email.lower(), known)] if known.email else []
    if check_text.PLACEHOLDER in survey.architecture.emails:
        emails += [(member.email.lower(), member) for member in once]
    else:  # one problem of the pattern, and not of each account that it makes an e-mail for
        pattern = survey.architecture.emails
        emails += [(member.email.lower(), member) for member in once if member.email != pattern]
    yield from _repeated(survey, "e-mail", "email", emails)
    yield from _repeated(survey, "account id", "id", [(member.id, member) for member in (known, *once)])


def _repeated(survey: Survey, what: str, field: str, pairs: Sequence[tuple[str, Member]]) -> Iterator[Problem]:
    seen: dict[str, Member] = {}
    for value, member in pairs:
        if value in seen:
            first = seen[value]
            fix = "an e-mail belongs to one account: write `email:`, or {account} in `emails`"
            fix = fix if field == "email" else "give one of them another"
            said = f"the {what} {value!r} stands twice: {_place(first)} and {_place(member)}"
            yield Problem(said, survey.where(member.said), fix)
        seen.setdefault(value, member)


def _place(member: Member) -> str:
    return f"{member.path}/{member.name}" if member.path else "the management account"


def depth(survey: Survey) -> Iterator[Problem]:
    """Units that lie deeper than AWS allows."""
    for branch in survey.branches:
        if branch.path.count("/") == MAX_DEPTH:
            what = f"unit {branch.path} lies {MAX_DEPTH + 1} levels below the root, {MAX_DEPTH} are possible"
            yield Problem(what, survey.where(branch.said), "move it up")


def detection(survey: Survey) -> Iterator[Problem]:
    """Features of GuardDuty, and scans of Inspector that need another."""
    detect = survey.architecture.detect
    for name in detect.guardduty_features:
        if name not in FEATURES:
            what = f"GuardDuty has no feature {name!r}"
            yield Problem(what, survey.where("detect.guardduty-features"), nearest(name, FEATURES))
    if "lambda-code" in detect.inspector and "lambda" not in detect.inspector:
        yield Problem("Inspector scans lambda-code only with lambda", survey.where("detect.inspector"), "add lambda")


def access(survey: Survey) -> Iterator[Problem]:
    """Grants to groups, in places and with permission sets that do not exist."""
    groups = survey.architecture.identity.groups
    for group, grants in survey.architecture.access.items():
        said = f"access.{group}"
        if group not in groups:
            yield Problem(f"there is no group {group!r} in identity.groups", survey.where(said), nearest(group, groups))
        for where, name in grants.items():
            if name not in PERMISSION_SETS:
                what = f"there is no permission set {name!r}"
                yield Problem(what, survey.where(f"{said}.{where}"), nearest(name, PERMISSION_SETS))
            if not _exists(survey, where):
                what = f"{where!r} is neither a unit's path nor an account nor '*'"
                yield Problem(what, survey.where(f"{said}.{where}"), nearest(where, _places(survey)))


def _exists(survey: Survey, where: str) -> bool:
    return where == EVERYWHERE or bool(reached(survey, where)) or where in {branch.path for branch in survey.branches}


def _places(survey: Survey) -> Iterable[str]:
    return [*(branch.path for branch in survey.branches), *survey.by_name]


def exempt(survey: Survey, today: str) -> Iterator[Problem]:
    """Exemptions of what does not exist, without a reason, or after their end."""
    for index, exemption in enumerate(survey.architecture.exempt):
        said = f"exempt.{index}"
        if bool(exemption.guardrail) == bool(exemption.control):
            fix = "write guardrail: NAME, or control: NAME"
            yield Problem("an exemption is from one guardrail or one control", survey.where(said), fix)
        if exemption.resources and not exemption.control:
            fix = "leave them out; a guardrail is a policy, and binds accounts"
            yield Problem("resources are exempt from controls only", survey.where(f"{said}.resources"), fix)
        if exemption.guardrail and exemption.guardrail not in all_guardrails():
            what = f"there is no guardrail {exemption.guardrail!r} to be exempt from"
            fix = nearest(exemption.guardrail, all_guardrails())
            yield Problem(what, survey.where(f"{said}.guardrail"), fix)
        if not _exists(survey, exemption.at):
            what = f"{exemption.at!r} is neither a unit's path nor an account nor '*'"
            yield Problem(what, survey.where(f"{said}.at"), nearest(exemption.at, _places(survey)))
        if not exemption.why.strip():
            yield Problem("an exemption needs a reason", survey.where(f"{said}.why"), "say why, for who reads it later")
        yield from _ended(survey, exemption.until, f"{said}.until", today)


def _ended(survey: Survey, until: str, said: str, today: str) -> Iterator[Problem]:
    try:
        day = date.fromisoformat(until)
    except ValueError:
        yield Problem(f"{until!r} is not a day", survey.where(said), "write YYYY-MM-DD")
        return
    if today and day < date.fromisoformat(today):
        fix = "remove the exemption, or renew it with a new reason"
        yield Problem(f"the exemption ended on {until}", survey.where(said), fix)
