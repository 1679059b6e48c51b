"""The stable contract of ``bastide iam evaluate``: one JSON line a case in, one JSON line an answer out.

The one idea: whatever is wrong with a case is said in its own line, and the rest go on. Policies are parsed and made
ready once for the same text. Everything but ``id`` and ``request`` may be absent; what is absent does not restrict.
A name that is not known in ``request`` or ``policies`` is an error: misspelt, it would drop a restriction silently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bastide.errors import InputError
from bastide.iam.caller_text import parse_action, parse_principal, with_role_path
from bastide.iam.evaluator import Compiled
from bastide.iam.json_text import Number, parse_json_text
from bastide.iam.layers import Workshop
from bastide.iam.parse import parse_policy
from bastide.iam.policy_set import Bucket, Documents, Grant, PolicySet
from bastide.iam.request import Principal, Request
from bastide.iam.vocabulary import suggest
from bastide.model import PolicyDocument

REMEMBERED = 4_096  # policies and policy sets kept ready
DIGITS = 300  # characters of an id that is a number
LONGEST = 16_384  # characters of a resource or of a context value; ARNs are at most 2,048
FIRST_ID = re.compile(r'\s*\{\s*"id"\s*:\s*("(?:[^"\\\x00-\x1f]|\\["\\/bfnrt])*"|-?[1-9][0-9]{0,17}|0)\s*[,}]')
REQUEST = ("principal", "action", "resource", "context")
POLICIES = (
    "scp", "rcp", "identity", "boundary", "session", "resource", "resource_account", "endpoint", "management_account",
    "grants", "bucket",
)  # fmt: skip
WITHOUT_PRINCIPAL = frozenset({"scp", "identity", "boundary", "session"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What is written for one line: the case's id, and either decision and reasons or an error."""

    value: Mapping[str, Any]

    @property
    def failed(self) -> bool:
        """Whether the case could not be decided."""
        return "error" in self.value

    @property
    def line(self) -> str:
        """The answer as one line of JSON."""
        return json.dumps(self.value, ensure_ascii=False, separators=(",", ":"))


class Evaluator:
    """Decides cases one after another, and remembers the policies that it has seen."""

    def __init__(self, moment: str = "") -> None:
        """``moment``: what ``aws:CurrentTime`` is where a case does not say (ISO 8601 UTC); empty for absent."""
        self.moment = moment
        self._documents: dict[str, PolicyDocument] = {}
        self._sets: dict[str, Compiled] = {}
        self._workshop = Workshop()

    def answers(self, lines: Iterable[bytes | str]) -> Iterator[Answer]:
        """One answer for each line that is not blank."""
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield self.answer(line, number)

    def answer(self, line: bytes | str, number: int = 0) -> Answer:
        """The answer to one line; never raises for what is in it."""
        identifier: Any = None
        try:
            value, _ = parse_json_text(line.strip())
            if not isinstance(value, dict):
                raise InputError("a case is a JSON object")
            identifier = _plain(value.get("id"))
            return self._decided(identifier, value)
        except InputError as error:
            found = {"id": identifier, "error": "; ".join(_sentence(problem) for problem in error.problems[:5])}
            return Answer(found if identifier is not None else {**found, "id": _salvaged(line), "line": number})
        except RecursionError:
            return Answer({"id": identifier, "error": "nested too deep", "line": number})

    def _decided(self, identifier: Any, value: Mapping[str, Any]) -> Answer:
        if "id" not in value:
            raise InputError("the case has no id", "/id")
        policies = value.get("policies", {})
        if not isinstance(policies, Mapping):
            raise InputError("policies is an object", "/policies")
        compiled = self.compiled(policies)
        decision = compiled.decide(request_of(value.get("request"), compiled.policies.resource_account, self.moment))
        return Answer({
            "id": identifier,
            "decision": decision.decision,
            "reasons": [reason.as_json() for reason in decision.reasons],
        })  # fmt: skip

    def compiled(self, value: Mapping[str, Any]) -> Compiled:
        """The policies of a case made ready.

        Raises:
            InputError: one of them is malformed, or of a type that there is not.
        """
        key = repr(value)
        known = self._sets.get(key)
        if known is None:
            known = Compiled(self._policy_set(value), self._workshop)
            _remember(self._sets, key, known)
        return known

    def _policy_set(self, value: Mapping[str, Any]) -> PolicySet:
        _refuse_unknown(value, POLICIES, "/policies", "type of policy")
        given = {name: one for name, one in value.items() if one is not None}

        def documents(name: str) -> Documents | None:
            found = self._listed(given[name], name, f"/policies/{name}") if name in given else ()
            return found or None  # an empty list of boundaries or session policies says that there is none

        return PolicySet(
            scp=self._levels(given, "scp"),
            rcp=self._levels(given, "rcp"),
            identity=documents("identity") or (),
            boundary=documents("boundary"),
            session=documents("session"),
            resource=documents("resource"),
            endpoint=documents("endpoint"),
            resource_account=_account(given, "resource_account"),
            management_account=_account(given, "management_account"),
            grants=tuple(_grant(one) for one in _list(given.get("grants", []), "/policies/grants")),
            bucket=_bucket(given["bucket"]) if "bucket" in given else None,
        )

    def _levels(self, given: Mapping[str, Any], name: str) -> tuple[Documents, ...] | None:
        if name not in given:
            return None
        levels = _list(given[name], f"/policies/{name}")
        return tuple(
            self._listed(_list(level, f"/policies/{name}/{depth}"), name, f"/policies/{name}/{depth}")
            for depth, level in enumerate(levels)
        )

    def _listed(self, value: Any, kind: str, pointer: str) -> Documents:
        """One document, or a list of them."""
        if isinstance(value, list):
            return tuple(self._document(one, kind, f"{pointer}/{index}") for index, one in enumerate(value))
        return (self._document(value, kind, pointer),)

    def _document(self, value: Any, kind: str, pointer: str) -> PolicyDocument:
        key = f"{kind} {value!r}"
        known = self._documents.get(key)
        if known is None:
            if not isinstance(value, str | Mapping) or isinstance(value, Number):
                raise InputError("a policy is an object, or its JSON text", pointer)
            known = _parsed(value, pointer)
            _check(known, kind, pointer)
            _remember(self._documents, key, known)
        return known


