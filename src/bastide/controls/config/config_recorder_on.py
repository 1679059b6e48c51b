"""AWS Config records all resources of a region, with the role made for it."""

from bastide.controls.control import ACCOUNT_REGION, control
from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

RECORDER = "AWS::Config::ConfigurationRecorder"
EVERYTHING = "ALL_SUPPORTED_RESOURCE_TYPES"
ROLE = ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


@control(
    title="AWS Config records every region",
    resource_type=ACCOUNT_REGION,
    severity="critical",
    maps_to=("FSBP:Config.1", "CIS-AWS-3.0:3.3", "CIS-AWS-5.0:3.3", "NIST-800-53r5:CM-8", "NIST-800-53r5:CM-3"),
    source="AWS Config Developer Guide, Working with the configuration recorder",
    remediation="Create the recorder with the service-linked role and all types, and start it.",
    reads=(RECORDER,),
)
def config_recorder_on(region: Resource, estate: Estate) -> Verdict:
    """FAIL when there is no recorder, it is stopped, leaves types out, or has another role."""
    recorders = estate.listed(RECORDER, region.account, region.region)
    if isinstance(recorders, Unknown):
        return unknown(recorders)
    if not recorders:
        return fail("there is no configuration recorder")
    recorder = recorders[0]
    role, recording = recorder.get("RoleARN"), recorder.get("Recording")
    group = recorder.get("RecordingGroup.AllSupported")
    strategy = recorder.get("RecordingGroup.RecordingStrategy.UseOnly")
    for value in (recording, group, strategy, role):
        if isinstance(value, Unknown):
            return unknown(value)
    if recording is None:
        return unknown("nothing says whether the recorder is started")
    if not is_on(recording):
        return fail("the recorder is stopped")
    if recorder.get("RecordingGroup") is not None and not is_on(group) and strategy != EVERYTHING:
        return fail("the recorder leaves resource types out")
    return PASS if str(role).endswith(ROLE) else fail("the recorder does not use the service-linked role")
