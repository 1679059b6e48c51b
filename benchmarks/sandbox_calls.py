"""The sandbox's speed: enforced and recorded calls against bare moto, in process and over HTTP, and what takes time.

One idea: the same mix of calls, made by the same clients, in the same run, once against us and once against moto alone.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bastide.sandbox import MEMBER_ROLE, Sandbox, process
from benchmarks.measure import Figure, timed

REGION = "eu-west-1"
SERVICES = ("iam", "sts", "s3", "ec2", "kms", "ssm", "sqs")
TURNS = 150  # rounds of the mix in one measurement in process
HTTP_TURNS = 24  # and over HTTP, by all clients together
CLIENTS = (1, 4, 16)
ROUNDS = 3  # the best of these counts
HTTP_ROUNDS = 5
ACCOUNTS = 100
SOAK = 200_000
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})  # fmt: skip
Clients = dict[str, Any]


def prepare(clients: Clients, name: str) -> None:
    """Make what the mix reads."""
    clients["s3"].create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    clients["iam"].create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    clients["sqs"].create_queue(QueueName=name)


def mix(clients: Clients, name: str, turn: int) -> int:
    """Twelve calls, half of them writes, of seven services and all protocols; how many they were."""
    clients["sts"].get_caller_identity()
    clients["iam"].get_role(RoleName=name)
    clients["iam"].create_role(RoleName=f"{name}-{turn}", AssumeRolePolicyDocument=TRUST)
    clients["iam"].delete_role(RoleName=f"{name}-{turn}")
    clients["s3"].put_object(Bucket=name, Key=f"k{turn % 50}", Body=b"x" * 1000)
    clients["s3"].get_object(Bucket=name, Key=f"k{turn % 50}")["Body"].read()
    clients["ec2"].describe_vpcs()
    clients["ec2"].describe_security_groups()
    clients["kms"].list_keys()
    clients["ssm"].put_parameter(Name=f"/p/{turn % 50}", Value="v", Type="String", Overwrite=True)
    clients["ssm"].get_parameter(Name=f"/p/{turn % 50}")
    clients["sqs"].get_queue_url(QueueName=name)
    return 12


def _clients(session: boto3.Session, **options: Any) -> Clients:
    return {service: session.client(service, region_name=REGION, **options) for service in SERVICES}


def _rate(work: Callable[[int], int], turns: int) -> float:
    """Calls a second of processor time (nobody waits in process), of the best of some rounds after one to warm up."""
    work(0)
    rates = []
    for number in range(ROUNDS):
        begin = time.process_time()  # others work on this machine too
        calls = sum(work(1 + number * turns + turn) for turn in range(turns))
        rates.append(calls / (time.process_time() - begin))
    return max(rates)


def guarded_member(sandbox: Sandbox) -> str:
    """A member account in an organization with an SCP and an audit trail."""
    organizations = sandbox.session().client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    member = new_account(organizations, "work")
    policy = organizations.create_policy(
        Content=scp(0), Name="guard", Description="guard", Type="SERVICE_CONTROL_POLICY"
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=policy, TargetId=root)
    return member


def new_account(organizations: Any, name: str) -> str:
    """The id of a new member."""
    made = organizations.create_account(AccountName=name, Email=f"{name}@bench.example")["CreateAccountStatus"]
    while made["State"] == "IN_PROGRESS":
        made = organizations.describe_create_account_status(CreateAccountRequestId=made["Id"])["CreateAccountStatus"]
    return str(made["AccountId"])


def scp(number: int) -> str:
    """A guardrail as they are: a denial with an exemption, and one by Region."""
    exempt = {"ArnNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::*:role/platform/Admin{number}"]}}
    regions = {"StringNotEquals": {"aws:RequestedRegion": [REGION, "us-east-1", f"eu-north-{number}"]}}
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": f"Deny{number}", "Effect": "Deny", "Resource": "*", "Condition": exempt,
         "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", f"guardduty:Delete{number}*", "config:*"]},
        {"Sid": "Region", "Effect": "Deny", "Resource": "*", "Condition": regions,
         "NotAction": ["iam:*", "sts:*", "organizations:*", "support:*", f"route53:Get{number}*"]},
    ]})  # fmt: skip


def sandbox_calls() -> Iterator[Figure]:
    """In process against moto's `mock_aws`, over HTTP against moto's own server, shares, and authorization alone."""
    yield from _in_process()
    yield from _over_http()
    yield from _authorization()


def _in_process() -> Iterator[Figure]:
    name = "sandbox, in process"
    bare = float(subprocess.run(
        [sys.executable, "-c", "from benchmarks.sandbox_calls import bare; print(bare())"],
        check=True, capture_output=True, text=True,
    ).stdout)  # fmt: skip
    sandbox = Sandbox()
    member = guarded_member(sandbox)
    clients = _clients(sandbox.session(member, REGION))
    prepare(clients, "bench")
    ours = _rate(lambda turn: mix(clients, "bench", turn), TURNS)
    yield Figure(name, "bare moto (mock_aws)", bare, "calls/s")
    yield Figure(name, "enforced and recorded", ours, "calls/s")
    yield Figure(name, "ratio", ours / bare, "×", "≥ 0.6")
    yield from _shares(sandbox, clients)
    sandbox.close()


def bare() -> float:
    """Calls a second of moto alone."""
    from moto import mock_aws

    with mock_aws():
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        clients = _clients(boto3.Session(region_name=REGION, **keys))
        prepare(clients, "bench")
        return _rate(lambda turn: mix(clients, "bench", turn), TURNS)


def _shares(sandbox: Sandbox, clients: Clients) -> Iterator[Figure]:
    """How much of a call's time goes into the decision and into the record."""
    spent = {"authorize": 0.0, "record": 0.0, "answer": 0.0}
    front = sandbox.front

    def clocked(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*arguments: Any) -> Any:
            begin = time.perf_counter()
            try:
                return step(*arguments)
            finally:
                spent[name] += time.perf_counter() - begin

        return instead

    kept = front.authorize, front.record
    front.authorize, front.record = clocked("authorize", kept[0]), clocked("record", kept[1])
    with timed() as taken:
        calls = sum(mix(clients, "bench", 100_000 + turn) for turn in range(TURNS))
    front.authorize, front.record = kept
    for step, title in (("authorize", "authorization"), ("record", "recording")):
        yield Figure("sandbox, in process", f"{title}, share of a call's time", spent[step] / taken[0] * 100, "%")
        yield Figure("sandbox, in process", f"{title}, mean", spent[step] / calls * 1e3, "ms")


