"""Faults on demand: what AWS does on a bad day, by rule and seeded, so that the same day comes again.

One idea: a rule says which calls (``match``), what befalls them (``fault``) and how often; the front asks before it
performs a call and again with its answer. In process ``Sandbox(faults=parse_rules({...}))``; over HTTP
``bastide sandbox faults set FILE``. Not here: refusals that policies ask for (the front's authorization), and faults of
state: what was performed stays performed, only the answer is lost, late, old or an error.
"""

# Not ``disturb``: whoever only reads rules need not wait for moto.
from bastide.sandbox.faults.rule import Rule, Rules, parse_rules, read_rules, render_rules

__all__ = ["Rule", "Rules", "parse_rules", "read_rules", "render_rules"]
