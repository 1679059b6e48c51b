"""Principal is ``"*"`` or an object of types."""

from bastide.iam.lint.rule import parser_rule

rule = parser_rule(
    __name__,
    title='Principal is neither "*" nor an object',
    words=r'rincipal is "\*" or an object',
    analyzer="INVALID_PRINCIPAL_FORMAT",
    source='IAM User Guide, "AWS JSON policy elements: Principal"',
    fix='write {"AWS": …} or {"Service": …}',
)
