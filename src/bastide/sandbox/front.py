"""The front: every request to the emulated organization passes here, one at a time.

One idea: resolve → authorize → shim or moto → learn the keys → record → journal. `authorize` and `record` are the
places for the policy engine and the audit trail; today the first allows everything and the second drops everything.
moto is not safe under threads, so requests are serialized by a lock; only waiting for the disk happens outside it.
"""

from __future__ import annotations

import logging
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from botocore.awsrequest import HeadersDict
from botocore.exceptions import UnknownServiceError
from botocore.parsers import create_parser

from bastide.sandbox import moto, shims
from bastide.sandbox.call import Call, Store, render_request
from bastide.sandbox.credentials import MANAGEMENT_ACCOUNT
from bastide.sandbox.faults import Faults
from bastide.sandbox.journal import Entry, Journal
from bastide.sandbox.principal import Principal
from bastide.sandbox.resolve import Scope, address, decode_chunks, read_scope
from bastide.sandbox.sessions import Sessions
from bastide.sandbox.wire import AwsError, HttpRequest, HttpResponse, RefusedByEngine, render_error

log = logging.getLogger("bastide.sandbox")

Authorize = Callable[[Call], None]
Record = Callable[[Call, HttpResponse], None]

_READ = re.compile(
    r"(Describe|Get|List|Head|Search|Lookup|BatchGet|BatchDescribe|Select|Scan|Query|Test|Validate|Simulate|Check|Estimate|Decode)"
)
# Reads by name that change state, and writes by name that do not.
_CHANGES = {("sts", "GetSessionToken"), ("sts", "GetFederationToken"), ("ecr", "GetAuthorizationToken")}
_KEEPS = {("kms", name) for name in ("Encrypt", "Decrypt", "GenerateDataKey", "GenerateRandom", "ReEncrypt", "Verify")}


def changes_state(service: str, operation: str) -> bool:
    """Whether the operation must be journaled: everything whose name is not a read's."""
    key = (service, operation)
    return key in _CHANGES or not (_READ.match(operation) or key in _KEEPS)


