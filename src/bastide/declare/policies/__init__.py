"""Policies of buckets, keys, endpoints and roles, exactly as the services require them. Pure builders.

Each function gives one policy as plain JSON values. Every Allow for a service says for whom the service may act (the
trail, the organization), against the confused deputy; every Deny lets AWS services deliver. Whether a delivery passes
is tested by deciding its requests, after all resource control policies of the library.
"""

from bastide.declare.policies.buckets import (
    access_logs_bucket_policy,
    config_bucket_policy,
    flow_logs_bucket_policy,
    trail_arn,
    trail_bucket_policy,
)
from bastide.declare.policies.endpoints import vpc_endpoint_policy
from bastide.declare.policies.keys import config_key_policy, data_key_policy, flow_logs_key_policy, trail_key_policy
from bastide.declare.policies.roles import (
    break_glass_trust_policy,
    config_delivery_policy,
    log_reader_policy,
    log_reader_trust_policy,
    permission_boundary_policy,
    platform_role_trust_policy,
    service_trust_policy,
)

__all__ = [
    "access_logs_bucket_policy", "break_glass_trust_policy", "config_bucket_policy", "config_delivery_policy",
    "config_key_policy", "data_key_policy", "flow_logs_bucket_policy", "flow_logs_key_policy", "log_reader_policy",
    "log_reader_trust_policy", "permission_boundary_policy", "platform_role_trust_policy", "service_trust_policy",
    "trail_arn", "trail_bucket_policy", "trail_key_policy", "vpc_endpoint_policy",
]  # fmt: skip
