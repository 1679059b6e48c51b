"""Values of another notation (Terraform's, an API's) laid into the registry's shape by tables of rows.

The one idea: most names are the registry's in another casing, so the schema itself says where a value goes; a table
says only what is called otherwise. What is Unknown stays so at the place where it belongs. Nothing is guessed: a name
that neither the schema nor a row knows is left out.
"""

from bastide.declare.shaping.convert import Shaping
from bastide.declare.shaping.rows import Row, TypeMap, parse_tables

__all__ = ["Row", "Shaping", "TypeMap", "parse_tables"]
