"""A careless week: mistakes that people really make, as plain boto3 calls, each with the findings it must cause.

One idea: they are made by administrators whom the guardrails spare (OrganizationAccountAccessRole), or where guardrails
are relaxed: anybody else is refused, as ``denied`` shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bastide.errors import ContractError
from bastide.model import Finding, Organization

if TYPE_CHECKING:
    from bastide.sandbox import Sandbox

ANYWHERE = "0.0.0.0/0"


class Expected(NamedTuple):
    """A finding that must appear: the control, the account's name and the resource's id."""

    control: str
    account: str
    resource: str

    @classmethod
    def of(cls, finding: Finding) -> Expected:
        """What a real finding is in these terms."""
        return cls(finding.control, finding.account_name, finding.resource.id)


class Week:
    """Who makes the mistakes: boto3 clients of any account by its name, and the organization's home region."""

    def __init__(self, sandbox: Sandbox, organization: Organization, home: str) -> None:
        """A week in ``organization``, whose home region is ``home``."""
        self._sandbox = sandbox
        self._sessions: dict[str, Any] = {}
        self._organization = organization
        self.home = home

    def account(self, name: str) -> str:
        """The 12 digits of an account.

        Raises:
            ContractError: there is no account of that name.
        """
        for account in self._organization.accounts:
            if account.name == name:
                return account.id
        raise ContractError(f"the demo needs an account named {name}", fix="use examples/acme.yaml")

    @property
    def accounts(self) -> list[str]:
        """The names of all accounts."""
        return [account.name for account in self._organization.accounts]

    def client(self, service: str, account: str, region: str = "") -> Any:
        """A boto3 client of an administrator (OrganizationAccountAccessRole) in the account of that name."""
        if account not in self._sessions:
            self._sessions[account] = self._sandbox.session(self.account(account), self.home)
        return self._sessions[account].client(service, region_name=region or self.home)

    @property
    def management(self) -> str:
        """The management account's name."""
        return self._organization.account_name(self._organization.management_account)


Commit = Callable[[Week], Iterator[Expected]]


@dataclass(frozen=True)
class Mistake:
    """One mistake: what happened, in words, and the calls."""

    story: str
    commit: Commit


MISTAKES: list[Mistake] = []


def mistake(story: str) -> Callable[[Commit], Commit]:
    """A decorator that adds a mistake to the week, in the order of this file."""

    def add(commit: Commit) -> Commit:
        MISTAKES.append(Mistake(story, commit))
        return commit

    return add


def _vpc(ec2: Any) -> dict[str, Any]:
    vpc: dict[str, Any] = ec2.describe_vpcs()["Vpcs"][0]
    return vpc


def _group(ec2: Any, vpc: str, name: str) -> str:
    filters = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": [name]}]
    return str(ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])


@mistake("Monday: shop-prod does not answer, somebody opens SSH to the world")
def open_ssh(week: Week) -> Iterator[Expected]:
    """A new security group with port 22 open to everybody."""
    ec2 = week.client("ec2", "shop-prod")
    made = ec2.create_security_group(GroupName="debug", Description="for now", VpcId=_vpc(ec2)["VpcId"])
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": ANYWHERE}]}
    ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=[rule])
    for control in (
        "ssh-closed", "risky-ports-closed", "only-web-open", "admin-ports-closed-ipv4", "attached", "rules-described",
        "egress-names-protocol", "egress-not-to-everywhere",
    ):  # fmt: skip
        yield Expected(f"ec2-security-group-{control}", "shop-prod", made["GroupId"])


@mistake("Monday: and lets everything use the default group")
def open_default_group(week: Week) -> Iterator[Expected]:
    """A rule in a default security group that should have none."""
    ec2 = week.client("ec2", "data-prod")
    group = _group(ec2, _vpc(ec2)["VpcId"], "default")
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    for control in ("ec2-default-security-group-closed", "ec2-security-group-rules-described"):
        yield Expected(control, "data-prod", group)


@mistake("Tuesday: a bucket's public access block is in the way of a test")
def unblock_bucket(week: Week) -> Iterator[Expected]:
    """A bucket without its public access block."""
    s3 = week.client("s3", "log-archive")
    bucket = next(one["Name"] for one in s3.list_buckets()["Buckets"] if "config" in one["Name"])
    s3.delete_public_access_block(Bucket=bucket)
    yield Expected("s3-bucket-public-access-blocked", "log-archive", bucket)


