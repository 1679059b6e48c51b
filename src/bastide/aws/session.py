"""A target's way in: every account and region through one botocore session with one client for each (service, region).

One idea: clients are shared by all accounts and sign with the keys of the account entered (``credentials.py``), so an
organization of thousands of accounts costs as many clients as one account does. Sending again (``retries.py``) and
slowing down (``throttle.py``) are ours, too, for botocore keeps both by client. Whether the target is AWS or a sandbox
is a matter of how the session was made; this module never sees the sandbox's code.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol, TypeVar

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

from bastide import __version__
from bastide.aws.credentials import (
    AccountClient,
    CredentialProvider,
    Keyring,
    Keys,
    SharedCredentials,
    current_account,
    entered,
)
from bastide.aws.doubt import register as register_doubt
from bastide.aws.handler import DENIED, error_code
from bastide.aws.models import Models, parse_timestamp
from bastide.aws.parallel import Hands
from bastide.aws.retries import Retries
from bastide.aws.throttle import Throttle
from bastide.errors import TargetError
from bastide.model import GLOBAL, Arn
from bastide.model.platform import MEMBER_ROLE

T = TypeVar("T")
R = TypeVar("R")
SESSION_NAME = "bastide"
CONNECTIONS = 32
HANDS = 8
ATTEMPTS = 8
FEW = 2
PATIENCE = 90.0
HOUR = 3600  # seconds; the most that role chaining allows. Source: AWS STS API Reference, AssumeRole
# Where the services that have no region are. Source: AWS General Reference, "Service endpoints".
GLOBAL_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
# The user's files and profile must not change what a sandbox is.
NO_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class SandboxLike(Protocol):
    """What a target needs of an in-process sandbox."""

    management_account: str

    @property
    def disturbed(self) -> bool:
        """Whether faults are asked for at the moment."""
        ...

    def attach(self, botocore_session: Any) -> None:
        """Answer all requests of this session's clients."""
        ...

    def session(self) -> Any:
        """A boto3 session of the management account's administrator."""
        ...


