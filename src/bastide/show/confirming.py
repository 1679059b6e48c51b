"""``bastide prove --confirm``: counterexamples tried as real boto3 calls in a sandbox that holds the architecture.

One idea: the call is made, the front decides it, and then the engine is asked whether the request that the front
decided, with all its keys, is one that the invariant speaks about. Only then does the front's yes confirm the
counterexample, and only then would its no refute it; whatever else comes of a call is said and concludes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bastide.aws.failure import BotoCoreError, ClientError
from bastide.aws.handler import DENIED, error_code
from bastide.prove.symbolic.replay import is_asked_for

if TYPE_CHECKING:
    from bastide.iam.request import Request
    from bastide.prove.proof import Proof
    from bastide.prove.symbolic import Example, Question
    from bastide.sandbox import Sandbox
    from bastide.sandbox.authorize.judgement import Part
    from bastide.sandbox.planned import Planned

CONFIRMED, REFUTED, NOT_REPLAYED = "confirmed", "refuted", "not replayed"
SUCCEEDED = "succeeded"
MAKES = ("Create", "Register", "Request", "PutParameter")  # operations whose resource is not to be there before
TRIES = 6  # calls for one counterexample
STAND_IN = "111122223333"  # the account of the engine's made-up ARNs
HEADER = "x-bastide-context"
ARN, SERVICE, FEDERATED, SESSION = "aws:principalarn", "@service", "@federated", "@session"
# Keys that follow from who calls, what is called and where: the call itself has to carry them.
FOLLOWS = frozenset({
    "aws:username", "aws:userid", "aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths",
    "aws:requestedregion", "kms:calleraccount", "s3:resourceaccount",
})  # fmt: skip
PRINCIPAL, TAG = "aws:principal", "aws:principaltag/"
# Kinds of policies that an invariant takes into account: a refusal by another means that the trial was not set up well.
BINDING = frozenset({"scp", "rcp", "resource"})
NOTHING_MORE = "packed-guardrails-deny-nothing-more"
BOUNDED = "boundary-cannot-be-"
MALFORMED = ("Validation", "Invalid", "Malformed", "Missing", "Serialization", "NotImplemented", "InternalFailure")


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of trying one counterexample: the call, and why it says what it says."""

    status: str
    why: str
    call: str = ""
    resource: str = ""
    answer: str = ""  # "succeeded", or AWS's error code

    @property
    def is_final(self) -> bool:
        """Whether another call would show nothing that this one does not."""
        return self.status == REFUTED or (self.status == CONFIRMED and self.answer == SUCCEEDED)


def replayed(
    sandbox: Sandbox, proofs: Sequence[Proof], boundaries: Mapping[str, Sequence[str]]
) -> dict[str, list[Replay]]:
    """By the name of each proof with counterexamples, what came of each example, in order.

    ``boundaries``: ARNs of permissions boundaries by account.
    """
    trial = Trial(sandbox, boundaries)
    return {
        proof.name: [trial.replay(proof, *pair) for pair in zip(proof.examples, proof.questions, strict=True)]
        for proof in proofs
        if proof.questions
    }


