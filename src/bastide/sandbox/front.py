"""The front: every request to the emulated organization passes here, one at a time.

One idea: resolve → authorize → shim or moto → record → journal. `authorize` is `authorize.Authorizer`
unless the sandbox is bare; a call that it refuses is recorded and not journaled, and a replay does not ask again.
moto is not safe under threads, so requests are serialized by a lock; only waiting for the disk happens outside it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import UnknownServiceError

from bastide.sandbox import moto, shims
from bastide.sandbox.authorize import Authorizer
from bastide.sandbox.body import check_body
from bastide.sandbox.call import Call, Store, call_of, internal_call
from bastide.sandbox.clock import Clock
from bastide.sandbox.constraints import check_parameters
from bastide.sandbox.credentials import MANAGEMENT_ACCOUNT
from bastide.sandbox.faults.disturb import Faults
from bastide.sandbox.journal import Entry, Journal, changes_state
from bastide.sandbox.principal import Principal
from bastide.sandbox.resolve import Scope, read_scope, spoken
from bastide.sandbox.sessions import Sessions
from bastide.sandbox.signature import unwrap, verify
from bastide.sandbox.trail.audit import Audit
from bastide.sandbox.wire import AwsError, HttpRequest, HttpResponse, RefusedByEngine, render_error

log = logging.getLogger("bastide.sandbox")

# What the sandbox does by itself (its clock, deliveries) stands in the journal as requests of this scope.
ITSELF = Scope("", "", "_sandbox")

Authorize = Callable[[Call], None]
Record = Callable[[Call, HttpResponse], None]


class Front:
    """Answers requests on one sandbox's state."""

    management_account = MANAGEMENT_ACCOUNT

    def __init__(self, journal: Journal | None = None, *, enforce: bool = True) -> None:
        """An empty management account, or what the journal's replay gives. Raises InputError on a broken journal.

        Without `enforce` every known caller may do everything.
        """
        self.enforced = enforce
        self._authorizer = Authorizer()
        self.authorize: Authorize = self._authorizer if enforce else lambda call: None
        self.clock = Clock(self._shift)
        self.audit = Audit(self, *_beside(journal))
        self.record: Record = self.audit.record
        self.faults = Faults()
        self._shims, self._owners = shims.walk(), shims.OWNERS
        self._state = moto.State()
        self._lock = _LOCK
        self._journal = journal
        self._replaying = self._acted = False
        self._forget()
        if journal is not None:
            self._replay(journal)

    def _forget(self) -> None:
        self._stores: dict[tuple[str, str, str], Store] = defaultdict(dict)
        self.sessions = Sessions()
        self._authorizer.forget()
        self.sequence = 0

    def reset(self) -> None:
        """Back to an empty management account; an attached journal is emptied too."""
        with self._lock:
            self._state.clear()
            self._forget()
            self.audit.clear()
            self.clock.reset()
            if self._journal is not None:
                self._journal.clear()

    def store(self, service: str, account: str, region: str) -> Store:
        """The shims' own state for a key; empty at first."""
        return self._stores[service, account, region]

    def stores(self, service: str, account: str) -> list[Store]:
        """The shims' own state of a service and account, Region by Region."""
        return [store for key, store in sorted(self._stores.items()) if key[:2] == (service, account)]

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response that AWS would give; never raises for anything that a caller sends.

        Raises:
            Disconnected: faults on demand took the answer, and maybe the call.
        """
        scope = None
        with self._lock:
            self._state.activate()
            before = self.sequence
            try:
                self._deliver_due()
                scope = read_scope(request)
                call = self._resolve(request, scope)
            except AwsError as refusal:
                return self._refuse(scope, request, refusal)
            except Exception as crash:  # the outermost edge of a request
                log.exception("sandbox: %s %s", request.method, request.url)
                text = f"sandbox: the request cannot be read: {type(crash).__name__}: {crash}"
                return self._refuse(scope, request, AwsError("InternalFailure", text, 501))
            response = self._disturbed(call) if self.faults.active else self._run(call)
            sequence = self.sequence
        if sequence > before and self._journal is not None:
            self._journal.sync(sequence)
        return self.faults.delivered(call, response) if call.fault is not None else response

    def _disturbed(self, call: Call) -> HttpResponse:
        """As `_run`, unless a fault befalls the call: what is not performed is no business of the journal."""
        changes = changes_state(call.service, call.operation)
        instead = self.faults.instead(call, changes)
        if instead is not None:
            return self._recorded(call, instead)
        return self.faults.noted(call, self._run(call), changes)

    def _refuse(self, scope: Scope | None, request: HttpRequest, refusal: AwsError) -> HttpResponse:
        if scope is None:  # it does not say whom it is for
            protocol = spoken(request)
            return render_error(refusal, protocol, "s3" if protocol == "rest-xml" else "", "0" * 32)
        try:
            protocol = moto.request_protocol(moto.service_model(scope.service), request.header("content-type"))
        except UnknownServiceError:
            protocol = "rest-xml"
        return render_error(refusal, protocol, scope.service, "0" * 32)

    def _resolve(self, request: HttpRequest, scope: Scope, *, replayed: bool = False) -> Call:
        try:
            model = moto.service_model(scope.service)
        except UnknownServiceError as unknown:
            raise AwsError("NotImplementedInSandbox", f"no service signs as {scope.service!r}", 501) from unknown
        principal, at = self.sessions.identify(scope, model.protocol), self.clock.now()
        transport = request.url.partition(":")[0]
        if not replayed:  # what is in the journal was signed, in time, and its token was not written down
            request = self._verified(request, scope, principal, model, at)
        call = call_of(self, request, scope, principal)
        call.transport, call.at = transport, at
        if not replayed:
            check_body(call)
        return self._owned(call)

    def _verified(
        self, request: HttpRequest, scope: Scope, principal: Principal, model: moto.ServiceModel, at: datetime
    ) -> HttpRequest:
        """The request with its body unwrapped, once its token, time and signature are good. Raises AwsError."""
        if not principal.access_key:
            return unwrap(request)
        protocol = moto.request_protocol(model, request.header("content-type"))
        self.sessions.verify(principal, request, scope.service, protocol, at)
        return verify(request, self.sessions.secret(principal), scope.service, protocol, self.clock)

    def _owned(self, call: Call) -> Call:
        """The call, about the state of the account whose it is."""
        owned = self._owners.get(call.service)
        owner = owned(call) if owned else call.account
        if owner != call.account:
            call.account, call.engine_request = owner, moto.to_request(call.request, owner)
        return call

    def act(self, request: HttpRequest, principal: Principal, cause: Call, by: str, *, forwards: bool) -> HttpResponse:
        """The answer to a request that the service `by` makes as `principal` while it answers `cause`.

        Decided and recorded as every call, and part of its cause's entry in the journal. `forwards`: the service uses
        the caller's own permissions (a forward access session), not a role's that it was given.
        Source: IAM User Guide, "Forward access sessions".
        """
        scope = read_scope(request)
        try:
            call = call_of(self, request, scope, principal)
            call.transport, call.at, call.sequence = "service", cause.at, cause.sequence
            call.by, call.forwarded_access = by, forwards
            call = self._owned(call)
        except AwsError as refusal:
            return self._refuse(scope, request, refusal)
        refused: HttpResponse | None = self._guarded(call, self.authorize)
        response = self._performed(call) if refused is None else refused
        self._acted = True
        self.audit.join(call, response, recorded=not self._replaying)
        return response

    def _run(self, call: Call) -> HttpResponse:
        """The answer, once everything about the call is on file. Under the lock."""
        now, changes = call.at, changes_state(call.service, call.operation)
        # A read may make something (a key behind alias/aws/…): the same read makes the same one.
        read = f"{call.account}/{call.request.url}/{call.request.body!r}" if not changes else ""
        moto.seed(read or f"asked after {self.sequence}", now)
        refused = self._guarded(call, self._admit)
        if refused is not None:  # nothing was changed: no business of the journal
            return self._recorded(call, refused)
        if not changes:
            return self._recorded(call, self._performed(call))
        self.sequence += 1
        return self._recorded(call, self._perform(call, self.sequence, now))

    def _admit(self, call: Call) -> None:
        check_parameters(call)
        self.authorize(call)

    def _recorded(self, call: Call, response: HttpResponse) -> HttpResponse:
        """The answer, after the records and the journal have it, in this order: see `trail.audit`."""
        try:
            self.record(call, response)
            if call.sequence and self._journal is not None:
                self._journal.append(Entry.of(call, call.sequence, call.at, response.status))
            self.audit.settle(call)
        except OSError as full:
            text = f"sandbox: done, but a restart will not know it: the journal cannot be written: {full}"
            failure = AwsError("InternalFailure", text, 501)
            return render_error(failure, call.protocol, call.service, moto.request_id())
        return response

    def _perform(self, call: Call, sequence: int, at: datetime) -> HttpResponse:
        call.at, call.sequence, self._acted = at, sequence, False
        moto.seed(str(sequence), at)
        response = self._performed(call)
        if self._acted:  # what was remembered of callers within the call is older than its end
            self._authorizer.forget()
        return response

    def _performed(self, call: Call) -> HttpResponse:
        answered: HttpResponse = self._guarded(call, self._respond)
        return answered

    def _guarded(self, call: Call, step: Callable[[Call], Any]) -> Any:
        """What the step answers, or the error that it ends with."""
        try:
            return step(call)
        except AwsError as refusal:
            return render_error(refusal, call.protocol, call.service, moto.request_id())
        except RefusedByEngine as refused:
            return refused.response
        except Exception as crash:
            log.exception("sandbox: %s:%s", call.service, call.operation)
            text = f"sandbox: {call.service}:{call.operation}: {type(crash).__name__}: {crash}"
            # 501 rather than AWS's 500: botocore retries 500, and the same request crashes again.
            failure = AwsError("InternalFailure", text, 501)
            return render_error(failure, call.protocol, call.service, moto.request_id())

    def _respond(self, call: Call) -> HttpResponse:
        function = self._shims.get((call.service, call.operation))
        answer = function(call) if function else call.forward()
        if isinstance(answer, HttpResponse):
            return answer
        return moto.serialize(call.model, call.protocol, answer or {}, moto.request_id())

    def invoke(
        self, service: str, operation: str, params: Mapping[str, Any], account: str, region: str, cause: Call
    ) -> dict[str, Any]:
        """See Call.invoke."""
        call = internal_call(self, service, operation, params, account, region, cause.principal)
        return self._served(call)

    def serve(
        self, service: str, operation: str, params: Mapping[str, Any], account: str, region: str, by: str
    ) -> dict[str, Any]:
        """An operation's answer, performed by the AWS service `by`: not authorized, not recorded. Raises AwsError."""
        call = internal_call(
            self, service, operation, params, account, region, Principal(account, by, by, "", "AWSService")
        )
        return self._served(call)

    def _served(self, call: Call) -> dict[str, Any]:
        try:
            return call.result(self._respond(call))
        except RefusedByEngine as refused:
            raise call.error(refused.response) from refused

    def perform(
        self, service: str, operation: str, params: Mapping[str, Any], account: str, region: str
    ) -> dict[str, Any]:
        """As `serve`, asked from outside of any call: what stands ready for a trial. Raises AwsError."""
        with self._lock:
            self._state.activate()
            try:
                return self.serve(service, operation, params, account, region, "sandbox.amazonaws.com")
            finally:
                self._authorizer.forget()

    # ── what the sandbox does by itself ─────────────────────────────────────────────────────────────────────────────

    def steer(self, name: str, document: dict[str, Any], at: datetime) -> int:
        """Journal something that the sandbox does by itself, then do it; its sequence number. Raises OSError."""
        self.sequence += 1
        if self._journal is not None:
            self.audit.log.sync()  # what an entry delivers is on disk before the entry
            request = HttpRequest("POST", f"/{name}", (), json.dumps(document).encode())
            self._journal.append(Entry(self.sequence, at, ITSELF, request, 200))
        self._do(name, document, self.sequence, at)
        return self.sequence

    def _do(self, name: str, document: dict[str, Any], sequence: int, at: datetime) -> None:
        if name == "clock":
            self.clock.shift(timedelta(seconds=document["offset"]), at)
        else:
            self.audit.perform(name, document, sequence, at)

    def _shift(self, offset: timedelta) -> None:
        """Set the clock, and let happen what was due in between."""
        with self._lock:
            self._state.activate()
            self.steer("clock", {"offset": offset.total_seconds()}, self.clock.now())
            self._deliver_due()
            sequence = self.sequence
        if self._journal is not None:
            self._journal.sync(sequence)

    def _deliver_due(self) -> None:
        try:
            self.audit.due(self.clock.now())
        except OSError as full:
            log.warning("sandbox: nothing can be delivered: %s", full)

    def deliver(self) -> None:
        """Deliver the records that wait now, whatever their age."""
        with self._lock:
            self._state.activate()
            self._deliver_due()
            self.audit.deliver(self.clock.now())
            sequence = self.sequence
        if self._journal is not None:
            self._journal.sync(sequence)

    # ── restart ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _replay(self, journal: Journal) -> None:
        with self._lock:
            self._state.activate()
            self._replaying = True
            entries = list(journal.read())
            own = [json.loads(entry.request.body) for entry in entries if entry.scope == ITSELF]
            needed = max((row.get("upto") or row.get("to") or 0 for row in own), default=0)
            self.audit.begin_replay(entries[-1].sequence if entries else 0, needed)
            for entry in entries:
                self.sequence = entry.sequence
                if entry.scope == ITSELF:
                    document = json.loads(entry.request.body)
                    self._do(entry.request.url[1:], document, entry.sequence, entry.at)
                else:
                    self._again(entry)
            self.audit.end_replay()
            self._replaying = False

    def _again(self, entry: Entry) -> None:
        call = self._resolve(entry.request, entry.scope, replayed=True)
        response = self._perform(call, entry.sequence, entry.at)
        if response.status != entry.status:
            log.warning("replay: entry %d (%s) gave %d", entry.sequence, call.operation, response.status)
        self.audit.replayed(call, response)


def _beside(journal: Journal | None) -> tuple[Path | None, Path | None]:
    """Where the record log and the digests' key of a journal are."""
    if journal is None:
        return None, None
    return journal.path.with_suffix(".records.jsonl"), journal.path.with_suffix(".digest-key.pem")


# One lock for all sandboxes of the process: they share moto's globals.
_LOCK = threading.RLock()
