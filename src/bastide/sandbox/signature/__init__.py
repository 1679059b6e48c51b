"""Signatures: whether a request was signed with the secret of the key that it names, in time, and arrived unchanged.

One idea: the server computes what the client must have signed from what came over the wire, and compares. `verify` is
the way in, `unwrap` for what nobody signed; `canonical` holds what both signatures are made of, `chunks` reads streamed
bodies, `older` is S3's Signature Version 2, `refusals` words what is wrong as each protocol does. Who the key belongs
to, and whether its token and session are good, is for `sessions`. Not modelled: SigV4A (asymmetric) and signed event
streams are refused; the Region of a scope is not held against the endpoint, since one endpoint here serves all.
Source: IAM User Guide, "AWS Signature Version 4 for API requests"; Amazon S3 API Reference, "Authenticating Requests
(AWS Signature Version 4)".
"""

from bastide.sandbox.signature.chunks import unwrap
from bastide.sandbox.signature.verify import verify

__all__ = ["unwrap", "verify"]
