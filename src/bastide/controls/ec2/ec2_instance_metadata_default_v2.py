"""A region makes new instances require IMDSv2 where nothing else says so."""

from bastide.controls.control import control
from bastide.controls.switches import require_value
from bastide.model import Resource, Verdict


@control(
    title="New instances require IMDSv2 by default",
    resource_type="Bastide::EC2::InstanceMetadataDefaults",
    severity="medium",
    maps_to=("Bastide:EC2.imds-default", "NIST-800-53r5:AC-3"),
    source="Amazon EC2 User Guide, Configure instance metadata options for new instances, Account-level defaults",
    remediation="Set the default in the region: ec2 modify-instance-metadata-defaults --http-tokens required.",
    heal={"HttpTokens": "required"},
)
def ec2_instance_metadata_default_v2(setting: Resource) -> Verdict:
    """FAIL when the default is optional or there is no preference."""
    return require_value(setting, "HttpTokens", ("required",), "the region has no default that requires IMDSv2")
