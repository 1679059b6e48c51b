"""What ``architecture.yaml`` may hold: three required keys (organization, emails, ous), secure defaults for the rest.

Each field's ``description`` says what it does; ``json_schema_extra`` says why the default is what it is (``why``) and
which control or standard asks for it (``asked_by``): ``bastide explain`` prints these. Keys are written with hyphens.

Rules of the language: an unknown key is an error with the nearest known one; a default can only be weakened by name,
and where it weakens a guardrail by an ``exempt`` entry with a reason; an organizational unit is identified by its
path, an account by its name; removing an account from the file quarantines it and never closes it.
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from bastide.declare.shapes import accounts_of, parse_range, unit_name


def hyphenated(name: str) -> str:
    """The key of a field as people write it."""
    return name.rstrip("_").replace("_", "-")


def option(default: Any, description: str, *, why: str = "", asked_by: tuple[str, ...] = ()) -> Any:
    """A field with a default, the reason for the default and who asks for it."""
    extra: dict[str, Any] = {"why": why, "asked_by": list(asked_by)}
    if callable(default):
        return Field(default_factory=default, description=description, json_schema_extra=extra)
    return Field(default=default, description=description, json_schema_extra=extra)


class Section(BaseModel):
    """Any mapping of the file: unknown keys are refused, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=hyphenated, populate_by_name=True)


class Regions(Section):
    """Where the organization lives and where anything may run."""

    home: str = option(
        "us-east-1",
        "Region of the organization trail, the log buckets and Identity Center.",
        why="IAM, Organizations and the other global services run there and write their events there",
        asked_by=("LOG-1",),
    )
    allowed: tuple[str, ...] = option(
        (),
        "Regions in which anything may be created; the home region must be one of them. Empty: the home region alone.",
        why="every other region is a place where nobody looks",
        asked_by=("SCP-2",),
    )


class Group(Section):
    """One group of Identity Center."""

    description: str = ""


class Identity(Section):
    """People and the roles that they take: Identity Center, session lengths, the permission boundary, break-glass."""

    groups: tuple[str, ...] = option(
        ("platform-admins", "security", "developers", "auditors"),
        "Groups of Identity Center.",
        why="people get access by group, never one by one",
        asked_by=("IAM-2",),
    )
    session: str = option(
        "8h", "Longest session of a permission set (1h to 12h).", why="a working day", asked_by=("IAM-4",)
    )
    admin_session: str = option(
        "1h",
        "Longest session of administrators.",
        why="strong access is taken for a task, not for a day",
        asked_by=("IAM-4",),
    )
    boundary: bool = option(
        True,
        "A permission boundary that caps what delegated administrators can grant.",
        why="who can create roles could otherwise create a stronger one",
        asked_by=("IAM-3",),
    )
    break_glass: bool = option(
        True,
        "A break-glass role in every account, taken with MFA from the management account only.",
        why="identity providers fail, too",
        asked_by=("SCP-3",),
    )
    external_id: str = option(
        "",
        "External id that the deployer and reader roles ask for; when empty a random one, which the state keeps.",
        why="prevents the confused deputy",
        asked_by=("IAM-5",),
    )
    deployers: tuple[str, ...] = option(
        (),
        "Principals of the management account that may take the deployer and reader roles: role/NAME, user/NAME or "
        "ARNs, with wildcards; when empty, sessions of the permission set Administrator.",
        why="no guardrail binds the deployer, so not everybody who may assume roles may take it",
        asked_by=("IAM-5",),
    )


class Logs(Section):
    """The organization trail and where logs lie."""

    retain: str = option(
        "1y",
        "How long log objects cannot be deleted (90d, 7y).",
        why="PCI DSS asks for a year",
        asked_by=("PCI-4.0.1:10.5.1",),
    )
    lock: Literal["governance", "compliance"] = option(
        "governance",
        "Object Lock mode of the trail's bucket.",
        why="compliance mode cannot be undone by anybody, so it is never a default",
        asked_by=("LOG-2",),
    )
    events: tuple[Literal["management", "s3-read", "s3-write", "lambda"], ...] = option(
        ("management",),
        "What the organization trail records.",
        why="management events tell who changed what; events of data are many and cost by number, so they are chosen",
        asked_by=("LOG-1", "FSBP:CloudTrail.1"),
    )
    flow_logs: bool = option(
        True,
        "VPC flow logs of every network.",
        why="who talked to whom cannot be found out afterwards",
        asked_by=("EGR-3", "FSBP:EC2.6"),
    )
    account: str = option(
        "log-archive",
        "Name of the account that keeps the logs; it must be in the tree.",
        why="who can change an account should not be able to change the record of it",
        asked_by=("LOG-2",),
    )