def _over_http() -> Iterator[Figure]:
    """Both servers run at once and take turns, so that whatever else the machine does falls on both."""
    name = "sandbox, over HTTP"
    moto = [sys.executable, "-c", "from benchmarks.sandbox_calls import moto_server; moto_server()"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(moto, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        endpoint = process.start(Path(folder), 0)
        url = (server.stdout or sys.stdin).readline().strip()
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        ours = _Served(endpoint.url, endpoint.pid, _member_session(endpoint))
        theirs = _Served(url, server.pid, boto3.Session(region_name=REGION, **keys))
        try:
            for count in CLIENTS:
                for number in range(-1, HTTP_ROUNDS):  # the first only warms up
                    for one in (ours, theirs):
                        one.turn(count, number)
                rates = [max(one.rates[count]) for one in (theirs, ours)]
                yield Figure(name, f"{count} clients, moto's server", rates[0], "calls/s")
                yield Figure(name, f"{count} clients, enforced and recorded", rates[1], "calls/s")
                yield Figure(name, f"{count} clients, ratio", rates[1] / rates[0], "×", "≥ 1.0")
            for one, whose in ((theirs, "moto's server"), (ours, "enforced and recorded")):
                yield Figure(name, f"processor time a call, {whose}", one.seconds / one.calls * 1e3, "ms")
                yield Figure(name, f"longest dozen of calls, {whose}", one.longest * 1e3, "ms")
                yield Figure(name, f"broken dozens, {whose}", one.broken, "", "≤ 0" if one is ours else "")
        finally:
            process.stop(Path(folder))
            server.kill()


class _Served:
    """A server with clients, and what was measured of it."""

    def __init__(self, url: str, pid: int, session: boto3.Session) -> None:
        config = Config(max_pool_connections=32, s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
        self._clients = _clients(session, endpoint_url=url, config=config)  # safe under threads
        self._stat = Path(f"/proc/{pid}/stat")
        self.rates: dict[int, list[float]] = {}
        self.calls, self.broken, self.seconds, self.longest = 0, 0, 0.0, 0.0
        for number in range(max(CLIENTS)):
            prepare(self._clients, f"bench{number}")

    def turn(self, count: int, number: int) -> None:
        """One round of ``count`` clients; it counts from the round 0 on."""
        turns = max(HTTP_TURNS // count, 4)

        def work(client: int) -> tuple[int, float]:
            calls, longest = 0, 0.0
            for turn in range(turns):
                begin = time.perf_counter()
                try:
                    calls += mix(self._clients, f"bench{client}", (count * 100 + number) * 100 + turn)
                except (BotoCoreError, ClientError):  # moto's server answers some calls of many threads with a 500
                    self.broken += 1
                longest = max(longest, time.perf_counter() - begin)
            return calls, longest

        before = self._processor()
        with ThreadPoolExecutor(count) as pool, timed() as taken:
            done = list(pool.map(work, range(count)))
        if number >= 0:
            calls = sum(one for one, _ in done)
            self.rates.setdefault(count, []).append(calls / taken[0])
            self.calls, self.seconds = self.calls + calls, self.seconds + self._processor() - before
            self.longest = max(self.longest, *(longest for _, longest in done))

    def _processor(self) -> float:
        """Seconds of processor time that the server has taken."""
        fields = self._stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def moto_server() -> None:
    """moto's own threaded server, until its standard input ends."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # as kind to it as can be: a line a request costs a quarter
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    sys.stdin.read()


def _member_session(endpoint: process.Endpoint) -> boto3.Session:
    """Credentials of a guarded member account of a running sandbox."""
    from bastide.sandbox import BOOTSTRAP_CREDENTIALS

    class Remote:
        def session(self) -> Any:
            return self

        def client(self, service: str) -> Any:
            return boto3.client(service, endpoint_url=endpoint.url, region_name=REGION, **BOOTSTRAP_CREDENTIALS)

    remote: Any = Remote()
    member = guarded_member(remote)
    made = remote.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{member}:role/{MEMBER_ROLE}", RoleSessionName="bench"
    )
    keys = made["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], REGION)


def _authorization() -> Iterator[Figure]:
    """The decision alone, in 100 accounts that each have ten SCPs."""
    sandbox = Sandbox()
    guarded_member(sandbox)
    organizations = sandbox.session().client("organizations")
    policies = [
        organizations.create_policy(
            Content=scp(n), Name=f"p{n}", Description="p", Type="SERVICE_CONTROL_POLICY"
        )["Policy"]["PolicySummary"]["Id"]
        for n in range(1, 10)
    ]  # fmt: skip
    accounts = []
    for number in range(ACCOUNTS):
        accounts.append(new_account(organizations, f"a{number}"))
        for policy in policies:  # FullAWSAccess is the tenth
            organizations.attach_policy(PolicyId=policy, TargetId=accounts[-1])
    sets = [_clients(sandbox.session(account, REGION)) for account in accounts[::5]]
    spent: list[float] = []
    kept = sandbox.front.authorize

    def clocked(call: Any) -> None:
        begin = time.thread_time()  # of this thread alone: others work on this machine too
        try:
            kept(call)
        finally:
            spent.append(time.thread_time() - begin)

    sandbox.front.authorize = clocked
    for turn in range(6):
        if turn == 1:
            spent.clear()  # the first turn reads policies
        for clients in sets:
            clients["sts"].get_caller_identity()
            clients["kms"].list_keys()
            clients["ec2"].describe_vpcs()
            clients["iam"].list_roles()
    spent.sort()
    name = f"authorization, {ACCOUNTS} accounts with 10 SCPs each"
    yield Figure(name, "mean", sum(spent) / len(spent) * 1e3, "ms", "≤ 0.2")
    yield Figure(name, "median", spent[len(spent) // 2] * 1e3, "ms")
    yield Figure(name, "99th percentile", spent[int(len(spent) * 0.99)] * 1e3, "ms")
    sandbox.close()


def soak() -> Iterator[Figure]:
    """Memory over 200,000 calls of the mix, with a journal: after it has settled it must not grow."""
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox(journal=Path(folder) / "journal.jsonl")
        clients = _clients(sandbox.session(guarded_member(sandbox), REGION))
        prepare(clients, "soak")
        done, settled, turn = 0, 0.0, 0
        begin = time.perf_counter()
        while done < SOAK:
            done += mix(clients, "soak", turn)
            turn += 1
            if not settled and done >= SOAK // 5:
                gc.collect()
                settled = _resident()
        seconds = time.perf_counter() - begin
        gc.collect()
        yield Figure("soak", "calls", done, "calls")
        yield Figure("soak", "calls a second", done / seconds, "/s")
        yield Figure("soak", f"memory after {SOAK // 5:,} calls", settled, "MB")
        yield Figure("soak", f"memory after {SOAK:,} calls", _resident(), "MB")
        yield Figure("soak", "growth", (_resident() / settled - 1) * 100, "%", "≤ 10")
        yield Figure("soak", "threads left", threading.active_count(), "threads")
        sandbox.close()


def _resident() -> float:
    """Memory of this process now, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