class Trial:
    """Makes callers, resources and calls in one sandbox, one counterexample after the other."""

    def __init__(self, sandbox: Sandbox, boundaries: Mapping[str, Sequence[str]]) -> None:
        """Watch what the sandbox's front decides from now on."""
        self._sandbox, self._boundaries = sandbox, boundaries
        self._last: Any = None
        record = sandbox.front.record

        def watch(call: Any, response: Any) -> None:
            self._last = call
            record(call, response)

        sandbox.front.record = watch

    def replay(self, proof: Proof, example: Example, question: Question) -> Replay:
        """The first call that confirms or refutes the example; else why the last one tried does neither."""
        caller, why = _caller(example, proof)
        if caller is None:
            return Replay(NOT_REPLAYED, why)
        best: Replay | None = None
        last = Replay(NOT_REPLAYED, f"no call of the sandbox's asks {example.action} about {example.resource}")
        denied = proof.name == NOTHING_MORE
        bounds = self._boundaries.get(caller.split(":")[4] if caller else "", ()) if _bounded(proof) else ("",)
        for number, (call, arn, bound) in enumerate(self._attempts(example, caller, bounds)):
            if number == TRIES:
                break
            last = self._tried(call, arn, _Case(example, question, caller, bound, denied, _bounded(proof)))
            if last.is_final:
                return last
            best = best or (last if last.status == CONFIRMED else None)
        return best or last

    def _attempts(self, example: Example, caller: str, bounds: Sequence[str]) -> Iterator[tuple[Planned, str, str]]:
        from bastide.sandbox.planned import planned

        for arn in _nearby(example, caller):
            calls = list(planned(example.action, arn))
            for call in calls[:2]:
                yield from ((call, arn, bound) for bound in bounds)

    def _tried(self, call: Planned, arn: str, case: _Case) -> Replay:
        from bastide.sandbox.callers import credentials_of
        from bastide.sandbox.minimum import ciphertext, make_least
        from bastide.sandbox.planned import planned
        from bastide.sandbox.wire import AwsError

        name = f"{call.service}:{call.operation}"
        try:
            keys = credentials_of(self._sandbox, case.caller, case.bound) if case.caller else {}
        except AwsError as refused:
            return Replay(NOT_REPLAYED, f"there can be no {case.caller}: {refused}", name, arn)
        if not call.operation.startswith(MAKES):
            made = make_least(self._sandbox, arn, case.caller)
            if made != arn:
                arn = made
                call = next((one for one in planned(case.example.action, arn) if one.operation == call.operation), call)
        if call.service == "kms" and call.operation in ("Decrypt", "ReEncrypt"):
            call = replace(call, params={**call.params, "CiphertextBlob": ciphertext(self._sandbox, arn)})
        return self._called(call, arn, keys, case)

    def _called(self, call: Planned, arn: str, keys: dict[str, str], case: _Case) -> Replay:
        from bastide.sandbox.callers import client_of

        self._last = None
        name = f"{call.service}:{call.operation}"
        region = _region(case.example, arn)
        try:
            client = client_of(self._sandbox, call.service, region, keys)
            _carry(client, case.example)
            method = _method(client, call.operation)
            method(**call.params)
        except ClientError as error:
            return self._judged(name, arn, error_code(error), case)
        except (BotoCoreError, ValueError, KeyError) as wrong:
            return Replay(NOT_REPLAYED, f"the call cannot be formed: {wrong}", name, arn)
        return self._judged(name, arn, SUCCEEDED, case)

    def _judged(self, name: str, arn: str, answer: str, case: _Case) -> Replay:
        """What the front's decision, and the call's answer, say of the counterexample."""
        judgement = getattr(self._last, "judgement", None)
        if judgement is None or judgement.exempt or f"{self._last.service}:{self._last.operation}" != name:
            return Replay(NOT_REPLAYED, f"nothing decided the call, which was answered {answer}", name, arn)
        refusing = judgement.refusing
        about = [part for part in judgement.parts if part.request and is_asked_for(part.request, case.question)]
        if not about:
            return Replay(NOT_REPLAYED, _astray(judgement.parts, case), name, arn, answer)
        part = refusing if refusing in about else about[0]
        told = f"{part.request.principal.arn or 'somebody'} called {name} on {part.resource}"
        if case.denied:
            return _of_too_much(part, told, name, answer)
        if part is refusing:
            return _refused(part, told, name, answer, case)
        if refusing is not None:
            said = f"the call needs {refusing.action} on {refusing.resource} too, refused by {_by(refusing)}"
            return Replay(NOT_REPLAYED, said, name, part.resource, answer)
        if answer in DENIED or answer.startswith(MALFORMED):
            return Replay(NOT_REPLAYED, f"policies let it through, the answer is {answer}", name, part.resource, answer)
        said = "and succeeded" if answer == SUCCEEDED else f"and was let through; the service answered {answer}"
        return Replay(CONFIRMED, f"{told} {said}", name, part.resource, answer)


@dataclass(frozen=True, slots=True)
class _Case:
    """One counterexample on trial. ``denied``: what it shows is a refusal, not a leave."""

    example: Example
    question: Question
    caller: str
    bound: str
    denied: bool
    bounded: bool


def _bounded(proof: Proof) -> bool:
    return proof.name.startswith(BOUNDED)


