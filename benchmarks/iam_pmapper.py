"""PMapper's evaluator on policies and requests from stdin (JSON); prints microseconds of CPU for one decision.

Runs in an interpreter of its own (``BASTIDE_PMAPPER_PYTHON``), where ``principalmapper`` is installed, and imports
nothing of Bastide. PMapper knows no RCPs and no session names: it decides with SCPs, identity and resource policy.
"""

import collections
import collections.abc
import json
import sys
import time

# PMapper imports these from where Python 3.9 had them.
collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]
collections.MutableMapping = collections.abc.MutableMapping  # type: ignore[attr-defined]


def _arn(request: dict, account: str) -> str:
    """The resource; PMapper takes none without a service."""
    service = request["action"].partition(":")[0]
    return request["resource"] if request["resource"] != "*" else f"arn:aws:{service}:eu-west-1:{account}:any"


def main() -> None:
    """Measure what stands on stdin: ``{"sets": [{scp, identity, resource}], "requests": [{…}], "account": …}``."""
    from principalmapper.common import Node, Policy
    from principalmapper.querying.query_interface import local_check_authorization_full

    told = json.load(sys.stdin)
    account = told["account"]

    def policies(documents: list) -> list:
        arn = f"arn:aws:iam::{account}:policy/"
        return [Policy(f"{arn}p{number}", f"p{number}", one) for number, one in enumerate(documents)]

    def node(arn: str, documents: list) -> object:
        trust = {"Version": "2012-10-17", "Statement": []}
        return Node(arn, "AROAEXAMPLE", policies(documents), [], trust, None, 0, False, False, None, False, {})

    ready = [
        ([policies(level) for level in one["scp"]], one["resource"], policies(one["identity"])) for one in told["sets"]
    ]
    asked = []
    for number, request in enumerate(told["requests"]):
        scps, resource, identity = ready[number % len(ready)]
        principal = node(request["principal"], [])
        principal.attached_policies = identity
        asked.append((principal, request, resource if request["action"].startswith("s3:") else None, scps))
    allowed = 0
    begin = time.process_time()
    for principal, request, resource, scps in asked:
        allowed += local_check_authorization_full(
            principal, request["action"], _arn(request, account), request["context"], resource, account, scps
        )
    taken = (time.process_time() - begin) / len(asked) * 1e6
    sys.stdout.write(json.dumps({"microseconds": taken, "allowed": allowed, "decisions": len(asked)}))


if __name__ == "__main__":
    main()
