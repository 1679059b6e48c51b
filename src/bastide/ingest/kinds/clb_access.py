"""Access logs of Classic Load Balancers.

Source: Elastic Load Balancing, "Access logs for your Classic Load Balancer", "Access log entries"
"""

from __future__ import annotations

import re

from bastide.ingest.kinds.forms.balancer import ENDPOINT, Balancer
from bastide.ingest.kinds.forms.delimited import parse_fields

BALANCER = Balancer(
    name="clb-access",
    table="clb_access",
    fields=parse_fields(
        "time/iso elb client:port/endpoint backend:port/endpoint request_processing_time/double "
        "backend_processing_time/double response_processing_time/double elb_status_code/int backend_status_code/int "
        "received_bytes/bigint sent_bytes/bigint request/quoted user_agent/quoted ssl_cipher ssl_protocol"
    ),
    least=12,
    starts=re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z \S+ " + ENDPOINT + rb" " + ENDPOINT + rb" -?\d+(?:\.\d+)? -?\d"),
    rank=43,
)
KIND = BALANCER.kind()
