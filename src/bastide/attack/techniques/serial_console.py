"""Enable the serial console: a way onto instances that no network control sees."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="The serial console of instances is enabled",
    mitre=("T1021.008",),
    tactic="lateral-movement",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",),
    expected=Prevented("serial-console"),
    source='Amazon EC2 User Guide, "Configure access to the EC2 Serial Console"',
)


def prepare(stage: Stage) -> Scene:
    """The console, off."""
    stage.owner().client("ec2").disable_serial_console_access()
    return {}


def attack(stage: Stage, scene: Scene) -> None:
    """Enable it."""
    stage.attacker().client("ec2").enable_serial_console_access()


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The account's setting says on."""
    return stage.owner().client("ec2").get_serial_console_access_status()["SerialConsoleAccessEnabled"] is True


def clean_up(stage: Stage, scene: Scene) -> None:
    """Disable it."""
    stage.owner().client("ec2").disable_serial_console_access()
