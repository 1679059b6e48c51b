"""Lists of what cannot be made in the sandbox: they are empty, and truly so.

The one idea: an assessment asks for every type; where the sandbox refuses to make a resource, "there is none" is the
whole answer, and a refusal to list it would be noise. A test holds that no maker of these is emulated; the day that
one is, its list must be, too.
"""

from __future__ import annotations

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim

# What lists resources → what would make one.
EMPTY: dict[tuple[str, str], str] = {
    ("apigateway", "GetDomainNames"): "CreateDomainName",
    ("apigateway", "GetRestApis"): "CreateRestApi",
    ("backup", "ListBackupSelections"): "CreateBackupSelection",
    ("backup", "ListRecoveryPointsByBackupVault"): "StartBackupJob",
    ("batch", "DescribeJobDefinitions"): "RegisterJobDefinition",
    ("cloudtrail", "ListEventDataStores"): "CreateEventDataStore",
    ("codebuild", "ListReportGroups"): "CreateReportGroup",
    ("cognito-idp", "ListUserPools"): "CreateUserPool",
    ("dlm", "GetLifecyclePolicies"): "CreateLifecyclePolicy",
    ("ec2", "DescribeClientVpnEndpoints"): "CreateClientVpnEndpoint",
    ("ecr-public", "DescribeRepositories"): "CreateRepository",
    ("eks", "ListIdentityProviderConfigs"): "AssociateIdentityProviderConfig",
    ("kendra", "ListIndices"): "CreateIndex",
    ("kafkaconnect", "ListConnectors"): "CreateConnector",
    ("network-firewall", "ListFirewallPolicies"): "CreateFirewallPolicy",
    ("network-firewall", "ListRuleGroups"): "CreateRuleGroup",
    ("redshift-serverless", "ListNamespaces"): "CreateNamespace",
    ("redshift-serverless", "ListWorkgroups"): "CreateWorkgroup",
    ("sagemaker", "ListMonitoringSchedules"): "CreateMonitoringSchedule",
    ("ssm", "DescribeInstanceInformation"): "CreateActivation",
    ("ssm", "ListResourceComplianceSummaries"): "PutComplianceItems",
    ("waf", "ListRuleGroups"): "CreateRuleGroup",
    ("waf", "ListRules"): "CreateRule",
    ("waf", "ListWebACLs"): "CreateWebACL",
    ("waf-regional", "ListRuleGroups"): "CreateRuleGroup",
    ("waf-regional", "ListRules"): "CreateRule",
    ("waf-regional", "ListWebACLs"): "CreateWebACL",
}


def nothing(call: Call) -> Answer:
    """An empty list under the member of the answer that is one; moto's answer where moto has learnt to make them."""
    if moto.implements(call.service, EMPTY[call.service, call.operation]):
        return call.forward()
    members = call.model.output_shape.members.items()
    return {name: [] for name, shape in members if shape.type_name == "list"}


for _service, _operation in EMPTY:
    shim(_service, _operation)(nothing)


@shim("emr", "ListSecurityConfigurations")
def list_security_configurations(call: Call) -> Answer:
    """moto: makes and describes them, and does not list them."""
    found = moto.backend("emr", call.account, call.region).security_configurations
    names = [{"Name": one.name, "CreationDateTime": one.creation_date_time} for one in found.values()]
    return {"SecurityConfigurations": names}


@shim("sagemaker", "ListFeatureGroups")
def list_feature_groups(call: Call) -> Answer:
    """moto: makes and describes them, and does not list them."""
    found = moto.backend("sagemaker", call.account, call.region).feature_groups.values()
    rows = [
        {"FeatureGroupName": one.feature_group_name, "FeatureGroupArn": one.arn, "CreationTime": one.creation_time}
        for one in found
    ]
    return {"FeatureGroupSummaries": rows}


@shim("s3", "ListDirectoryBuckets")
def list_directory_buckets(call: Call) -> Answer:
    """None: ``CreateBucket`` refuses to make one."""
    return {"Buckets": []}


@shim("connect", "ListInstances")
def list_instances(call: Call) -> Answer:
    """None where Connect is not offered. moto: crashes there."""
    try:
        moto.backend("connect", call.account, call.region)
    except KeyError:
        return {"InstanceSummaryList": []}
    return call.forward()
