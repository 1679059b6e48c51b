"""The sandbox's first caller, as constants that need no moto: an administrator's session in the management account.

No user or role stands behind it, so that the account is as empty as a new one. The secret is public, and whoever
signs with it is the administrator: the sandbox listens on this machine alone.
"""

from __future__ import annotations

MANAGEMENT_ACCOUNT = "111122223333"
MEMBER_ROLE = "OrganizationAccountAccessRole"
# A person who signed in through Identity Center as an administrator of the management account.
BOOTSTRAP_ROLE = "AWSReservedSSO_Administrator_5bd1f0c2b94e3a76"
BOOTSTRAP_ROLE_ARN = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:role/aws-reserved/sso.amazonaws.com/{BOOTSTRAP_ROLE}"
BOOTSTRAP_KEY = "ASIABASTIDESANDBOX00"
BOOTSTRAP_CREDENTIALS = {
    "aws_access_key_id": BOOTSTRAP_KEY,
    "aws_secret_access_key": "sandbox-only-no-secret-stands-behind-this",
    "aws_session_token": "sandbox",
}