class Front:
    """Answers requests on one sandbox's state."""

    management_account = MANAGEMENT_ACCOUNT

    def __init__(self, journal: Journal | None = None) -> None:
        """An empty management account, or what the journal's replay gives. Raises InputError on a broken journal."""
        self.authorize: Authorize = lambda call: None
        self.record: Record = lambda call, response: None
        self.faults = Faults()
        self._shims, self._owners = shims.walk(), shims.OWNERS
        self._state = moto.State()
        self._lock = _LOCK
        self._journal = journal
        self._forget()
        if journal is not None:
            self._replay(journal)

    def _forget(self) -> None:
        self._stores: dict[tuple[str, str, str], Store] = defaultdict(dict)
        self.sessions = Sessions()
        self.sequence = 0

    def reset(self) -> None:
        """Back to an empty management account; an attached journal is emptied too."""
        with self._lock:
            self._state.clear()
            self._forget()
            if self._journal is not None:
                self._journal.clear()

    def store(self, service: str, account: str, region: str) -> Store:
        """The shims' own state for a key; empty at first."""
        return self._stores[service, account, region]

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The response that AWS would give; never raises for anything that a caller sends.

        Raises:
            Disconnected: faults on demand took the answer, and maybe the call.
        """
        scope = Scope("", "us-east-1", "s3")
        with self._lock:
            self._state.activate()
            try:
                scope = read_scope(request)
                call = self._resolve(decode_chunks(request), scope)
            except AwsError as refusal:
                return self._refuse(scope, request, refusal)
            except Exception as crash:  # the outermost edge of a request
                log.exception("sandbox: %s %s", request.method, request.url)
                text = f"sandbox: the request cannot be read: {type(crash).__name__}: {crash}"
                return self._refuse(scope, request, AwsError("InternalFailure", text, 501))
            response, sequence = self._disturbed(call) if self.faults.active else self._run(call)
        if sequence and self._journal is not None:
            self._journal.sync(sequence)
        return self.faults.delivered(call, response) if call.fault is not None else response

    def _disturbed(self, call: Call) -> tuple[HttpResponse, int]:
        """As `_run`, unless a fault befalls the call: what is not performed is no business of the journal."""
        changes = changes_state(call.service, call.operation)
        instead = self.faults.instead(call, changes)
        if instead is not None:
            self.record(call, instead)
            return instead, 0
        response, sequence = self._run(call)
        return self.faults.noted(call, response, changes), sequence

    def _refuse(self, scope: Scope, request: HttpRequest, refusal: AwsError) -> HttpResponse:
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
        principal = self.sessions.identify(scope, model.protocol)
        plain = request
        request = address(request, scope.service, model.endpoint_prefix, scope.region, principal.account)
        engine_request = moto.to_request(request, principal.account)
        found = moto.match(scope.service, engine_request)
        if found is None:
            text = f"{request.method} {request.url} is no operation of {scope.service} that the sandbox knows"
            raise AwsError("NotImplementedInSandbox", text, 501)
        operation, labels = found
        call = Call(
            self, scope.service, operation, scope.region, principal.account, principal, request, engine_request, labels
        )
        if not replayed:  # what is in the journal was in time, and its token was not written down
            self.sessions.verify(principal, plain, scope.service, model.protocol, call.at)
        owned = self._owners.get(scope.service)
        owner = owned(call) if owned else call.account
        if owner != call.account:
            call.account, call.engine_request = owner, moto.to_request(request, owner)
        return call

    def _run(self, call: Call) -> tuple[HttpResponse, int]:
        """(response, journal sequence or 0). Under the lock."""
        now = call.at
        if not changes_state(call.service, call.operation):
            # A read may make something (a key behind alias/aws/…): the same read makes the same one.
            moto.seed(f"{call.account}/{call.request.url}/{call.request.body!r}", now)
            response = self._guarded(call)
            self.record(call, response)
            return response, 0
        self.sequence += 1
        response = self._perform(call, self.sequence, now)
        if self._journal is not None:
            try:
                self._journal.append(Entry.of(call, self.sequence, now, response.status))
            except OSError as full:
                text = f"sandbox: done, but a restart will not know it: the journal cannot be written: {full}"
                failure = AwsError("InternalFailure", text, 501)
                return render_error(failure, call.protocol, call.service, moto.request_id()), 0
        self.record(call, response)
        return response, self.sequence

    def _perform(self, call: Call, sequence: int, at: datetime) -> HttpResponse:
        call.at = at
        moto.seed(str(sequence), at)
        return self._guarded(call)

    def _guarded(self, call: Call) -> HttpResponse:
        try:
            self.authorize(call)
            response = self._respond(call)
            self.sessions.learn(call, response)
            return response
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

    def engine_call(self, call: Call, params: Mapping[str, Any]) -> Call:
        """The same operation with other parameters."""
        return self._internal_call(call.service, call.operation, params, call.account, call.region, call.principal)

    def invoke(
        self, service: str, operation: str, params: Mapping[str, Any], account: str, region: str, cause: Call
    ) -> dict[str, Any]:
        """See Call.invoke."""
        call = self._internal_call(service, operation, params, account, region, cause.principal)
        try:
            return call.result(self._respond(call))
        except RefusedByEngine as refused:
            raise self.as_error(call, refused.response) from refused

    @staticmethod
    def as_error(call: Call, response: HttpResponse) -> AwsError:
        """The error that a refusal of moto's says."""
        message = {"body": response.body, "headers": HeadersDict(response.headers), "status_code": response.status}
        error = create_parser(call.protocol).parse(message, call.model.output_shape).get("Error", {})
        return AwsError(error.get("Code", "InternalFailure"), error.get("Message", ""), response.status)

    def _internal_call(
        self,
        service: str,
        operation: str,
        params: Mapping[str, Any],
        account: str,
        region: str,
        principal: Principal,
    ) -> Call:
        model = moto.service_model(service)
        request = render_request(model.operation_model(operation), params, region, account)
        request = address(request, service, model.endpoint_prefix, region, account)
        engine_request = moto.to_request(request, account)
        found = moto.match(service, engine_request)
        labels = found[1] if found else {}
        return Call(
            self, service, operation, region, account, principal, request, engine_request, labels, internal=True
        )

    def _replay(self, journal: Journal) -> None:
        with self._lock:
            self._state.activate()
            for entry in journal.read():
                call = self._resolve(entry.request, entry.scope, replayed=True)
                response = self._perform(call, entry.sequence, entry.at)
                if response.status != entry.status:
                    log.warning("replay: entry %d (%s) gave %d", entry.sequence, call.operation, response.status)
                self.sequence = entry.sequence


# One lock for all sandboxes of the process: they share moto's globals.
_LOCK = threading.RLock()
