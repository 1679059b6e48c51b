"""Texts that AWS would refuse: e-mails, telephones, tags, names. Said before anything is made.

A pattern of e-mails is judged once, with its own mistakes, and not again for each account that it makes one for.
Source: AWS Organizations API Reference, CreateAccount; AWS Account Management API
Reference, PutAlternateContact; AWS IAM Identity Center, Identity Store API Reference, CreateGroup.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from bastide.declare.architecture import Contact
from bastide.declare.expansion.survey import Survey
from bastide.errors import Problem
from bastide.iam.vocabulary import suggest

PLACEHOLDER = "{account}"
EMAIL_LENGTH = (6, 64)  # of an account; source: CreateAccount
LOCAL = re.compile(r"(?!\.)[!#$*+./0-9=?A-Z^_`a-z~-]+")  # what CreateAccount leaves of ASCII
DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
CONTACT_EMAIL = re.compile(r"[A-Za-z0-9_+=.#|!&-]+@[A-Za-z0-9_.-]+\.[A-Za-z0-9_]+")
PHONE = re.compile(r"(?=.*[0-9])[ 0-9()+-]{1,25}")
GROUP_LENGTH = 1024
CONTACT_LENGTHS = {"name": 64, "title": 50, "email": 254}
TAG_LENGTHS = (128, 256)  # of a key, of a value; source: Tagging AWS Resources User Guide, "Tag naming limits"
TAGS = 40  # AWS takes 50, system tags not counted; the rest is for what Bastide says itself
RESERVED = ("aws:", "bastide:")
SHOWN = 12  # words of a vocabulary in one message
TAG_SIGNS = "_.:/=+-@"


def email_fault(text: str) -> str:
    """Why an account cannot have this e-mail, as the end of a sentence (``has no @``); empty when it can."""
    local, at, domain = text.partition("@")
    if not at:
        return "has no @"
    if "@" in domain:
        return "has more than one @"
    if not LOCAL.fullmatch(local):
        return "has a part before the @ that AWS does not take"
    if not DOMAIN.fullmatch(domain) or ".." in domain:
        return f"has no domain behind the @ ({domain!r})"
    if "." not in domain:
        return "has a domain without a dot"
    if not EMAIL_LENGTH[0] <= len(text) <= EMAIL_LENGTH[1]:
        return f"has {len(text)} characters, {EMAIL_LENGTH[0]} to {EMAIL_LENGTH[1]} are possible"
    return ""


def emails(survey: Survey) -> Iterator[Problem]:
    """The pattern of root e-mails, and the e-mails that accounts state or get from it."""
    found = list(_pattern(survey))
    yield from found
    for branch in survey.branches:
        for name, entry in branch.unit.accounts.items():
            said = f"{branch.said}.accounts.{name}"
            fault = email_fault(entry.email) if entry.email else ""
            if fault:
                fix = f"write one such as aws+{name}@example.com"
                yield Problem(f"the e-mail {entry.email!r} {fault}", survey.where(f"{said}.email"), fix)
            made = survey.architecture.emails.replace(PLACEHOLDER, name)
            if not entry.email and not found and len(made) > EMAIL_LENGTH[1]:
                what = f"the e-mail {made!r}, made from emails, has {len(made)} characters"
                yield Problem(what, survey.where(said), f"give {name} an `email:` of at most {EMAIL_LENGTH[1]}")


def _pattern(survey: Survey) -> Iterator[Problem]:
    """What is wrong with ``emails`` itself, each thing once."""
    pattern, where = survey.architecture.emails, survey.where("emails")
    for word in dict.fromkeys(re.findall(r"\{[^{}]*\}", pattern)):
        if word != PLACEHOLDER:
            yield Problem(f"unknown placeholder {word} in emails", where, f"did you mean {PLACEHOLDER}?")
    plain = re.sub(r"\{[^{}]*\}", "a", pattern)
    if "{" in plain or "}" in plain:
        yield Problem(f"a brace stands alone in emails: {pattern!r}", where, f"write {PLACEHOLDER}")
        return
    fault = email_fault(plain.ljust(EMAIL_LENGTH[0], "a") if "@" in plain else plain)
    if fault:
        fix = f"write one such as aws+{PLACEHOLDER}@example.com"
        yield Problem(f"the pattern {pattern!r} of e-mails {fault}", where, fix)
    if plain == pattern:
        yield from _shared(survey)


def _shared(survey: Survey) -> Iterator[Problem]:
    """A pattern without the account's name makes one e-mail for all that state none: AWS wants each its own."""
    without = [name for branch in survey.branches for name, one in branch.unit.accounts.items() if not one.email]
    if without:
        some = ", ".join(without[:3]) + (f" and {len(without) - 3} more" if len(without) > 3 else "")
        what = f"emails has no {PLACEHOLDER}, and these accounts have no e-mail of their own: {some}"
        fix = f"an e-mail belongs to one account: write aws+{PLACEHOLDER}@example.com, or `email:` for each"
        yield Problem(what, survey.where("emails"), fix)


