"""The logs of an environment's instances go to CloudWatch Logs."""

from bastide.controls.control import control
from bastide.controls.elasticbeanstalk.options import PROPERTIES, TEMPLATE, option_of
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

LOGS = "aws:elasticbeanstalk:cloudwatch:logs"


@control(
    title="Elastic Beanstalk environments send logs to CloudWatch",
    resource_type="AWS::ElasticBeanstalk::Environment",
    severity="high",
    maps_to=("FSBP:ElasticBeanstalk.3", "NIST-800-53r5:AU-12", "PCI-DSS-4.0.1:10.4.2"),
    source="AWS Config Developer Guide, elastic-beanstalk-logs-to-cloudwatch",
    remediation="Set StreamLogs of aws:elasticbeanstalk:cloudwatch:logs to true.",
    reads=(TEMPLATE,),
    config_rule="elastic-beanstalk-logs-to-cloudwatch",
    parameters=(
        Parameter("RetentionInDays", "string", None, "for how many days logs have to be kept"),
        Parameter("DeleteOnTerminate", "string", None, "whether logs go with the environment"),
    ),
    properties=PROPERTIES,
)
def elasticbeanstalk_logs_streamed(
    environment: Resource,
    estate: Estate,
    *,
    retention_in_days: str | None = None,
    delete_on_terminate: str | None = None,
) -> Verdict:
    """FAIL when logs are not sent, or not as the parameters ask for."""
    wanted = (
        ("StreamLogs", "true", "false", "logs are not sent"),
        ("RetentionInDays", retention_in_days, "7", "logs are kept for another time"),
        ("DeleteOnTerminate", delete_on_terminate, "false", "logs end with the environment, or do not"),
    )
    for name, value, default, wrong in wanted:
        if value is None:
            continue
        found = option_of(environment, estate, LOGS, name)
        if isinstance(found, Unknown):
            return unknown(found, "OptionSettings")
        if (default if found is None else found).lower() != str(value).lower():
            return fail(wrong, "OptionSettings")
    return PASS
