"""Terraform, read into the one Estate: plans and states as ``terraform show -json`` prints them, and state files.

The one idea: tables (``types/*.yaml``) lay the AWS provider's types into the registry's shape, so that the same
controls judge them; what is known after apply only is ``Unknown``, and a reference is the provisional identity of what
it names. No provider, no backend and no AWS account is asked; HCL itself is
not read.
"""

from bastide.declare.terraform.document import is_terraform
from bastide.declare.terraform.read import estate_of_terraform

__all__ = ["estate_of_terraform", "is_terraform"]
