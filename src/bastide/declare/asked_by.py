"""What the codes mean that settings and guardrails name as asking for them: one line each, in our own words.

Codes like IAM-4 are this project's requirements; FSBP is the Security Hub standard "AWS Foundational Security Best
Practices"; PCI is PCI DSS. The line says what is asked for, not how the standard puts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MEANINGS = {
    "CFG-1": "configurations are recorded all the time: what changed, when, and what it was before",
    "CTL-2": "a new account has the same controls from its first minute",
    "DET-1": "threats are found in CloudTrail, flow and DNS logs",
    "EGR-1": "nothing may reach the whole internet where that can be avoided; exceptions are named",
    "EGR-2": "traffic to the internet leaves through one inspected way, with no route around it",
    "EGR-3": "flow logs everywhere",
    "END-1": "AWS services are reached by endpoints, not through the internet",
    "END-2": "endpoints let in the organization's principals, to the organization's resources",
    "HUB-1": "findings of all sources in one place, scored by standards",
    "IAM-1": "roles in place of users, temporary credentials in place of keys",
    "IAM-2": "people sign in through Identity Center and get access by group and permission set",
    "IAM-3": "permission boundaries cap what delegated administrators can grant",
    "IAM-4": "session durations limited per role and permission set",
    "IAM-5": "roles for others ask for an external id, so that nobody can be made a confused deputy",
    "IAM-6": "ways to more privilege and to other accounts are found and cut",
    "IAM-8": "whatever is shared with somebody outside is known",
    "IMD-1": "instances hand out credentials by IMDSv2 only",
    "IMD-2": "instance roles in place of keys on instances",
    "IMG-1": "images and code are scanned for known holes",
    "KMS-1": "who administers a key cannot use it, and who uses it cannot administer it",
    "KMS-2": "backups can be recovered with keys of another account",
    "KMS-3": "keys rotate by themselves, and their deletion is guarded",
    "LAM-1": "functions have narrow roles and are not open to the public",
    "LOG-1": "one trail records all accounts and regions",
    "LOG-2": "logs lie locked in an account of their own, and nobody can delete or change them",
    "MAC-1": "personal and secret data in buckets is found",
    "NET-1": "networks of different environments are apart",
    "NET-2": "workloads stand in private subnets",
    "ORG-2": "units group accounts that need the same, and policies are inherited down the tree",
    "ORG-4": "owner and cost of everything are known by account and tag",
    "S3-1": "buckets are not public, unless somebody approved it, for a time",
    "S3-2": "buckets are open to the organization only, and by TLS only",
    "S3-3": "a deletion, by accident or malice, is survived",
    "SCP-1": "nobody inside an account can switch off what watches it",
    "SCP-2": "what is not needed is denied: services, regions, ways to the internet",
    "SCP-3": "the platform and break-glass roles pass where others do not, and nobody else passes with them",
    "SCP-4": "encryption cannot be left out",
    "FSBP:Account.1": "each account names somebody who is told of security matters",
    "FSBP:CloudTrail.1": "a trail records management events of all regions",
    "FSBP:Config.1": "AWS Config records every resource",
    "FSBP:EC2.6": "VPCs have flow logs",
    "FSBP:EC2.10": "VPCs reach the EC2 API by an endpoint",
    "FSBP:GuardDuty.1": "GuardDuty is on",
    "FSBP:GuardDuty.5": "GuardDuty reads audit logs of EKS",
    "FSBP:GuardDuty.6": "GuardDuty watches what Lambda functions talk to",
    "FSBP:GuardDuty.8": "GuardDuty scans volumes of suspicious instances for malware",
    "FSBP:GuardDuty.9": "GuardDuty watches sign-ins to databases",
    "FSBP:GuardDuty.10": "GuardDuty reads data events of S3",
    "FSBP:GuardDuty.11": "GuardDuty watches what runs on instances and in containers",
    "FSBP:Inspector.1": "Inspector scans instances",
    "FSBP:Inspector.2": "Inspector scans container images",
    "FSBP:Inspector.3": "Inspector scans the code of Lambda functions",
    "FSBP:Inspector.4": "Inspector scans the packages of Lambda functions",
    "FSBP:Macie.1": "Macie is on",
    "PCI-4.0.1:10.5.1": "audit logs are kept for a year, three months of them at hand",
}


def meanings(codes: Iterable[str]) -> dict[str, str]:
    """Code → one line, each code once, sorted with numbers as numbers; codes without a line are left out."""
    return {code: MEANINGS[code] for code in sorted(set(codes), key=_by_number) if code in MEANINGS}


def _by_number(code: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"([0-9]+)", code) if part]