class Detect(Section):
    """Detection services, run by the audit account for the whole organization."""

    guardduty: bool = option(
        True,
        "GuardDuty in every account and allowed region.",
        why="it reads CloudTrail, flow and DNS logs without being given them, and sees stolen credentials at work",
        asked_by=("DET-1", "FSBP:GuardDuty.1"),
    )
    guardduty_features: tuple[str, ...] = option(
        (
            "S3_DATA_EVENTS",
            "EKS_AUDIT_LOGS",
            "EBS_MALWARE_PROTECTION",
            "RDS_LOGIN_EVENTS",
            "LAMBDA_NETWORK_LOGS",
            "RUNTIME_MONITORING",
        ),
        "Protection plans of GuardDuty.",
        why="the foundation sees accounts and networks; each plan adds what happens inside one service",
        asked_by=(
            "FSBP:GuardDuty.5",
            "FSBP:GuardDuty.6",
            "FSBP:GuardDuty.8",
            "FSBP:GuardDuty.9",
            "FSBP:GuardDuty.10",
            "FSBP:GuardDuty.11",
        ),
    )
    securityhub: tuple[Literal["fsbp", "cis-3", "cis-5", "nist-800-53", "pci-4"], ...] = option(
        ("fsbp",),
        "Security Hub standards.",
        why="AWS's own practices ask for nothing that is not meant for every account; benchmarks are added by name",
        asked_by=("HUB-1",),
    )
    access_analyzer: bool = option(
        True,
        "An organization-wide external access analyzer.",
        why="what is shared with somebody outside is then known on the day on which it is shared",
        asked_by=("IAM-8",),
    )
    macie: bool = option(
        True,
        "Macie for every account.",
        why="nobody knows which bucket holds personal data until somebody looks",
        asked_by=("MAC-1", "FSBP:Macie.1"),
    )
    inspector: tuple[Literal["ec2", "ecr", "lambda", "lambda-code"], ...] = option(
        ("ec2", "ecr", "lambda", "lambda-code"),
        "What Inspector scans.",
        why="a known hole is used within days; each of these runs code that somebody has to patch",
        asked_by=("IMG-1", "FSBP:Inspector.1", "FSBP:Inspector.2", "FSBP:Inspector.3", "FSBP:Inspector.4"),
    )
    config: bool = option(
        True,
        "AWS Config recording in every account and allowed region.",
        why="without a record of configurations nobody can tell what a resource was when it was misused",
        asked_by=("CFG-1", "FSBP:Config.1"),
    )
    account: str = option(
        "audit",
        "Name of the account that runs the detection services for all others; it must be in the tree.",
        why="the management account runs nothing that it can delegate",
        asked_by=("DET-1",),
    )


GuardrailValue = bool | Literal["warn"] | dict[str, Any]


class Guardrails(Section):
    """Which guardrails bind: a level, and guardrails by name (the further keys): on, off, warn or with parameters."""

    model_config = ConfigDict(extra="allow", frozen=True, alias_generator=hyphenated, populate_by_name=True)

    default: Literal["strict", "standard", "relaxed"] | None = option(
        None,
        "The level; a unit without one inherits its parent's, the root's is strict.",
        why="what is not allowed is not to be argued about",
        asked_by=("SCP-1", "SCP-2"),
    )
    perimeter: Literal["org", "off"] | None = option(
        None,
        "Data perimeter by resource control policies: only the organization's principals reach S3, KMS, STS, …",
        why="one wrong bucket policy would otherwise open data to the world",
        asked_by=("S3-2", "END-2"),
    )


class Network(Section):
    """The network of each workload account."""

    cidr: Annotated[IPv4Network, BeforeValidator(parse_range)] | None = option(
        IPv4Network("10.0.0.0/8"),
        "The private range that networks are cut from, account by account and region by region (10.0.0.0/8).",
        why="no two networks overlap, so that they can be joined later",
        asked_by=("NET-1",),
    )
    prefix: Annotated[int, Strict()] = option(
        20,
        "Prefix length of one network (16 to 24).",
        why="4,096 addresses, eight subnets of 512: room to grow, and 4,096 such networks fit into 10.0.0.0/8",
        asked_by=("NET-1",),
    )
    availability_zones: Annotated[int, Strict()] = option(
        2,
        "Availability zones with a private subnet each (1 to 3).",
        why="one zone may fail; a third costs an endpoint of each service more",
        asked_by=("NET-2",),
    )
    regions: tuple[str, ...] = option(
        (),
        "Regions that get a network; the home region when empty.",
        why="a network that nobody uses is one more to watch and to pay endpoints for",
        asked_by=("NET-1",),
    )
    endpoints: tuple[str, ...] = option(
        ("s3", "dynamodb", "ec2", "sts", "kms", "logs", "ssm", "ssmmessages"),
        "Endpoints whose policies let in the organization only.",
        why="traffic to AWS does not need the internet",
        asked_by=("END-1", "END-2", "FSBP:EC2.10"),
    )


UnitName = Annotated[str, AfterValidator(unit_name)]


