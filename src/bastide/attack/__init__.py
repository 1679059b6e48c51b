"""What somebody with stolen credentials does, as small scripts over plain boto3, and what came of each.

The one idea: a technique's success is read back (the trail is off, the stranger has the object), never concluded from a
call that raised nothing, and every technique's file says beforehand what a strict landing zone makes of it.

Input: a ``Stage``: who is in the organization, and how to sign for them. Output: a ``Result`` a technique. Entry
points: ``library.all_techniques()``, ``play.play(technique, stage, witness)``. It opens no session itself and knows
nothing of the sandbox: ``show`` wires both. It is never pointed at AWS.
"""

from bastide.attack.library import all_techniques
from bastide.attack.play import play
from bastide.attack.result import Result
from bastide.attack.stage import Actor, Stage
from bastide.attack.technique import Prevented, Recorded, Technique

__all__ = ["Actor", "Prevented", "Recorded", "Result", "Stage", "Technique", "all_techniques", "play"]
