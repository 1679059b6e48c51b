"""Policies of VPC endpoints: the organization's principals, on the organization's resources, and what AWS itself owns.

An endpoint with the default policy is a door to any bucket of the world for whoever runs inside. Some requests that
every workload makes go to resources of AWS: package repositories and agents in S3 (read without credentials), public
parameters and documents of Systems Manager. They are listed by name; everything else that AWS owns (container images
of EKS add-ons lie in other accounts of AWS for each Region) is named by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence

from bastide.declare.policies.statements import Policy, Statement, allow, policy

# Buckets of AWS that workloads read, by Region. Source: Amazon ECR User Guide, "Create the Amazon S3 gateway endpoint";
# AWS Systems Manager User Guide, "SSM Agent communications with AWS managed S3 buckets"; Amazon Linux 2023 User Guide,
# "Cannot connect to repositories through VPC endpoints".
READ_BUCKETS = (
    "prod-{region}-starport-layer-bucket", "al2023-repos-{region}-de612dc2", "amazonlinux-2-repos-{region}",
    "aws-ssm-{region}", "aws-ssm-document-attachments-{region}", "aws-windows-downloads-{region}",
    "amazon-ssm-{region}", "amazon-ssm-packages-{region}", "{region}-birdwatcher-prod",
    "patch-baseline-snapshot-{region}", "amazoncloudwatch-agent", "amazoncloudwatch-agent-{region}",
    "aws-codedeploy-{region}", "ec2imagebuilder-managed-resources-{region}-prod",
)  # fmt: skip
# Signals of CloudFormation are written to pre-signed addresses in these; the first has the Region without hyphens.
# Source: AWS CloudFormation User Guide, "Set up VPC endpoints for AWS CloudFormation".
WRITE_BUCKETS = ("cloudformation-custom-resource-response-{joined}", "cloudformation-waitcondition-{region}")
FEDERATED = ("sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")


def vpc_endpoint_policy(
    org_id: str, service: str, region: str, *, partition: str = "aws", foreign_resources: Sequence[str] = ()
) -> Policy:
    """The policy of an endpoint for ``service`` (``s3``, ``sts``, ``ssm``, …) in ``region``.

    ``foreign_resources``: ARNs outside the organization that its principals may reach as well.

    Source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies"; IAM User Guide,
    "Establish permissions guardrails using data perimeters", identity and resource perimeter by endpoint policy;
    data-perimeter-policy-examples of aws-samples, service-owned resources (names read 2026-11).
    """
    ours = {"StringEquals": {"aws:PrincipalOrgID": org_id, "aws:ResourceOrgID": org_id}}
    statements = [
        allow("OrganizationToOrganization", "*", "*", "*", ours),
        # AWS services that act through the endpoint on their own behalf carry no organization id.
        allow("ServicesOfAws", "*", "*", "*", {"Bool": {"aws:PrincipalIsAWSService": "true"}}),
        *_owned_by_aws(org_id, service, region, partition),
    ]
    if foreign_resources:
        known = {"StringEquals": {"aws:PrincipalOrgID": org_id}}
        statements.append(allow("OrganizationToNamed", "*", "*", list(foreign_resources), known))
    return policy(*statements)


def _owned_by_aws(org_id: str, service: str, region: str, partition: str) -> list[Statement]:
    if service == "s3":
        return _buckets(region, partition)
    if service == "ssm":
        public = [f"arn:{partition}:ssm:{region}::parameter/aws/service/*", f"arn:{partition}:ssm:{region}::document/*"]
        reads = [
            "ssm:CreateAssociation", "ssm:DescribeDocument*", "ssm:GetDocument", "ssm:GetParameter*",
            "ssm:ListDocumentVersions", "ssm:SendCommand", "ssm:StartAutomationExecution", "ssm:StartSession",
        ]  # fmt: skip
        return [allow("PublicOfAws", "*", reads, public, {"StringEquals": {"aws:PrincipalOrgID": org_id}})]
    if service == "ec2":
        # An Amazon image, and the snapshots in it, are no resources of the organization.
        amazon = {"StringEquals": {"aws:PrincipalOrgID": org_id, "ec2:Owner": "amazon"}}
        launches = ["ec2:CreateFleet", "ec2:RunInstances"]
        return [allow("ImagesOfAmazon", "*", launches, f"arn:{partition}:ec2:{region}::*", amazon)]
    if service == "sts":
        # Who signs in by SAML or OIDC is no principal of the organization yet; the role has to be.
        return [allow("SignIn", "*", FEDERATED, "*", {"StringEquals": {"aws:ResourceOrgID": org_id}})]
    return []


def _buckets(region: str, partition: str) -> list[Statement]:
    """Requests to AWS's own buckets; packages are read without credentials, so no principal can be asked for."""
    read = [f"arn:{partition}:s3:::{name.format(region=region)}/*" for name in READ_BUCKETS]
    joined = region.replace("-", "")
    write = [f"arn:{partition}:s3:::{name.format(region=region, joined=joined)}/*" for name in WRITE_BUCKETS]
    return [
        allow("ReadBucketsOfAws", "*", "s3:GetObject", read),
        allow("SignalCloudFormation", "*", "s3:PutObject", write),
    ]