class AccountEntry(Section):
    """One account. Written as a name alone, everything is default."""

    email: str = option(
        "",
        "Root e-mail; made from ``emails`` when empty.",
        why="an e-mail belongs to one account for ever; a pattern keeps them apart",
    )
    id: str = option(
        "",
        "The 12 digits of an account that exists already.",
        why="an account that is to be made has none yet",
    )
    network: bool | None = option(
        None,
        "Whether the account gets a network; what its unit says when not given.",
        why="accounts of one unit are alike",
    )
    guardrails: Guardrails | None = option(
        None,
        "Guardrails of this account alone.",
        why="rules that hold for a unit are easier to know than those of single accounts",
        asked_by=("ORG-2",),
    )


class Unit(Section):
    """One organizational unit; ``units`` holds its children, written as further keys beside ``accounts``."""

    accounts: dict[str, AccountEntry] = Field(default_factory=dict, description="Accounts by name.")
    guardrails: Guardrails | None = option(
        None,
        "What differs from the parent's guardrails.",
        why="policies are inherited down the tree",
        asked_by=("ORG-2",),
    )
    network: bool | None = option(
        None,
        "Whether accounts of this unit get a network; inherited, no at the root.",
        why="accounts for logs, audit and billing run nothing that needs one",
        asked_by=("NET-2",),
    )
    units: dict[UnitName, Unit] = Field(default_factory=dict, description="Child units by name.")

    @model_validator(mode="before")
    @classmethod
    def children_are_keys(cls, value: Any) -> Any:
        """Keys that are no field are child units; accounts may be a list of names."""
        if value is None:
            return {}
        if not isinstance(value, dict) or "units" in value:
            return value
        own = {"accounts", "guardrails", "network"}
        made = {key: item for key, item in value.items() if key in own}
        if "accounts" in made:
            made["accounts"] = accounts_of(made["accounts"])
        made["units"] = {key: item for key, item in value.items() if key not in own}
        return made


class Contact(Section):
    """A contact of every account."""

    name: str = Field(description="Name of a person or a team (64 characters at most).")
    title: str = option(
        "Security", "What they are (50 characters at most).", why="it is the security contact that is asked for most"
    )
    email: str = Field(description="Their e-mail, read by people: AWS writes there when an account is abused.")
    phone: str = Field(description="Their telephone, quoted: '+49 30 1234567'.")


class Exemption(Section):
    """A guardrail that does not bind, or a control that does not count, somewhere, with the reason and the end."""

    guardrail: str = option("", "Name of the guardrail.", why="an exemption is from a guardrail or from a control")
    control: str = option(
        "", "Name of the control, or a pattern: s3-bucket-*.", why="an exemption is from a guardrail or from a control"
    )
    resources: tuple[str, ...] = option(
        (), "Patterns of ids or ARNs, of a control's findings; none: all.", why="most exemptions are of a whole account"
    )
    at: str = Field(description="Path of a unit, name of an account, or '*' for everywhere.")
    why: str = Field(description="The reason, for who reads it later.")
    until: str = Field(description="The day on which the exemption ends (YYYY-MM-DD).")


class Architecture(Section):
    """The whole file."""

    organization: str = Field(
        description="Name of the organization; a part of bucket and role names (a–z, 0–9, hyphen)."
    )
    emails: str = Field(description="Pattern of root e-mails; {account} stands for the account's name.")
    regions: Regions = option(Regions, "Home and allowed regions.")
    identity: Identity = option(Identity, "Identity Center, sessions, boundary, break-glass.")
    logs: Logs = option(Logs, "The organization trail and log buckets.")
    detect: Detect = option(Detect, "Detection services.")
    guardrails: Guardrails = option(Guardrails, "Guardrails of the whole organization.")
    network: Network = option(Network, "Networks of workload accounts.")
    ous: dict[UnitName, Unit] = Field(description="The tree of organizational units with their accounts.")
    access: dict[str, dict[str, str]] = option(
        dict,
        "Who gets what where: group → (unit path, account or '*') → permission set.",
        why="nobody has access that the file does not name",
        asked_by=("IAM-2",),
    )
    contacts: dict[Literal["security", "operations", "billing"], Contact] = option(
        dict,
        "Alternate contacts of every account; security is derived from ``emails`` when it is not given.",
        why="AWS writes to the root's e-mail otherwise, which nobody reads on the day of an incident",
        asked_by=("FSBP:Account.1",),
    )
    exempt: tuple[Exemption, ...] = option(
        (),
        "Guardrails that do not bind, and controls that do not count, somewhere, with reason and end.",
        why="a guardrail holds everywhere until somebody says where not, why, and until when",
        asked_by=("SCP-3",),
    )
    tags: dict[str, str] = option(
        dict,
        "Tags of everything that Bastide creates (40 at most).",
        why="which tags tell owner and cost is the organization's own matter",
        asked_by=("ORG-4",),
    )
