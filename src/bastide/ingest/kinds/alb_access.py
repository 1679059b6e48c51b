"""Access logs of Application Load Balancers.

Source: Elastic Load Balancing, "Access logs for your Application Load Balancer", "Access log entries"
"""

from __future__ import annotations

import re

from bastide.ingest.kinds.forms.balancer import ENDPOINT, Balancer
from bastide.ingest.kinds.forms.delimited import parse_fields

BALANCER = Balancer(
    name="alb-access",
    table="alb_access",
    fields=parse_fields(
        "type time/iso elb client:port/endpoint target:port/endpoint request_processing_time/double "
        "target_processing_time/double response_processing_time/double elb_status_code/int target_status_code/int "
        "received_bytes/bigint sent_bytes/bigint request/quoted user_agent/quoted ssl_cipher ssl_protocol "
        "target_group_arn trace_id/quoted domain_name/quoted chosen_cert_arn/quoted matched_rule_priority/int "
        "request_creation_time/iso actions_executed/quoted redirect_url/quoted error_reason/quoted "
        "target:port_list/quoted target_status_code_list/quoted classification/quoted classification_reason/quoted "
        "conn_trace_id transformed_host/quoted transformed_uri/quoted request_transform_status/quoted"
    ),
    least=17,
    starts=re.compile(
        rb"(?:https?|h2|grpcs?|wss?) \d{4}-\d\d-\d\dT[\d:.]+Z \S+ "
        + ENDPOINT
        + rb" "
        + ENDPOINT
        + rb" -?\d+(?:\.\d+)? "
    ),
    rank=41,
)
KIND = BALANCER.kind()
