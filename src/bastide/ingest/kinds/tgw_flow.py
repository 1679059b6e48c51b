"""Transit gateway flow logs: default and custom formats, text and Parquet, from S3 and from CloudWatch Logs.

One idea: see ``forms.flow``; their fields (attachments, both sides' VPCs, packets lost) make a table of their own,
since half of a VPC's flow log does not exist here.
Source: Amazon VPC Transit Gateways, "Transit Gateway Flow Log records", "Available fields" and "Default format"
"""

from __future__ import annotations

import re

from bastide.ingest.kinds.forms.flow import Flow

FLOW = Flow(
    name="tgw-flow",
    table="tgw_flow",
    default="version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id tgw-dst-vpc-account-id "
    "tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id tgw-dst-subnet-id tgw-src-eni tgw-dst-eni tgw-src-az-id "
    "tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr srcport dstport protocol packets bytes start end log-status "
    "type packets-lost-no-route packets-lost-blackhole packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags "
    "region flow-direction pkt-src-aws-service pkt-dst-aws-service",
    default_line=re.compile(rb"\d{1,2} TransitGateway(?:Attachment)? (?:\d{12}|-)(?: \S+){33}"),
    marks=frozenset({
        "tgw-id", "tgw-attachment-id", "tgw-pair-attachment-id", "tgw-src-vpc-id", "tgw-dst-vpc-id", "resource-type",
        "packets-lost-blackhole", "packets-lost-no-route",
    }),
    rank=30,
)  # fmt: skip
KIND = FLOW.kind()
