"""AWS Config records all resources of a region, with the role made for it.

IAM's resources are the same in every region, so that one region of the account that records them is enough.
"""

from bastide.controls.control import ACCOUNT_REGION, control
from bastide.controls.parameter import Parameter
from bastide.controls.policies import worst
from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

RECORDER, CHANNEL = "AWS::Config::ConfigurationRecorder", "AWS::Config::DeliveryChannel"
EVERYTHING = "ALL_SUPPORTED_RESOURCE_TYPES"
ROLE = ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


@control(
    title="AWS Config records every region",
    resource_type=ACCOUNT_REGION,
    severity="critical",
    maps_to=("FSBP:Config.1", "CIS-AWS-3.0:3.3", "CIS-AWS-5.0:3.3", "NIST-800-53r5:CM-8", "NIST-800-53r5:CM-3"),
    source="AWS Security Hub User Guide, Config.1; CloudFormation, AWS::Config::ConfigurationRecorder",
    remediation="Create the recorder with the service-linked role and all types, start it; record IAM in one region.",
    reads=(RECORDER, CHANNEL),
    parameters=(
        Parameter("includeConfigServiceLinkedRoleCheck", "boolean", True, "whether the role has to be Config's own"),
    ),
)
def config_recorder_on(region: Resource, estate: Estate, *, include_config_service_linked_role_check: bool) -> Verdict:
    """FAIL when there is no recorder, it is stopped, leaves types out, or has another role."""
    recorders = estate.listed(RECORDER, region.account, region.region)
    if isinstance(recorders, Unknown):
        return unknown(recorders)
    if not recorders:
        return fail("there is no configuration recorder")
    recorder = recorders[0]
    answers = [_started(recorder, estate), _complete(recorder), _records_iam(recorder, estate)]
    if include_config_service_linked_role_check:
        answers.append(_with_own_role(recorder))
    return worst(answers)


def _started(recorder: Resource, estate: Estate) -> Verdict:
    recording = recorder.get("Recording")
    if recording is None and recorder.origin.source == "template":
        # CloudFormation starts a recorder as soon as there is a delivery channel.
        recording = bool(estate.in_place(CHANNEL, recorder.account, recorder.region)) or None
    if recording is None:
        return unknown("nothing says whether the recorder is started")
    if isinstance(recording, Unknown):
        return unknown(recording)
    return PASS if is_on(recording) else fail("the recorder is stopped")


def _complete(recorder: Resource) -> Verdict:
    group = recorder.get("RecordingGroup.AllSupported")
    strategy = recorder.get("RecordingGroup.RecordingStrategy.UseOnly")
    if recorder.get("RecordingGroup") is None or is_on(group) or strategy == EVERYTHING:
        return PASS
    gap = next((one for one in (group, strategy) if isinstance(one, Unknown)), None)
    return unknown(gap) if gap is not None else fail("the recorder leaves resource types out")


def _records_iam(recorder: Resource, estate: Estate) -> Verdict:
    said = [
        one.get("RecordingGroup.IncludeGlobalResourceTypes")
        for one in estate.of_type(RECORDER)
        if one.account == recorder.account
    ]
    if any(is_on(one) for one in said if not isinstance(one, Unknown)):
        return PASS
    gaps = [Unknown(gap.reason) for gap in estate.gaps if (gap.type, gap.account) == (RECORDER, recorder.account)]
    doubts = [one for one in said if isinstance(one, Unknown)] + gaps
    return unknown(doubts[0]) if doubts else fail("no recorder of the account records IAM's resources")


def _with_own_role(recorder: Resource) -> Verdict:
    role = recorder.get("RoleARN")
    if isinstance(role, Unknown):
        return unknown(role)
    return PASS if str(role).endswith(ROLE) else fail("the recorder does not use the service-linked role")