@mistake("Tuesday: so is the one of the whole account")
def unblock_account(week: Week) -> Iterator[Expected]:
    """An account whose S3 public access block is gone."""
    account = week.account("play")
    week.client("s3control", "play").delete_public_access_block(AccountId=account)
    yield Expected("s3-account-public-access-blocked", "play", account)


@mistake("Tuesday: in the playground, encryption by default is turned off, and a volume made without it")
def plain_volume(week: Week) -> Iterator[Expected]:
    """EBS encryption by default off, and an unencrypted volume: elsewhere a guardrail refuses the volume."""
    ec2 = week.client("ec2", "play")
    ec2.disable_ebs_encryption_by_default()
    volume = ec2.create_volume(AvailabilityZone=f"{week.home}a", Size=8, Encrypted=False)
    yield Expected("ec2-ebs-encrypted-by-default", "play", week.account("play"))
    for control in ("ec2-volume-encrypted", "ec2-volume-own-key", "ec2-volume-attached", "backup-volume-covered"):
        yield Expected(control, "play", volume["VolumeId"])


@mistake("Wednesday: the trail costs money, says somebody")
def stop_trail(week: Week) -> Iterator[Expected]:
    """The organization trail stopped."""
    trails = week.client("cloudtrail", week.management)
    trail = trails.describe_trails()["trailList"][0]
    trails.stop_logging(Name=trail["TrailARN"])
    yield Expected("cloudtrail-trail-logging", week.management, trail["Name"])
    for account in week.accounts:
        for control in ("cloudtrail-covers-account", "cloudtrail-records-account", "cloudtrail-security-trail"):
            yield Expected(control, account, week.account(account))


@mistake("Wednesday: and nobody reads its digests anyway")
def unvalidated_trail(week: Week) -> Iterator[Expected]:
    """Log file validation off."""
    trails = week.client("cloudtrail", week.management)
    trail = trails.describe_trails()["trailList"][0]
    trails.update_trail(Name=trail["TrailARN"], EnableLogFileValidation=False)
    yield Expected("cloudtrail-log-validation", week.management, trail["Name"])


@mistake("Wednesday: a role needs one more permission, so it gets all of them")
def administrator_by_accident(week: Week) -> Iterator[Expected]:
    """An inline policy that allows *:* on the platform's reader role."""
    iam = week.client("iam", "shop-dev")
    statement = {"Effect": "Allow", "Action": "*:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="bastide-reader", PolicyName="temporary", PolicyDocument=document)
    for control in (
        "iam-role-inline-no-full-administration", "iam-role-inline-no-wildcard-action",
        "iam-role-inline-no-pass-of-every-role", "iam-role-inline-no-assumption-of-every-role",
        "kms-role-inline-no-decryption-with-every-key",
    ):  # fmt: skip
        yield Expected(control, "shop-dev", "bastide-reader")


@mistake("Wednesday: and the boundary that stops it is opened, too")
def open_boundary(week: Week) -> Iterator[Expected]:
    """A new version of the permission boundary that allows everything: no control's finding, but drift."""
    arn = f"arn:aws:iam::{week.account('shop-dev')}:policy/bastide/bastide-boundary"
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    week.client("iam", "shop-dev").create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    yield from ()


@mistake("Thursday: an old image does not know IMDSv2")
def old_metadata(week: Week) -> Iterator[Expected]:
    """An instance that answers IMDSv1, in a private subnet."""
    ec2 = week.client("ec2", "shop-dev")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    made = ec2.run_instances(
        ImageId="ami-12c6146b",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        MetadataOptions={"HttpTokens": "optional"},
    )
    instance = made["Instances"][0]["InstanceId"]
    for control in (
        "ec2-instance-requires-imdsv2", "ec2-instance-profile-attached", "ec2-instance-detailed-monitoring",
        "ec2-instance-ebs-optimized", "backup-instance-covered", "ssm-instance-managed",
    ):  # fmt: skip
        yield Expected(control, "shop-dev", instance)
    attached = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])["Volumes"]
    for volume in attached:  # encrypted by default, which is with the key of AWS
        yield Expected("backup-volume-covered", "shop-dev", volume["VolumeId"])
        yield Expected("ec2-volume-own-key", "shop-dev", volume["VolumeId"])


