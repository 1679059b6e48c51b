"""Route 53 Resolver query logs: JSON lines from S3, Firehose and CloudWatch Logs.

One idea: the fields are the columns; `srcids` is kept as it was and its three ids have columns too.
Source: Amazon Route 53 Developer Guide, "Values that appear in VPC Resolver query logs"
"""

from __future__ import annotations

from bastide.ingest.kinds import Kind, Rendered
from bastide.ingest.kinds.forms.queries import CONSTANTS, is_marked, render_records
from bastide.ingest.kinds.forms.records import Shape, read_types
from bastide.ingest.source import Item

SHAPE = Shape(
    {
        "version": "string", "account_id": "string", "region": "string", "vpc_id": "string", "query_timestamp": "time",
        "query_name": "string", "query_type": "string", "query_class": "string", "rcode": "string", "answers": "json",
        "srcaddr": "string", "srcport": "digits", "transport": "string", "srcids": "json",
        "firewall_rule_action": "string", "firewall_rule_group_id": "string", "firewall_domain_list_id": "string",
        "firewall_protection": "string",
    }
)  # fmt: skip
_MARKS = (b'"query_timestamp"', b'"query_name"', b'"rcode"', b'"query_type"', b'"vpc_id"')
_IDS = ("instance", "resolver_endpoint", "resolver_network_interface")


def detect(_: str, head: bytes) -> bool:
    """By three of the names that every query has."""
    return is_marked(head, _MARKS)


def render(data: bytes, item: Item) -> Rendered:
    """The queries. Raises NotThisKindError at a record that is none."""
    return render_records(data, item, SHAPE, ("query_name", "query_timestamp"), "DNS query")


KIND = Kind(
    name="resolver-query",
    table="resolver_query",
    detect=detect,
    render=render,
    read=read_types(SHAPE, CONSTANTS),
    derive={"_ids": f"json_extract_string(srcids, {[f'$.{name}' for name in _IDS]})"},
    select={
        "query_timestamp": "TRY_CAST(query_timestamp AS TIMESTAMPTZ)",
        "account": "coalesce(account_id, nullif(_account, ''))",
        "region": "coalesce(region, nullif(_region, ''))",
        "srcport": "TRY_CAST(srcport AS INTEGER)",
        **{name: f"_ids[{number}]" for number, name in enumerate(_IDS, start=1)},
    },
    rank=25,
)
