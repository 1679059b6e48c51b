"""Access logs of Network Load Balancers (of their TLS listeners; there are no others).

Source: Elastic Load Balancing, "Access logs for your Network Load Balancer", "Access log entries"
"""

from __future__ import annotations

import re

from bastide.ingest.kinds.forms.balancer import ENDPOINT, Balancer
from bastide.ingest.kinds.forms.delimited import parse_fields

BALANCER = Balancer(
    name="nlb-access",
    table="nlb_access",
    fields=parse_fields(
        "type version time/iso elb listener client:port/endpoint destination:port/endpoint connection_time/bigint "
        "tls_handshake_time/bigint received_bytes/bigint sent_bytes/bigint incoming_tls_alert chosen_cert_arn "
        "chosen_cert_serial tls_cipher tls_protocol_version tls_named_group domain_name alpn_fe_protocol "
        "alpn_be_protocol alpn_client_preference_list tls_connection_creation_time/iso"
    ),
    least=16,
    starts=re.compile(
        rb"(?:tls|tcp|udp) \d+\.\d+ \d{4}-\d\d-\d\dT[\d:.]+Z? \S+ \S+ " + ENDPOINT + rb" " + ENDPOINT + rb" [\d-]"
    ),
    rank=42,
)
KIND = BALANCER.kind()
