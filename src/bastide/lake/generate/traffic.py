"""An account's traffic, hour by hour: runs of events by who is at work, each with a session of its own.

One idea: a run is a habit, a session and a number of events; sequences that matter (a deployment, a sign-in, an attack)
are runs whose calls are given instead of drawn. Nothing here knows of files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from bastide.lake.generate.chance import Choice, Draw, Session
from bastide.lake.generate.form import GLOBAL_REGION, Actor, Form, compile_form, read_calls, render_event
from bastide.lake.generate.organization import Account, Habit, read_habits
from bastide.lake.generate.planted import Label, Planted
from bastide.lake.generate.recipe import Budget, at_work

# Region → (second of the hour, the event as JSON), in no order.
Events = dict[str, list[tuple[int, str]]]
_CLOCK = tuple(f"{second // 60:02}:{second % 60:02}Z" for second in range(3600))
_BUILD = (
    "codebuild:StartBuild", *["codebuild:BatchGetBuilds"] * 6, "kms:GenerateDataKey", "ecr:PutImage",
    "cloudformation:CreateChangeSet", *["cloudformation:DescribeChangeSet"] * 3, "cloudformation:ExecuteChangeSet",
    *["cloudformation:DescribeStackEvents"] * 4,
)  # fmt: skip
NO_ERROR, DENIED, THROTTLED = 0, 1, 2


class Traffic:
    """The events of one account. Hours must be asked for in order: the draws go on from one to the next."""

    def __init__(self, seed: int, account: Account, planted: Sequence[Planted]) -> None:
        """Nothing made yet."""
        self._account, self._planted = account, list(planted)
        self._draw = Draw(f"{seed}/{account.id}")
        self._forms: dict[tuple[int, str, str, int], Form] = {}
        self._events: Events = defaultdict(list)
        self._hour = datetime.min
        self._prefix = ""
        self.labels: list[Label] = []

    def hour(self, start: datetime, budget: Budget) -> Events:
        """The events of the hour from `start`, as many as the budget says and those that are planted."""
        self._events = defaultdict(list)
        self._hour, self._prefix = start, f"{start:%Y-%m-%dT%H:}"
        account = self._account
        self._runs(account.apps, budget.apps, 60, 3600)
        self._runs(account.services, budget.services, 20, 3600)
        self._runs(account.security, budget.security, 150, 600)
        self._deploys(budget.deploys)
        self._people(budget.people)
        self._plant()
        return self._events

    def _runs(self, habits: Sequence[Habit], count: int, most: int, seconds: int) -> None:
        """`count` events in runs of at most `most`, each within so many seconds."""
        while count > 0:
            size = min(count, 1 + self._draw.below(2 * most))
            self._run(self._draw.pick(habits), size, seconds)
            count -= size

    def _run(self, habit: Habit, count: int, seconds: int) -> None:
        draw = self._draw
        begin = draw.below(3600 - seconds + 1)
        self._open(habit.session, begin)
        calls = draw.many(habit.calls, count)
        regions = draw.many(habit.regions, count)
        error = habit.error
        random = draw.rng.random
        for call, region in zip(calls, regions, strict=True):
            kind = NO_ERROR if random() >= error else DENIED if random() < 0.6 else THROTTLED
            self._emit(habit.actor, call, region, begin + int(random() * seconds), kind)

    def _open(self, name: str, second: int, mfa: str = "false") -> None:
        """A new session, made some time before."""
        draw = self._draw
        created = self._hour + timedelta(seconds=second - draw.below(1800))
        key = "ASIA" + draw.letters["key20"].take(16)
        draw.session = Session(key, name, draw.address(), f"{created:%Y-%m-%dT%H:%M:%SZ}", mfa)

    def _deploys(self, count: int) -> None:
        """Deployments: a build, then a stack's update with a burst of calls by CloudFormation."""
        draw = self._draw
        pipeline, formation = self._account.pipeline
        home = self._account.apps[0].regions.things[0]
        stack = Choice.of(read_habits()["stack"])
        while count > 0:
            begin = draw.below(2900)
            self._open(f"AWSCloudFormation-{draw.below(10**6)}", begin)
            build = _BUILD[:count]
            for place, call in enumerate(build):
                self._emit(pipeline, call, home, begin + place * 12 + draw.below(10))
            count -= len(build)
            burst = min(count, 15 + draw.below(60))
            for call in draw.many(stack, burst):
                kind = NO_ERROR if draw.rng.random() >= 0.02 else THROTTLED
                self._emit(formation, call, home, begin + 220 + draw.below(420), kind)
            count -= burst

    def _people(self, count: int) -> None:
        """Who is at work (else somebody on call) signs in and looks around, or works on the command line."""
        draw = self._draw
        awake = [one for one in self._account.people if at_work(one[0].offset, self._hour)]
        while count > 0:
            _, habit = draw.pick(awake or self._account.people)
            size = min(count, 5 + draw.below(60))
            begin, count = draw.below(1800), count - size
            self._open(habit.session, begin)
            if habit.actor.console:
                self._sign_in(habit, begin)
                size -= 1
            for call, region in zip(draw.many(habit.calls, size), draw.many(habit.regions, size), strict=True):
                kind = DENIED if draw.rng.random() < habit.error else NO_ERROR
                self._emit(habit.actor, call, region, begin + 5 + draw.below(1700), kind)

    def _sign_in(self, habit: Habit, second: int) -> None:
        """Federated mostly; now and then the break-glass user, with a second factor and a mistyped password."""
        chance = self._draw.rng.random()
        if chance < 0.97:
            self._emit(habit.actor, "signin:ConsoleLogin", GLOBAL_REGION, second)
        else:
            call = "signin:ConsoleLoginWithMfa" if chance < 0.99 else "signin:ConsoleLoginFailed"
            self._emit(self._account.breakglass, call, GLOBAL_REGION, second)

    def _plant(self) -> None:
        """What is planted in this hour."""
        draw = self._draw
        end = self._hour + timedelta(hours=1)
        while self._planted and self._planted[0].at < end:
            one = self._planted.pop(0)
            second = int((one.at - self._hour).total_seconds())
            draw.session = one.session
            region = self._account.apps[0].regions.things[0]
            region = self._emit(one.actor, one.call, region, second, DENIED if one.error else NO_ERROR)
            arn = one.actor.arn.replace("<s.name>", one.session.name)
            self.labels.append(
                Label(draw.event_id, draw.time, self._account.id, region, one.kind, one.name, one.techniques, arn,
                      read_calls()[one.call].name)
            )  # fmt: skip

    def _emit(self, actor: Actor, call: str, region: str, second: int, error: int = NO_ERROR) -> str:
        """Make one event; the Region that it is recorded in."""
        key = (id(actor), call, region, error)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = self._compile(actor, call, region, error)
        second = min(second, 3599)
        self._draw.time = self._prefix + _CLOCK[second]
        if read_calls()[call].is_global:
            region = GLOBAL_REGION
        self._events[region].append((second, form.fill(self._draw)))
        return region

    def _compile(self, actor: Actor, call: str, region: str, error: int) -> Form:
        row = read_calls()[call]
        failed = _failure(actor, call, error)
        event = render_event(actor, row, failed)
        place = GLOBAL_REGION if row.is_global else region
        return compile_form(event, self._account.id, place, self._account.pools)


def _failure(actor: Actor, call: str, error: int) -> tuple[str, str] | None:
    """Code and message as the call's service writes them."""
    if error == NO_ERROR:
        return None
    service, _, operation = call.partition(":")
    ec2 = service == "ec2"
    if error == THROTTLED:
        return (
            ("Client.RequestLimitExceeded", "Request limit exceeded.")
            if ec2
            else ("ThrottlingException", "Rate exceeded")
        )
    if ec2:
        return "Client.UnauthorizedOperation", (
            f"You are not authorized to perform this operation. User: {actor.arn} is not authorized to perform: {call} "
            "because no identity-based policy allows the action. Encoded authorization failure message: <b64:400>"
        )
    if service == "s3":
        return "AccessDenied", "Access Denied"
    action = f"{service}:{operation.partition('20')[0]}"
    return "AccessDenied", (
        f"User: {actor.arn} is not authorized to perform: {action} on resource: * because no identity-based policy "
        f"allows the {action} action"
    )
