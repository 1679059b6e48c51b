"""User data, which everybody who may describe them can read, hold no private key and no access key."""

from bastide.controls.control import control
from bastide.controls.ec2.user_data import judge_user_data
from bastide.model import Resource, Verdict


@control(
    title="User data of instances hold no secrets",
    resource_type="AWS::EC2::Instance",
    severity="high",
    maps_to=("Bastide:EC2.user-data-secrets", "NIST-800-53r5:IA-5(7)"),
    source="Amazon EC2 User Guide, Run commands when you launch an EC2 instance with user data input",
    remediation="Read the secret from Secrets Manager when the instance starts, and replace it.",
    properties=("UserData",),
)
def ec2_instance_user_data_no_secrets(instance: Resource) -> Verdict:
    """FAIL when a private key or an access key stands in the user data."""
    return judge_user_data(instance, "UserData")
