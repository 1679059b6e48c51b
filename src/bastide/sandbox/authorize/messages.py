"""A refusal in the words, with the code and the status, that the service would use.

One idea: the code follows from the protocol, save where a service has its own; the sentence is the same everywhere and
names the kind of policy that refused, and for a Deny the policy itself where it has an ARN.

Source: IAM User Guide, "Troubleshoot access denied error messages"; the services' API references, "Common errors"; EC2
API Reference, "Client error codes"; Smithy, AWS protocols.
"""

from __future__ import annotations

from bastide.sandbox.authorize.judgement import EXPLICIT, UNKNOWN, Part
from bastide.sandbox.call import Call
from bastide.sandbox.wire import AwsError

POLICIES = {
    "scp": "service control policy",
    "rcp": "resource control policy",
    "identity": "identity-based policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "resource": "resource-based policy",
    "endpoint": "VPC endpoint policy",
}
# Services whose code is not the protocol's.
CODES = {"sns": "AuthorizationError", "sqs": "AccessDenied", "cloudwatch": "AccessDenied"}
DENIED = {"json": "AccessDeniedException", "rest-json": "AccessDeniedException", "ec2": "UnauthorizedOperation"}
# json services answer a client's mistake with 400, the others say 403.
STATUS = {"json": 400}


def refuse(call: Call, part: Part) -> AwsError:
    """The error for a call of which this part is refused."""
    protocol = call.protocol
    code = CODES.get(call.service) or DENIED.get(protocol, "AccessDenied")
    text = sentence(call, part)
    if protocol == "ec2":
        text = f"You are not authorized to perform this operation. {text}"
    return AwsError(code, text, STATUS.get(protocol, 403))


def sentence(call: Call, part: Part) -> str:
    """Who may not do what, and why."""
    if call.principal.type == "Anonymous" and call.service == "s3":
        return "Access Denied"
    resource = part.resource
    if call.service == "s3" and resource != "*":
        resource = f'"{resource}"'
    action = part.action if call.service != "sqs" else part.action.lower()
    who = call.principal.arn if call.principal.type != "Anonymous" else "anonymous"
    if call.service == "sts" and call.principal.type == "Anonymous":
        return f"Not authorized to perform {part.action}"
    head = f"User: {who} is not authorized to perform: {action} on resource: {resource}"
    return f"{head} {_because(part)}".rstrip()


def _because(part: Part) -> str:
    kind = POLICIES.get(part.policy_type, "")
    if part.decision == UNKNOWN:
        return f"because the sandbox cannot decide: {part.why}"
    if part.decision == EXPLICIT:
        article = "an" if kind.startswith("i") else "a"
        named = f": {part.policy_arn}" if part.policy_arn else ""
        return f"with an explicit deny in {article} {kind}{named}"
    if not kind:
        return f"because {part.why}" if part.why else ""
    return f"because no {kind} allows the {part.action} action"
