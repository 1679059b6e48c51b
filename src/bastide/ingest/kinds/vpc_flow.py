"""VPC flow logs, versions 2 to 10: default and custom formats, text and Parquet, from S3 and from CloudWatch Logs.

One idea: see ``forms.flow``; here is only what tells these logs from a transit gateway's.
Source: Amazon VPC User Guide, "Flow log records", "Available fields" and "Default format"
"""

from __future__ import annotations

import re

from bastide.ingest.kinds.forms.flow import Flow

FLOW = Flow(
    name="vpc-flow",
    table="vpc_flow",
    default="version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status",
    default_line=re.compile(
        rb"\d{1,2} (?:\d{12}|unknown) \S+ \S+ \S+ [\d-]\d* [\d-]\d* [\d-]\d* [\d-]\d* [\d-]\d* \d+ \d+ "
        rb"(?:ACCEPT|REJECT|-) (?:OK|NODATA|SKIPDATA)"
    ),
    marks=frozenset({
        "interface-id", "srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr", "log-status", "action", "instance-id",
        "flow-direction", "traffic-path", "tcp-flags", "ecs-task-id",
    }),
    rank=31,
)  # fmt: skip
KIND = FLOW.kind()
