"""Sets of requests as values: what policies say about *all* requests, not one.

A request is a value for each of its fields: the action, the resource, the caller, every condition key (or its absence).
A statement is a set of requests, and a product of sets of fields. So the engine needs three things only:

- sets of one field that can be met, left out and asked for a member, exactly: actions as bits over the documented
  list and patterns for the rest (``actions``, ``unlisted``); strings as patterns that step together (``pattern``,
  ``search``); numbers, times and addresses as intervals (``intervals``); presence, and the two quantifiers of keys
  with many values (``constraint``);
- a statement in that form (``conditions``, ``rule``), with marks where a policy variable leaves it open;
- the question *is there a request that one rule of each layer admits and no rule forbids* (``solve``): answered by an
  example, by the rules that shut everything out, or by *undecided* with the reason. Never by a guess.

``callers`` says who may call, ``replay`` tries an example on the definition in ``iam``.

Exact: actions, resources, all operators with their set, ``IfExists`` and ``Null`` forms, negation and absent keys,
layers, unions of denies, policy variables whose value is known. Approximated, with the side stated: policy variables of
unknown value (a mark stands for the test: what is proved holds, an example is tried before it is shown); a Deny with
NotPrincipal where the caller has a boundary (too narrow); links between fields other than those that ``callers`` fixes.
Taken for granted: values have the type of their key.
"""

from bastide.prove.symbolic.actions import Actions, ActionSet, action_list
from bastide.prove.symbolic.constraint import Test, absent, pinned, present, within
from bastide.prove.symbolic.rule import Rule, rules
from bastide.prove.symbolic.search import NotDecided
from bastide.prove.symbolic.solve import Answer, Covered, Example, Question, Undecided, solve

__all__ = [
    "ActionSet", "Actions", "Answer", "Covered", "Example", "NotDecided", "Question", "Rule", "Test", "Undecided",
    "absent", "action_list", "pinned", "present", "rules", "solve", "within",
]  # fmt: skip
