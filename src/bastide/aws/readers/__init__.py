"""Types that are read but not written: a table of calls and names for each, no code.

**Input.** One YAML file a service (``rds.yaml``): for each registry type the calls that list it, what identifies a
resource, and where properties stand that the API calls otherwise than CloudFormation.
**Output.** ``readers()``: a ``Reader`` for each type, which lists resources in registry shape like a handler does.
**Entry point.** ``readers()``; ``Reader.narrowed(properties)`` leaves out calls for what nobody asks.
**Limits.** A property that is neither of the same name nor in the table is absent. What the API refuses is Unknown.
"""

from bastide.aws.readers.reader import Reader
from bastide.aws.readers.tables import readers

__all__ = ["Reader", "readers"]
