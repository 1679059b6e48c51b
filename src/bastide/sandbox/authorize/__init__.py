"""Authorization: whether AWS would let a call through, decided by `bastide.iam` over the sandbox's policies.

One idea: a call becomes questions (one action on one resource, with the condition keys of the request), each is put to
the policies in force at that moment, and the first "no" is the answer. What cannot be told is a "no" with its reason:
an operation without a known action, a policy that cannot be read. A resource whose ARN cannot be told is asked as `*`,
and the judgement says so.

``actions`` and ``parameters`` are data; ``resources`` and ``context`` make questions of them; ``policies`` gathers what
is in force; ``authorizer`` decides; ``messages`` words the refusal as the service does.

Beside the request, four headers say where it comes from, for tests of network perimeters: `x-bastide-source-vpce`,
`x-bastide-source-vpc`, `x-bastide-source-ip` (inside a VPC: aws:VpcSourceIp), and `x-bastide-context`, a JSON object of
further condition keys that win over what the sandbox works out.
"""

from bastide.sandbox.authorize.authorizer import Authorizer
from bastide.sandbox.authorize.judgement import Judgement, Part

__all__ = ["Authorizer", "Judgement", "Part"]
