"""How long a policy may be, by kind, and what counts.

Source: IAM User Guide, "IAM and AWS STS quotas"; Organizations User Guide, "Quotas for AWS Organizations" (SCP: 10,240
since 2026-05-15); AWS KMS Developer Guide, "Resource quotas"; Amazon S3 User Guide, "Bucket policies" (20 KB);
VPC: "Control access to VPC endpoints using endpoint policies". Read 2026-10.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit in characters; ``spaces``: whether white space counts; ``raised``: what AWS raises it to on request."""

    characters: int
    what: str
    spaces: bool = False
    raised: int = 0


QUOTAS = {
    "identity": Quota(6_144, "a managed policy"),
    "boundary": Quota(6_144, "a managed policy"),
    "session": Quota(2_048, "session policies together", spaces=True),
    "trust": Quota(2_048, "a role trust policy", raised=4_096),
    "scp": Quota(10_240, "a service control policy", spaces=True),
    "rcp": Quota(5_120, "a resource control policy", spaces=True),
    "endpoint": Quota(20_480, "a VPC endpoint policy"),
    "key": Quota(32_768, "a key policy", spaces=True),
    "resource": Quota(20_480, "a bucket policy, the largest common one", spaces=True),
}
