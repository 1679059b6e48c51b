"""What AWS Config recorded, read from its files into the one Estate: snapshots, histories, answers of its API.

The one idea: a configuration item is either in CloudFormation's shape already, or in the shape of a Describe call, for
which ``types.yaml`` has a table; what neither is, is listed and not judged. What Config does not record of a resource
is Unknown, and of each resource the latest item counts.
"""

from bastide.collect.recorded.items import is_recorded
from bastide.collect.recorded.read import estate_of_items

__all__ = ["estate_of_items", "is_recorded"]