class PlaceConnection:
    """One account and region of a target (``handler.Connection``), with answers remembered for its lifetime."""

    def __init__(self, target: Target, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self.partition = target.partition
        self.management_account = target.management_account
        self._target = target
        self._lock = threading.Lock()
        self._answers: dict[str, _Answer] = {}

    def client(self, service: str, region: str = "") -> Any:
        """A client of ``service`` in this account and region (for GLOBAL the partition's), or in the region named."""
        return self._target.client(service, self.account, region or self.region)

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What ``read`` returns or raises, asked once for this connection; other threads wait for the first."""
        with self._lock:
            answer = self._answers.setdefault(name, _Answer())
        return answer.ask(read)  # type: ignore[no-any-return]

    def each(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """What ``work`` returns for every item, in their order; several at a time on AWS."""
        return self._target.hands.each(work, items)

    def of(self, account: str) -> PlaceConnection:
        """The same region of another account of the target, with nothing remembered yet."""
        return self._target.connection(account, self.region)


class _Answer:
    """One remembered answer or error."""

    __slots__ = ("_done", "_error", "_lock", "_value")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done = False
        self._value: Any = None
        self._error: Exception | None = None

    def ask(self, read: Callable[[], Any]) -> Any:
        with self._lock:
            if not self._done:
                try:
                    self._value = read()
                except (ClientError, BotoCoreError) as error:
                    self._error = error
                self._done = True
        if self._error is not None:
            raise self._error
        return self._value


class Way(NamedTuple):
    """A role, with its path, that lets into member accounts, and the external id that it asks for."""

    role_name: str
    external_id: str = ""


class Target:
    """AWS or a sandbox organization: gives connections; one for each process is enough."""

    def __init__(
        self,
        name: str,
        session: botocore.session.Session,
        home: Credentials,
        *,
        endpoint_url: str | None = None,
        ways: Iterable[Way] = (Way(MEMBER_ROLE),),
        role_session_name: str = SESSION_NAME,
        disturbed: Callable[[], bool] = lambda: False,
    ) -> None:
        """A target of the accounts that ``home`` (credentials of one account) can enter; see ``enter_by`` for ``ways``.

        ``disturbed``: whether a sandbox was told to fail now and then, as AWS does.

        Raises:
            TargetError: the credentials do not work.
        """
        self.name = name
        self._ways = tuple(ways)
        self._entered: dict[str, str] = {}
        self._role_session_name = role_session_name
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}
        self._disturbed = disturbed
        self.hands = Hands(HANDS if name == "aws" else 0)
        # A sandbox's server that was stopped will not come back while we wait; one in process fails only when told to.
        # An endpoint that stands for all of AWS is an emulator: what it does not know, it will not know later either.
        tries = FEW if os.environ.get("AWS_ENDPOINT_URL") and name == "aws" else ATTEMPTS
        self._attempts = 1 if endpoint_url and not disturbed() else tries
        self._config = _config(name, endpoint_url, self._attempts)
        self._endpoint_url = endpoint_url
        self._keyring = Keyring(home, self._assume, self.clock)
        self._session = self._share(session)
        self.partition, self.home_account, self.management_account = self._identify()
        self._keyring.home_account = self.home_account

    @classmethod
    def sandbox(cls, sandbox: SandboxLike, **options: Any) -> Target:
        """A sandbox in this process."""
        session = botocore.session.Session(NO_FILES)
        sandbox.attach(session)
        keys = sandbox.session().get_credentials().get_frozen_credentials()
        home = Credentials(keys.access_key, keys.secret_key, keys.token)
        return cls("sandbox", session, home, disturbed=lambda: sandbox.disturbed, **options)

    @classmethod
    def sandbox_http(cls, endpoint: str, access_key: str, secret_key: str, token: str = "", **options: Any) -> Target:
        """A sandbox behind a server on this machine; the keys are those of ``bastide sandbox env``."""
        session = botocore.session.Session(NO_FILES)
        home = Credentials(access_key, secret_key, token or None)
        return cls("sandbox", session, home, endpoint_url=endpoint, **options)

    @classmethod
    def aws(cls, profile: str = "") -> Target:
        """AWS with the user's own credentials.

        Raises:
            TargetError: the profile has no credentials, or they do not work.
        """
        try:
            home = botocore.session.Session(profile=profile or None).get_credentials()
            session = botocore.session.Session(profile=profile or None)
        except BotoCoreError as error:
            raise TargetError(f"cannot use the AWS profile {profile!r}: {error}") from error
        if home is None:
            raise TargetError("there are no AWS credentials", fix="name a --profile, or set AWS_PROFILE and log in")
        return cls("aws", session, home)

    def clock(self) -> datetime:
        """Now, aware UTC."""
        return datetime.now(UTC)

    @property
    def threads(self) -> int:
        """How many calls at a time the target is good for."""
        # moto: requests are served one at a time, so more threads only take turns.
        return CONNECTIONS if self.name == "aws" else 1

    @property
    def patience(self) -> float:
        """Seconds for which an eventually consistent answer is waited for; a sandbox is consistent unless disturbed."""
        return PATIENCE if self.name == "aws" or self._disturbed() else 0.0

    @property
    def label(self) -> str:
        """What tells this organization from every other in the store."""
        return f"{self.name}/{self.management_account}"

    @property
    def basis(self) -> str:
        """What results from this target stand on: sandbox or live."""
        return "live" if self.name == "aws" else "sandbox"

    def connection(self, account: str, region: str) -> PlaceConnection:
        """A connection with nothing remembered yet."""
        return PlaceConnection(self, account, region)

    def enter(self, account: str) -> None:
        """Make sure that the account can be entered.

        Raises:
            ClientError: its role cannot be assumed.
        """
        self._keyring.read(account)

    def enter_by(self, ways: Iterable[Way], role_session_name: str = SESSION_NAME) -> None:
        """Enter member accounts by the first of ``ways`` that lets in, from now on and under this session name.

        Not while calls are under way.
        """
        wanted = tuple(ways)
        if (wanted, role_session_name) != (self._ways, self._role_session_name):
            self._ways, self._role_session_name = wanted, role_session_name
            self._entered = {}
            self._keyring.forget()

    @property
    def entered_otherwise(self) -> Mapping[str, str]:
        """Accounts that did not let in the first role that was tried → the role that they did let in."""
        return {account: role for account, role in self._entered.items() if role != self.first_role}

    @property
    def first_role(self) -> str:
        """The role that is tried first in every account, with its path."""
        return self._ways[0].role_name

    def client(self, service: str, account: str, region: str) -> AccountClient:
        """A client of ``service`` as the account sees it; made once for (service, region)."""
        place = (service, GLOBAL_REGIONS.get(self.partition, "us-east-1") if region == GLOBAL else region)
        client = self._clients.get(place)
        if client is None:
            with self._lock:  # making clients is not safe under threads, using them is
                client = self._clients.get(place) or self._make(*place)
                self._clients[place] = client
        return AccountClient(client, account)

    def client_of(self, service: str, region: str, keys: Mapping[str, Any]) -> Any:
        """A new client of ``service`` that signs with the ``Credentials`` of an answer to AssumeRole."""
        with self._lock:
            return self._make(
                service,
                region,
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
            )

    def _make(self, service: str, region: str, **keys: str) -> Any:
        url = self._endpoint_url
        if service == "s3control" and self.name == "aws":
            url = os.environ.get("AWS_ENDPOINT_URL_S3_CONTROL") or os.environ.get("AWS_ENDPOINT_URL")
        if url and "@" not in url and service == "s3control":
            # Its rules put ``ACCOUNT.`` before the host whatever the settings say; as a user name it does no harm.
            url = url.replace("://", "://account@", 1)
        client = self._session.client(service, region_name=region, endpoint_url=url, config=self._config, **keys)
        Retries(self._attempts).register(client)
        register_doubt(client)
        return client

    def _share(self, session: botocore.session.Session) -> boto3.Session:
        session.register_component("data_loader", Models())
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse_timestamp)
        session.register_component("credential_provider", CredentialProvider(SharedCredentials(self._keyring)))
        if self.threads > 1:
            Throttle(current_account).register(session.get_component("event_emitter"))
        return boto3.Session(botocore_session=session)

    def _identify(self) -> tuple[str, str, str]:
        """(partition, home account, management account)."""
        region = self._session.region_name or "us-east-1"
        try:
            arn = Arn.parse(self.client("sts", "", region).get_caller_identity()["Arn"])
        except (ClientError, BotoCoreError) as error:
            raise TargetError(f"the credentials for {self.name} do not work: {error}", fix="log in again") from error
        try:
            organization = self.client("organizations", "", GLOBAL_REGIONS[arn.partition]).describe_organization()[
                "Organization"
            ]
        except ClientError as error:
            if error_code(error) not in ("AWSOrganizationsNotInUseException", "AccessDeniedException"):
                raise TargetError(f"cannot read the organization: {error}") from error
            return arn.partition, arn.account, arn.account
        return arn.partition, arn.account, str(organization["MasterAccountId"])

    def _assume(self, account: str) -> Keys:
        refused: ClientError | None = None
        for way in self._ways:
            try:
                keys = self._take(account, way)
            except ClientError as error:
                if error_code(error) not in DENIED:
                    raise
                refused = refused or error  # what the first one lacks is what a person wants to know
            else:
                self._entered[account] = way.role_name
                return keys
        raise refused or TargetError(f"there is no role to enter {account} by")

    def _take(self, account: str, way: Way) -> Keys:
        parameters = {
            "RoleArn": f"arn:{self.partition}:iam::{account}:role/{way.role_name.strip('/')}",
            "RoleSessionName": self._role_session_name,
            "DurationSeconds": HOUR,
        }
        if way.external_id:
            parameters["ExternalId"] = way.external_id
        with entered(self.home_account):
            made = self.client("sts", self.home_account, GLOBAL).assume_role(**parameters)["Credentials"]
        frozen = Credentials(
            made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"]
        ).get_frozen_credentials()
        return Keys(frozen, made["Expiration"])


def _config(name: str, endpoint_url: str | None, attempts: int) -> Config:
    sandbox = name == "sandbox"
    return Config(
        max_pool_connections=CONNECTIONS + HANDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
        # One client serves many accounts, so no account may be written into its endpoint.
        account_id_endpoint_mode="disabled",
        # botocore composes its own anew for every request, which is a tenth of what a call to the sandbox costs.
        user_agent="bastide-sandbox" if sandbox else f"bastide/{__version__} {botocore.session.Session().user_agent()}",
        ignore_configured_endpoint_urls=sandbox,
        # 123456789012.127.0.0.1 does not resolve.
        inject_host_prefix=endpoint_url is None and "AWS_ENDPOINT_URL" not in os.environ,
        s3={"addressing_style": "path"} if endpoint_url else None,
        # moto: the aws-chunked trailer that an https URL would get is one more thing to undo.
        request_checksum_calculation="when_required" if sandbox else None,
        response_checksum_validation="when_required" if sandbox else None,
    )
