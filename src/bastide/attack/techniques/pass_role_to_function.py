"""Create a function with a stronger role than one's own, and let it do what one may not."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A developer passes an administrator's role to a function",
    mitre=("T1548.005", "T1648"),
    tactic="privilege-escalation",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",),
    expected=Recorded(
        "passing a role is authorized by identity policies; platform-roles-protect holds the pipeline's own"
    ),
    source='IAM User Guide, "Grant a user permissions to pass a role to an AWS service"',
)


def prepare(stage: Stage) -> Scene:
    """A developer's role, and an administrator's role for functions."""
    strong = stage.role("function-admin", trusts=scenery.LAMBDA)
    developer = stage.role("developer", allows=["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])
    return {"strong": strong, "developer": developer, "function": stage.name("helper")}


def attack(stage: Stage, scene: Scene) -> None:
    """Create a function that runs as the administrator."""
    stage.entered(scene["developer"]).client("lambda").create_function(
        FunctionName=scene["function"],
        Role=scene["strong"],
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": scenery.code()},
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The function is there, with the role."""
    pages = stage.owner().client("lambda").get_paginator("list_functions").paginate()
    found = {one["FunctionName"]: one["Role"] for page in pages for one in page["Functions"]}
    return bool(found.get(scene["function"]) == scene["strong"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the function and the roles."""
    if succeeded(stage, scene):
        stage.owner().client("lambda").delete_function(FunctionName=scene["function"])
    stage.drop_role(scene["strong"])
    stage.drop_role(scene["developer"])