def _caller(example: Example, proof: Proof) -> tuple[str | None, str]:
    """ARN of who has to call, empty for anybody without credentials; None and why when nobody can call as that."""

    def one(key: str) -> str:
        return example.keys.get(key, ("",))[0]

    if one(SERVICE):
        return None, f"{one(SERVICE)} is AWS's own: nobody signs as it"
    if one(FEDERATED):
        return None, "a federated caller signs nothing: its provider would have to vouch"
    if one(ARN):
        return one(ARN), ""
    if proof.name == NOTHING_MORE and proof.where:
        return f"arn:aws:iam::{proof.where[0]}:role/example", ""
    if not example.action.startswith("s3:"):
        return None, "a call without credentials is answered by S3 and STS alone"
    return "", ""


def _nearby(example: Example, caller: str) -> Iterator[str]:
    """The example's resource; where it is the engine's invention, first its like in the caller's account and Region."""
    from bastide.sandbox.planned import typical

    parts = example.resource.split(":", 5)
    account = example.keys.get("aws:resourceaccount", (caller.split(":")[4] if caller else "",))[0]
    invented = len(parts) == 6 and parts[4] == STAND_IN != account and account
    if invented:
        region = parts[3] and example.keys.get("aws:requestedregion", (parts[3],))[0]
        yield ":".join([*parts[:3], region, account, parts[5]])
        yield from typical(example.action, account, region or "us-east-1")
    yield example.resource


def _region(example: Example, arn: str) -> str:
    given = example.keys.get("aws:requestedregion", ("",))[0]
    return given or (arn.split(":") + [""] * 4)[3].replace("*", "") or "us-east-1"


def _carry(client: Any, example: Example) -> None:
    """Let every call carry the example's keys that do not follow from the call itself."""
    keys = {key: list(values) if len(values) > 1 else values[0] for key, values in example.keys.items() if _free(key)}
    if not keys:
        return
    text = json.dumps(keys)

    def add(params: dict[str, Any], **_: Any) -> None:
        params["headers"][HEADER] = text

    client.meta.events.register_first("before-call.*.*", add)


def _free(key: str) -> bool:
    return not (key.startswith("@") or key in FOLLOWS or (key.startswith(PRINCIPAL) and not key.startswith(TAG)))


def _method(client: Any, operation: str) -> Any:
    names = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    return getattr(client, names[operation])


def _refused(part: Part, told: str, name: str, answer: str, case: _Case) -> Replay:
    kinds = BINDING | ({"boundary"} if case.bounded else set())
    # Whether a resource's policy has to allow is not every invariant's question; that one denies is.
    if part.policy_type in kinds and (part.policy or part.policy_type != "resource"):
        return Replay(REFUTED, f"{told} and was refused by {_by(part)}", name, part.resource, answer)
    said = f"refused by {_by(part)}, which the invariant leaves open"
    return Replay(NOT_REPLAYED, said, name, part.resource, answer)


def _of_too_much(part: Part, told: str, name: str, answer: str) -> Replay:
    if answer in DENIED and part.policy_type in ("scp", "rcp"):
        return Replay(CONFIRMED, f"{told} and was refused by {_by(part)}", name, part.resource, SUCCEEDED)
    return Replay(REFUTED, f"{told} and was not refused by a guardrail's policy", name, part.resource, answer)


def _astray(parts: Sequence[Part], case: _Case) -> str:
    """Why what was decided is not what the invariant speaks about."""
    asked = [part for part in parts if part.action.lower() == case.example.action.lower()]
    if not asked:
        return f"the call asks {', '.join(part.action for part in parts) or 'nothing'}, not {case.example.action}"
    request = asked[0].request
    differ = _differing(request, case.example) if request else ()
    if differ:
        return f"the call carries {', '.join(differ)}"
    return f"the call asks about {asked[0].resource}, not {case.example.resource}"


def _differing(request: Request, example: Example) -> tuple[str, ...]:
    found = []
    for key, values in sorted(example.keys.items()):
        if not key.startswith("@") and request.keys.get(key) != values:
            found.append(f"{key} = {' + '.join(request.keys.get(key, ('nothing',)))} instead of {' + '.join(values)}")
    return tuple(found)


def _by(part: Part) -> str:
    kind = part.policy_type or part.decision
    named = " ".join(filter(None, (part.policy, part.sid)))
    return f"{kind} {named}".strip() if named else (part.why or f"no {kind} policy that allows it")
