"""Three published organization policies that most readers believe in, and the request that gets past each.

The policies are read from where their authors' texts lie (``BASTIDE_CORPUS`` names the folder) and are no part of the
project. Each claim is asked of the engine, its example is put before the concrete evaluator with all other policies in
force, and the repaired policy is proved.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bastide.iam import Compiled, PolicySet
from bastide.iam.parse import parse_policy
from bastide.model import PolicyDocument
from bastide.prove.proof import COUNTEREXAMPLE, PROVED, Proof, nobody_can
from bastide.prove.symbolic import Actions, Question, Test, absent, pinned, rules, within
from bastide.prove.symbolic.callers import identities
from bastide.prove.symbolic.constraint import RESOURCE
from bastide.prove.symbolic.replay import request_of

CORPUS = Path(os.environ.get("BASTIDE_CORPUS", "corpus-not-set")) / "scp"
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="BASTIDE_CORPUS is not set")
ACCOUNT = "111122223333"
ALL = parse_policy({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
SCP = "aws-scp-examples/Sensitive-data-protection/"
FUNCTION_URLS = f"{SCP}Deny-modification-to-Lambda-URL-Config.json"
SHARES = f"{SCP}Deny-RAM-from-sharing-resources-to-external-accounts.json"
TLS = "aws-rcp-examples/Service-specific-controls/S3-Enforce-TLS-version.json"


def published(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CORPUS / file).read_text("utf-8"))
    return found


def nobody(policy: dict[str, Any], action: str, *given: Test) -> tuple[Proof, PolicyDocument]:
    """Whether the policy leaves nobody of an account, however much is granted, who can do it."""
    document = parse_policy(policy)
    callers = identities(ACCOUNT, organization="o-acme000000")
    question = Question((rules(ALL, "Allow"),), rules(document, "Deny"), (*callers.tests, *given), Actions((action,)))
    return nobody_can(question), document


def allowed(proof: Proof, *, scp: PolicyDocument = ALL, rcp: PolicyDocument = ALL) -> bool:
    """What the concrete evaluator decides of the counterexample, over all policies in force."""
    assert proof.status == COUNTEREXAMPLE
    policies = PolicySet(scp=((ALL, scp),), rcp=((rcp,),), identity=(ALL,), resource_account=ACCOUNT)
    return Compiled(policies).decide(request_of(proof.examples[0])).allowed


def test_the_deny_of_public_function_urls_names_no_function() -> None:
    # A function's ARN has a colon behind "function"; the policy writes a slash, and so speaks about nothing at all.
    given = (within(RESOURCE, "arn:aws:lambda:*:*:function:*"), pinned("lambda:functionurlauthtype", "NONE"))
    policy = published(FUNCTION_URLS)
    proof, document = nobody(policy, "lambda:CreateFunctionUrlConfig", *given)
    assert allowed(proof, scp=document)
    policy["Statement"][0]["Resource"] = "arn:aws:lambda:*:*:function:*"
    assert nobody(policy, "lambda:CreateFunctionUrlConfig", *given)[0].status == PROVED


def test_the_demand_for_tls_1_2_lets_in_who_uses_no_tls() -> None:
    # A request without TLS has no s3:TlsVersion, and an absent key is not less than anything.
    given = (absent("s3:tlsversion"), pinned("aws:securetransport", "false"))
    policy = published(TLS)
    proof, document = nobody(policy, "s3:GetObject", *given)
    assert allowed(proof, rcp=document)
    (statement,) = policy["Statement"]
    plain = {**statement, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    repaired = {**policy, "Statement": [statement, plain]}
    assert nobody(repaired, "s3:GetObject", *given)[0].status == PROVED


def test_the_deny_of_external_shares_is_passed_by_leaving_the_parameter_out_and_by_another_action() -> None:
    # CreateResourceShare allows external principals unless told otherwise, and a request that does not say so has no
    # such key; a principal can also be added later, by an action that the policy does not name.
    key = "ram:requestedallowsexternalprincipals"
    policy = published(SHARES)
    proof, document = nobody(policy, "ram:CreateResourceShare", absent(key))
    assert allowed(proof, scp=document)
    assert allowed(nobody(policy, "ram:AssociateResourceShare")[0], scp=document)
    (statement,) = policy["Statement"]
    statement["Condition"] = {"BoolIfExists": {"ram:RequestedAllowsExternalPrincipals": "true"}}
    outsiders = {
        **statement,
        "Action": "ram:AssociateResourceShare",
        "Condition": {"Bool": {"ram:AllowsExternalPrincipals": "true"}},
    }
    repaired = {**policy, "Statement": [statement, outsiders]}
    assert nobody(repaired, "ram:CreateResourceShare", absent(key))[0].status == PROVED
    external = pinned("ram:allowsexternalprincipals", "true")
    assert nobody(repaired, "ram:AssociateResourceShare", external)[0].status == PROVED