@mistake("Thursday: neither does the next one, so the account's default goes, too")
def metadata_defaults(week: Week) -> Iterator[Expected]:
    """The account's instance metadata default back at optional."""
    week.client("ec2", "shop-dev").modify_instance_metadata_defaults(HttpTokens="optional")
    yield Expected("ec2-instance-metadata-default-v2", "shop-dev", week.account("shop-dev"))


@mistake("Thursday: key rotation is said to break a partner")
def no_rotation(week: Week) -> Iterator[Expected]:
    """A customer managed key without rotation."""
    kms = week.client("kms", "shop-prod")
    key = next(one for one in kms.list_aliases()["Aliases"] if not one["AliasName"].startswith("alias/aws/"))
    kms.disable_key_rotation(KeyId=key["TargetKeyId"])
    yield Expected("kms-key-rotation-enabled", "shop-prod", key["TargetKeyId"])


@mistake("Thursday: a snapshot is to be shared with somebody outside")
def share_snapshots(week: Week) -> Iterator[Expected]:
    """Public sharing of snapshots no longer blocked."""
    week.client("ec2", "data-prod").disable_snapshot_block_public_access()
    yield Expected("ec2-snapshot-sharing-blocked", "data-prod", week.account("data-prod"))


@mistake("Friday: passwords are too hard to remember")
def weak_passwords(week: Week) -> Iterator[Expected]:
    """A password policy of six letters."""
    week.client("iam", "network").update_account_password_policy(MinimumPasswordLength=6)
    for control in ("strong", "no-reuse", "configured", "pci"):
        yield Expected(f"iam-password-policy-{control}", "network", week.account("network"))


@mistake("Friday: GuardDuty is noisy, so its administrators stop it for one account")
def no_guardduty(week: Week) -> Iterator[Expected]:
    """A member's detector suspended: by the administrator, as AWS lets no member do it, and only once it is not ALL."""
    guardduty = week.client("guardduty", "audit")
    detector = guardduty.list_detectors()["DetectorIds"][0]
    guardduty.update_organization_configuration(DetectorId=detector, AutoEnableOrganizationMembers="NEW")
    guardduty.stop_monitoring_members(DetectorId=detector, AccountIds=[week.account("shop-dev")])
    yield Expected("guardduty-enabled", "shop-dev", week.account("shop-dev"))
    suspended = week.client("guardduty", "shop-dev").list_detectors()["DetectorIds"][0]
    for plan in (
        "ec2-runtime-agents", "ecs-runtime-agents", "eks-audit-protection", "eks-runtime-agents", "lambda-protection",
        "malware-protection", "rds-protection", "runtime-protection", "s3-protection",
    ):  # fmt: skip
        yield Expected(f"guardduty-{plan}", "shop-dev", suspended)


@mistake("Friday: Config records too much")
def no_recording(week: Week) -> Iterator[Expected]:
    """A configuration recorder stopped."""
    config = week.client("config", "play")
    recorder = config.describe_configuration_recorders()["ConfigurationRecorders"][0]["name"]
    config.stop_configuration_recorder(ConfigurationRecorderName=recorder)
    yield Expected("config-recorder-on", "play", week.account("play"))


@mistake("Friday: flow logs fill the bucket")
def no_flow_logs(week: Week) -> Iterator[Expected]:
    """A VPC without flow logs."""
    ec2 = week.client("ec2", "shop-dev")
    logs = [log["FlowLogId"] for log in ec2.describe_flow_logs()["FlowLogs"]]
    ec2.delete_flow_logs(FlowLogIds=logs)
    yield Expected("ec2-vpc-flow-logs-enabled", "shop-dev", _vpc(ec2)["VpcId"])


@mistake("Friday: the security contact has left the company")
def no_contact(week: Week) -> Iterator[Expected]:
    """An account without a security contact."""
    week.client("account", "audit").delete_alternate_contact(AlternateContactType="SECURITY")
    yield Expected("account-security-contact", "audit", week.account("audit"))