def _parsed(value: str | Mapping[str, Any], pointer: str) -> PolicyDocument:
    """The policy; one with an empty list of statements, which IAM would not save, says nothing at all."""
    if isinstance(value, Mapping) and value.get("Statement") == [] and set(value) <= {"Version", "Id", "Statement"}:
        return PolicyDocument(())
    return parse_policy(value, where=pointer)


def request_of(value: Any, resource_account: str = "", moment: str = "") -> Request:
    """The request of a case; ``moment`` stands in for the time where its context does not tell it.

    Raises:
        InputError: a member is missing, unknown or of the wrong type.
    """
    if not isinstance(value, Mapping):
        raise InputError("the case has no request", "/request", 'write {"principal": …, "action": …}')
    _refuse_unknown(value, REQUEST, "/request", "member of a request")
    action = parse_action(value.get("action"), "/request/action")
    if "principal" not in value:
        raise InputError("the request has no principal", "/request/principal")
    context = _context(value.get("context", {}))
    principal = _told(parse_principal(value["principal"]), context)
    if moment:
        _add_time(context, moment)
    resource = _resource(value.get("resource", "*"))
    return Request(principal, action, resource, context, resource_account or _told_owner(resource, context))


def _told_owner(resource: str, context: Mapping[str, tuple[str, ...]]) -> str:
    """The owner of the resource as the context tells it, for an ARN that names no account; empty elsewhere."""
    parts = resource.split(":", 5)
    if len(parts) != 6 or parts[4]:
        return ""
    told = next((values for key, values in context.items() if key.lower() == "aws:resourceaccount"), ())
    return told[0] if len(told) == 1 else ""


def _resource(value: Any) -> str:
    if not isinstance(value, str) or isinstance(value, Number) or not value:
        raise InputError("resource is an ARN, or *", "/request/resource")
    return _short(value, "/request/resource")


def _told(principal: Principal, context: dict[str, tuple[str, ...]]) -> Principal:
    """The principal, with the path of its role where the context tells the role's ARN."""
    given = next((values for key, values in context.items() if key.lower() == "aws:principalarn"), ())
    return with_role_path(principal, given[0]) if len(given) == 1 else principal


def _context(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise InputError("context is an object of keys", "/request/context")
    found = {str(key): _values(one, f"/request/context/{key}") for key, one in value.items()}
    if len({key.lower() for key in found}) != len(found):
        raise InputError("one context key in two spellings", "/request/context", "keys are read without case")
    return found


def _values(value: Any, pointer: str) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_scalar(one, pointer) for one in value)
    return (_scalar(value, pointer),)


def _scalar(value: Any, pointer: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise InputError("a context value is a text, number or boolean, or a list of them", pointer)
    return _short(str(value), pointer)


def _short(text: str, pointer: str) -> str:
    if len(text) > LONGEST:
        raise InputError(f"longer than {LONGEST:,} characters", pointer)
    return text


def _add_time(context: dict[str, tuple[str, ...]], moment: str) -> None:
    """The two keys of time that every request has; a case that tells one of them is left as it is."""
    told = {key.lower() for key in context}
    if not told & {"aws:currenttime", "aws:epochtime"}:
        context |= {"aws:CurrentTime": (moment,), "aws:EpochTime": (epoch(moment),)}


@lru_cache(maxsize=16)
def epoch(moment: str) -> str:
    """A moment (ISO 8601) as seconds since 1970.

    Raises:
        InputError: not a moment.
    """
    try:
        found = datetime.fromisoformat(moment)
    except ValueError as error:
        raise InputError(f"not a moment: {moment!r}", fix="write 2026-01-31T12:00:00Z") from error
    return str(int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()))


