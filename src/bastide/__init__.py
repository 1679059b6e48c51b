"""Bastide: AWS security architecture as software.

One file describes an AWS organization; Bastide proves its guardrails, deploys it, assesses what runs and heals drift.
The packages and the direction in which they may import each other are described in ``docs/``.
"""

__version__ = "0.1.0"
