"""Playing a technique: only a refusal without an effect is prevention, and everything is cleaned up."""

from collections.abc import Iterator

import pytest

from bastide.attack import Stage, play
from bastide.attack.result import Refusal, Result
from bastide.attack.technique import NotPlayable, Recorded, Scene, Script, Technique
from bastide.aws.failure import ClientError
from bastide.aws.handler import error_code
from bastide.sandbox import Sandbox

SAID = Technique("a title", ("T1485",), "impact", ("a detector",), Recorded("a test"), "a test", id="test")
MINE = "111122223333"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


@pytest.fixture(scope="module")
def stage(sandbox: Sandbox) -> Stage:
    names = dict.fromkeys(("management", "audit", "log-archive", "outsider", "shop"), MINE)
    home = "eu-west-1"
    session = sandbox.session(region=home)
    return Stage(sandbox.session_with, session, names, victim="shop", neighbour="audit", home=home, elsewhere="")


def witness(error: ClientError) -> Refusal:
    return Refusal(error_code(error), str(error))


class Bucket:
    """An attack that may be told to be refused, to be refused after its effect, to fail, or to do nothing."""

    def __init__(self, how: str) -> None:
        self.how = how
        self.cleaned = 0

    def prepare(self, stage: Stage) -> Scene:
        if self.how == "not playable":
            raise NotPlayable("there is no detector")
        if self.how == "unprepared":
            stage.owner().client("s3").get_object(Bucket="nobody-has-this", Key="a")
        return {"bucket": stage.bucket("test")}

    def attack(self, stage: Stage, scene: Scene) -> None:
        s3 = stage.attacker().client("s3")
        if self.how in ("works", "refused too late"):
            s3.delete_object(Bucket=scene["bucket"], Key="customers.csv")
        if self.how in ("refused", "refused too late"):
            reader = stage.role("reader", allows="s3:ListBucket")
            stage.entered(reader).client("s3").delete_object(Bucket=scene["bucket"], Key="customers.csv")
        if self.how == "fails":
            s3.delete_object(Bucket=f"{scene['bucket']}-typo", Key="customers.csv")

    def succeeded(self, stage: Stage, scene: Scene) -> bool:
        return stage.owner().client("s3").list_objects_v2(Bucket=scene["bucket"])["KeyCount"] == 0

    def clean_up(self, stage: Stage, scene: Scene) -> None:
        self.cleaned += 1
        stage.drop_bucket(scene["bucket"])

    def played(self, stage: Stage) -> Result:
        return play(Script(SAID, self.prepare, self.attack, self.succeeded, self.clean_up), stage, witness)


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ("works", "succeeded"),
        ("refused", "prevented"),
        ("refused too late", "succeeded"),
        ("fails", "failed"),
        ("does nothing", "failed"),
    ],
)
def test_an_attack_ends_as_its_effect_and_its_refusal_say(stage: Stage, how: str, outcome: str) -> None:
    bucket = Bucket(how)
    result = bucket.played(stage)
    assert result.outcome == outcome, result.why
    assert bucket.cleaned == 1
    assert (result.refusal is not None) is how.startswith("refused")


def test_the_calls_of_attackers_are_noted_with_request_ids_and_errors_and_those_of_owners_are_not(stage: Stage) -> None:
    result = Bucket("refused").played(stage)
    assert [(call.service, call.operation, call.error) for call in result.calls] == [
        ("s3", "DeleteObject", "AccessDenied")
    ]
    assert all(call.request_id for call in result.calls)


def test_what_lacks_its_precondition_is_not_played_and_says_why(stage: Stage) -> None:
    result = Bucket("not playable").played(stage)
    assert (result.outcome, result.why) == ("not played", "there is no detector")


def test_a_preparation_that_is_refused_is_a_failure_and_no_verdict(stage: Stage) -> None:
    result = Bucket("unprepared").played(stage)
    assert result.outcome == "failed"
    assert result.why.startswith("preparing it:")
