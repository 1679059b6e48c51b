"""The file that ``bastide init`` writes."""

from __future__ import annotations

import json
import re

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9+@._-]*(\{account\}[A-Za-z0-9+@._-]*)?")
WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")  # which YAML takes for something else than text
STARTER = """\
# The architecture of an AWS organization. Three keys are needed: organization, emails, ous.
# Everything else has a secure default: `bastide explain` shows each one, why it is so and who asks for it.
organization: {organization}
# Root e-mail of each account; AWS wants one that no other account ever had.
emails: {emails}
# The home region holds the trail, the logs and Identity Center; nothing can be made outside the allowed ones.
regions: {{home: {region}, allowed: [{region}]}}

# Organizational units and their accounts. A unit's guardrails hold for everything below it.
# log-archive and audit are needed: logs lie in the one, detection is run from the other.
ous:
  security:
    accounts: [log-archive, audit]
  workloads:
    network: true # each account below gets a VPC with private subnets
    prod:
      accounts: [app-prod]
    dev:
      accounts: [app-dev]
  # Where accounts go that leave the file: nothing can be done there but by the deployer.
  quarantine: {{}}

# Who gets what where: group -> unit path, account or "*" -> permission set.
access:
  platform-admins: {{"*": Administrator}}
  security: {{"*": SecurityAudit}}
  developers: {{workloads/dev: PowerUser, workloads/prod: ReadOnly}}
  auditors: {{"*": ViewOnly}}

# Where a guardrail or a control does not hold, why, and until when.
exempt:
  - {{control: ec2-vpc-endpoint-*, at: "*", why: nothing in these networks uses those services, until: {until}}}
#   - {{guardrail: vpc-internet, at: workloads/dev, why: a public demo, until: {until}}}

# More keys, with their defaults:
# guardrails: {{default: strict, perimeter: org}}
# logs: {{retain: 1y, lock: governance, events: [management]}}
# detect: {{guardduty: true, securityhub: [fsbp], access-analyzer: true, macie: true, config: true}}
# network: {{cidr: 10.0.0.0/8, prefix: 20, availability-zones: 2}}
"""


def starter(organization: str, emails: str, region: str, until: str) -> str:
    """A commented architecture file for an organization of that name; what YAML would take for more is quoted.

    ``until``: the day (YYYY-MM-DD) on which its exemption ends.
    """
    return STARTER.format(
        organization=_quoted(organization), emails=_quoted(emails), region=_quoted(region), until=until
    )


def _quoted(text: str) -> str:
    return text if PLAIN.fullmatch(text) and text.lower() not in WORDS else json.dumps(text)
