"""A region refuses public sharing of machine images."""

from bastide.controls.control import control
from bastide.controls.switches import require_value
from bastide.model import Resource, Verdict


@control(
    title="Public sharing of machine images is blocked",
    resource_type="Bastide::EC2::ImageBlockPublicAccess",
    severity="high",
    maps_to=("Bastide:EC2.image-sharing", "NIST-800-53r5:AC-3"),
    source="Amazon EC2 User Guide, Understand block public access for AMIs",
    remediation="Enable it in the region: ec2 enable-image-block-public-access.",
    heal={"State": "block-new-sharing"},
    properties=("State",),
)
def ec2_image_sharing_blocked(setting: Resource) -> Verdict:
    """FAIL when images of the region can be made public."""
    return require_value(setting, "State", ("block-new-sharing",), "images may be shared with everybody")
