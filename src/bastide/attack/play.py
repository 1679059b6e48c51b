"""Plays one technique: prepare, attack, read back, clean up.

One idea: three things can be seen from outside — a refusal, an effect, or neither — and only a refusal without an
effect is prevention. An attack that dies of anything but a refusal failed, and counts neither way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bastide.attack.result import FAILED, NOT_PLAYED, PREVENTED, SUCCEEDED, Refusal, Result
from bastide.attack.stage import Stage
from bastide.attack.technique import NotPlayable, Scene, Script
from bastide.aws.failure import ClientError
from bastide.aws.handler import DENIED, error_code

# AWS's error → what refused. Asked right after the refusal.
Witness = Callable[[ClientError], Refusal]


def play(script: Script, stage: Stage, witness: Witness) -> Result:
    """What came of a technique; whatever was prepared is taken away again.

    Where preparing or cleaning up is refused, the result is FAILED: nothing can be concluded, for this or the next.
    """
    stage.begin(script.technique.id)
    try:
        scene = script.prepare(stage)
    except NotPlayable as lacking:
        return Result(script.technique, NOT_PLAYED, why=str(lacking))
    except ClientError as error:
        return Result(script.technique, FAILED, why=f"preparing it: {error}")
    result = _attacked(script, stage, scene, witness)
    try:
        script.clean_up(stage, scene)
    except ClientError as error:
        return replace(result, outcome=FAILED, why=f"cleaning up after it: {error}")
    return result


def _attacked(script: Script, stage: Stage, scene: Scene, witness: Witness) -> Result:
    refusal, why = None, ""
    try:
        script.attack(stage, scene)
    except ClientError as error:
        why = f"{error.operation_name}: {error}"
        refusal = witness(error) if error_code(error) in DENIED else None
    calls = stage.calls
    try:
        worked = script.succeeded(stage, scene)
    except ClientError as error:
        return Result(script.technique, FAILED, calls, refusal, f"reading back: {error}")
    if worked:
        return Result(script.technique, SUCCEEDED, calls, refusal, why)
    if refusal is not None:
        return Result(script.technique, PREVENTED, calls, refusal)
    return Result(script.technique, FAILED, calls, why=why or "no call was refused, and yet nothing came of it")
