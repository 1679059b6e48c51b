"""The audit trail: every call becomes a CloudTrail record, delivered as CloudTrail delivers it.

One idea: the record log is the truth. A call's records are on file before its answer is given; log files, digests,
event history and EventBridge events are functions of that file and of the sandbox's state, so that a replay of the
journal makes the same objects again, byte for byte. `audit` wires the parts, `record` shapes a call, `log` keeps
the lines, `selectors` says which trails take them, `delivery` and `digest` write to the buckets, `lookup` is the event
history, `events` is EventBridge.

It does not model Insights events, CloudTrail Lake, network activity events, or delivery that is late or out of order.
"""
