"""CloudFormation templates, read into the one Estate: JSON and YAML, every intrinsic, SAM, nested stacks, many files.

The one idea: a value is what CloudFormation would make of it, or ``Unknown`` with the reason; a reference to a resource
of the same template is that resource's provisional identity, so that relations hold before anything exists. Each
property keeps the line that it stands on. Nothing is deployed, and no AWS account is asked.
"""

from bastide.declare.templates.estate import Reading, estate_of, line_of
from bastide.declare.templates.scope import Settings

__all__ = ["Reading", "Settings", "estate_of", "line_of"]
