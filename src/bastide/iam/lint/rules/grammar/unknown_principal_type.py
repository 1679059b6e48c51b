"""Principals are AWS, Service, Federated or CanonicalUser."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title="There is no such type of principal",
    words=r"no such type of principal",
    analyzer="INVALID_PRINCIPAL_KEY",
    source='IAM User Guide, "AWS JSON policy elements: Principal"',
    fix="write AWS, Service, Federated or CanonicalUser",
)