def _check(document: PolicyDocument, kind: str, pointer: str) -> None:
    for statement in document.statements:
        names = statement.principal is not None or statement.not_principal is not None
        where = f"{pointer}{statement.position.pointer}"
        if names and kind in WITHOUT_PRINCIPAL:
            raise InputError(f"a policy of type {kind} names no principal", where, "remove Principal")
        if not names and kind == "resource":
            raise InputError("a resource's policy has to name principals", where, "add Principal")
        if kind in WITHOUT_PRINCIPAL and statement.resource is None and statement.not_resource is None:
            raise InputError(f"a policy of type {kind} has to name resources", where, "add Resource")


def _grant(value: Any) -> Grant:
    if not isinstance(value, Mapping) or not isinstance(value.get("grantee"), str):
        raise InputError('a grant is {"grantee": …, "operations": […]}', "/policies/grants")
    _refuse_unknown(value, ("grantee", "operations", "context_equals", "context_subset"), "/policies/grants", "member")
    return Grant(
        value["grantee"],
        tuple(str(one) for one in _list(value.get("operations", []), "/policies/grants/operations")),
        _pairs(value.get("context_equals")),
        _pairs(value.get("context_subset")),
    )


def _pairs(value: Any) -> tuple[tuple[str, str], ...] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise InputError("an encryption context is an object of texts", "/policies/grants")
    return tuple(sorted((str(key), str(one)) for key, one in value.items()))


def _bucket(value: Any) -> Bucket:
    flags = ("restrict_public_buckets", "ignore_public_acls", "owner_enforced")
    if not isinstance(value, Mapping):
        raise InputError("bucket is an object", "/policies/bucket")
    _refuse_unknown(value, (*flags, "object_owner", "acl"), "/policies/bucket", "setting of a bucket")
    for name in flags:
        if not isinstance(value.get(name, True), bool):
            raise InputError(f"{name} is true or false", f"/policies/bucket/{name}")
    acl = []
    for one in _list(value.get("acl", []), "/policies/bucket/acl"):
        if not isinstance(one, Mapping) or not {"grantee", "permission"} <= set(one):
            raise InputError('an ACL entry is {"grantee": …, "permission": …}', "/policies/bucket/acl")
        acl.append((str(one["grantee"]), str(one["permission"])))
    given = {name: value[name] for name in flags if name in value}
    return Bucket(**given, object_owner=str(value.get("object_owner", "")), acl=tuple(acl))


def _account(given: Mapping[str, Any], name: str) -> str:
    value = str(given.get(name, ""))
    if value and not (value.isascii() and value.isdigit() and len(value) == 12):
        raise InputError(f"{name} is 12 digits, not {value[:40]!r}", f"/policies/{name}")
    return value


def _list(value: Any, pointer: str) -> list[Any]:
    if not isinstance(value, list):
        raise InputError("here stands a list", pointer)
    return value


def _refuse_unknown(value: Mapping[str, Any], known: tuple[str, ...], pointer: str, what: str) -> None:
    for name in value:
        if name not in known:
            raise InputError(f"no such {what}: {str(name)[:80]!r}", pointer, suggest(str(name)[:80], known))


def _salvaged(line: bytes | str) -> Any:
    """The id of a case that is not JSON, where it stands first; None elsewhere."""
    text = line if isinstance(line, str) else line[:4_096].decode(errors="replace")
    match = FIRST_ID.match(text)
    return json.loads(match[1]) if match else None


def _plain(value: Any) -> Any:
    """An id as it was written: numbers are numbers again."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if not isinstance(value, Number):
        return value
    if len(value) > DIGITS:
        raise InputError(f"the id is a number of more than {DIGITS} characters", "/id", "write it as a text")
    found = int(value) if value.lstrip("-").isdigit() else float(value)
    if found in (float("inf"), float("-inf")):
        raise InputError("the id is larger than any number of JSON's readers", "/id", "write it as a text")
    return found


def _sentence(problem: Any) -> str:
    where = f" ({problem.where})" if problem.where else ""
    return f"{problem.what}{where}" + (f": {problem.fix}" if problem.fix else "")


def _remember(known: dict[str, Any], key: str, value: Any) -> None:
    if len(key) > 200_000:
        return
    if len(known) >= REMEMBERED:
        known.pop(next(iter(known)))
    known[key] = value