def contacts(survey: Survey) -> Iterator[Problem]:
    """Alternate contacts that AWS would not take."""
    for kind, contact in survey.architecture.contacts.items():
        said = f"contacts.{kind}"
        yield from _lengths(survey, said, contact)
        if not CONTACT_EMAIL.fullmatch(contact.email):
            what = f"{contact.email!r} is not an e-mail"
            yield Problem(what, survey.where(f"{said}.email"), f"write one such as {kind}@example.com")
        if not PHONE.fullmatch(contact.phone):
            what = f"{contact.phone!r} is not a telephone number"
            fix = "write up to 25 of digits, space, +, -, ( and ), such as '+49 30 1234567'"
            yield Problem(what, survey.where(f"{said}.phone"), fix)


def _lengths(survey: Survey, said: str, contact: Contact) -> Iterator[Problem]:
    for key, longest in CONTACT_LENGTHS.items():
        text = str(getattr(contact, key))
        if not text.strip() or len(text) > longest:
            what = f"the contact's {key} has {len(text.strip())} characters"
            yield Problem(what, survey.where(f"{said}.{key}"), f"write 1 to {longest}")


def tags(survey: Survey) -> Iterator[Problem]:
    """Tags with reserved, too long, doubled or impossible keys and values, or too many."""
    given = survey.architecture.tags
    if len(given) > TAGS:
        what = f"{len(given)} tags are too many for one resource"
        yield Problem(what, survey.where("tags"), f"keep {TAGS}; AWS takes 50, Bastide adds its own")
    seen: dict[str, str] = {}
    for key, value in given.items():
        where = survey.where(f"tags.{key}")
        prefix = next((prefix for prefix in RESERVED if key.lower().startswith(prefix)), "")
        if prefix:
            yield Problem(f"tags that begin with {prefix} are reserved: {key!r}", where, "take another name")
        if key.lower() in seen:
            what = f"the tags {seen[key.lower()]!r} and {key!r} differ in case only, which IAM does not tell apart"
            yield Problem(what, where, "keep one of them")
        seen.setdefault(key.lower(), key)
        yield from _tag(key, value, where)


def _tag(key: str, value: str, where: str) -> Iterator[Problem]:
    if not 1 <= len(key) <= TAG_LENGTHS[0]:
        yield Problem(f"the tag's key {key!r:.60} has {len(key)} characters", where, f"write 1 to {TAG_LENGTHS[0]}")
    if len(value) > TAG_LENGTHS[1]:
        what = f"the value of the tag {key!r:.60} has {len(value)} characters"
        yield Problem(what, where, f"write at most {TAG_LENGTHS[1]}")
    strange = "".join(dict.fromkeys(sign for sign in key + value if not _is_tag_sign(sign)))
    if strange:
        what = f"the tag {key!r:.60} has characters that AWS does not take: {strange[:20]!r}"
        yield Problem(what, where, f"write letters, digits, spaces and {TAG_SIGNS}")


def _is_tag_sign(sign: str) -> bool:
    return sign in TAG_SIGNS or unicodedata.category(sign)[0] in "LNZ"


def groups(survey: Survey) -> Iterator[Problem]:
    """Names of groups that are empty or too long."""
    for index, group in enumerate(survey.architecture.identity.groups):
        if not group.strip() or len(group) > GROUP_LENGTH:
            what = f"the group's name {group!r:.60} has {len(group.strip())} characters"
            yield Problem(what, survey.where(f"identity.groups.{index}"), f"write 1 to {GROUP_LENGTH}")


def nearest(word: str, known: Iterable[str]) -> str:
    """What was meant by a word that is not known, or what is known (a dozen of it at most)."""
    names = list(known)
    if not names:
        return "none is known here: add it, or remove this"
    return suggest(word, names) or f"known: {', '.join(sorted(names)[:SHOWN])}, …"
