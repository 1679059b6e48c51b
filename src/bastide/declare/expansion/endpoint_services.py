"""AWS services that a VPC endpoint can be made for, as data: what ``network.endpoints`` may name, and the nearest name.

A name is what follows ``com.amazonaws.<region>.`` in the service's name. Not every Region has every service: what a
Region lacks AWS says when the endpoint is made. Services whose names have another form (``aws.sagemaker.…``) are not
here, for the network could not make them.
Source: AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink".
"""

from __future__ import annotations

from bastide.iam.vocabulary import suggest

PREFIX = "com.amazonaws."
PLAIN = """
access-analyzer account acm acm-pca airflow.api airflow.env airflow.ops analytics-omics apigateway app-integrations
appconfig appconfigdata application-autoscaling application-signals applicationinsights appmesh
appmesh-envoy-management apprunner apprunner.requests appstream.api appstream.streaming appsync-api apptest aps
aps-workspaces arsenal-discovery athena auditmanager autoscaling autoscaling-plans awsconnector b2bi backup
backup-gateway batch bcm-pricing-calculator bedrock bedrock-agent bedrock-agent-runtime bedrock-data-automation
bedrock-data-automation-runtime bedrock-runtime billing billingconductor braket cases cassandra ce cleanrooms
cleanrooms-ml cloudcontrolapi clouddirectory cloudformation cloudhsmv2 cloudtrail codeartifact.api
codeartifact.repositories codebuild codecommit codeconnections.api codedeploy codedeploy-commands-secure
codeguru-profiler codeguru-reviewer codepipeline codestar-connections.api codewhisperer comprehend comprehendmedical
compute-optimizer config connect-campaigns console control-storage-omics controlcatalog controltower
cost-optimization-hub data-servicediscovery databrew dataexchange datasync datazone deadline.management
deadline.scheduling detective deviceadvisor.iot devops-guru dicom-medical-imaging directconnect discovery dlm dms drs
ds ds-data dsql dynamodb dynamodb-streams ebs ec2 ec2messages ecr.api ecr.dkr ecs ecs-agent ecs-telemetry eks eks-auth
eks-proxy elasticache elasticbeanstalk elasticbeanstalk-health elasticfilesystem elasticloadbalancing elasticmapreduce
email-smtp emr-containers emr-serverless emr-serverless-services.livy emr-serverless.dashboard emrwal.prod
entityresolution events evs execute-api finspace finspace-api fis fms forecast forecastquery frauddetector freetier
fsx gamelift gameliftstreams geo.geofencing geo.maps geo.metadata geo.places geo.routes geo.tracking git-codecommit
glue glue.dashboard grafana grafana-workspace greengrass groundstation guardduty guardduty-data healthlake highlander
identitystore imagebuilder inspector-scan inspector2 internetmonitor iot.api iot.credentials iot.data
iot.tunneling.api iot.tunneling.data iotfleetwise iotmanagedintegrations.api iotroborunner iotsitewise.api
iotsitewise.data iottwinmaker.api iottwinmaker.data iotwireless.api ivs.contribute kafka kendra kinesis-firehose
kinesis-streams kinesisanalytics kms lakeformation lambda launchwizard license-manager
license-manager-linux-subscriptions license-manager-user-subscriptions lightsail logs lookoutequipment lookoutvision
lorawan.cups lorawan.lns m2 macie2 mail-manager managedblockchain-query managedblockchain.bitcoin.mainnet
managedblockchain.bitcoin.testnet mediaconnect mediaconvert medical-imaging memory-db metering-marketplace mgn
migrationhub-orchestrator migrationhub-strategy models-v2-lex monitoring mq neptune-graph neptune-graph-data
network-firewall networkflowmonitor networkflowmonitorreports networkmanager networkmonitor notifications
notifications-contacts oam observabilityadmin organizations osis outposts panorama payment-cryptography.controlplane
payment-cryptography.dataplane pca-connector-ad pca-connector-scep pcs personalize personalize-events
personalize-runtime pi pinpoint pinpoint-sms-voice-v2 pipes pipes-data polly pricing.api profile proton q qapps
quicksight-website ram rbin rds rds-data redshift redshift-data redshift-serverless refactor-spaces rekognition
repostspace resource-explorer-2 resource-groups rolesanywhere rum rum-dataplane runtime-medical-imaging
runtime-v2-lex s3 s3-outposts s3tables sagemaker-data-science-assistant sagemaker.api sagemaker.featurestore-runtime
sagemaker.metrics sagemaker.runtime scheduler schemas scn secretsmanager securityhub securitylake serverlessrepo
service.user-subscriptions servicecatalog servicecatalog-appregistry servicediscovery servicequotas signin
simspaceweaver snow-device-management sns social-messaging sqs ssm ssm-contacts ssm-incidents ssm-quicksetup ssm-sap
ssmmessages states storage-omics storagegateway streaming-rekognition sts swf sync-states synthetics tagging tags-omics
tax textract thinclient.api timestream-influxdb timestream.ingest-cell timestream.query-cell tnb transcribe
transcribestreaming transfer transfer.server transform transform-custom translate trustedadvisor verifiedpermissions
voiceid vpc-lattice wafv2 wellarchitected wisdom workflows-omics workmail workmailmessageflow workspaces
workspaces-web xray
"""
# Those that have an endpoint with validated cryptography besides: the same name with ``-fips``.
WITH_FIPS = """
access-analyzer acm acm-pca airflow.api airflow.env analytics-omics appconfig appconfigdata autoscaling
bedrock-data-automation bedrock-data-automation-runtime cassandra cleanrooms cloudcontrolapi cloudformation codebuild
codecommit codedeploy config control-storage-omics controltower data-servicediscovery databrew datazone detective
directconnect dlm dms ds-data dynamodb ebs ec2 eks elasticache elasticfilesystem elasticmapreduce entityresolution
events evs fis fms forecast forecastquery fsx git-codecommit groundstation guardduty guardduty-data inspector-scan
inspector2 internetmonitor kafka kinesis-streams kinesisanalytics kms license-manager
license-manager-linux-subscriptions license-manager-user-subscriptions macie2 mail-manager mediaconvert memorydb mq
neptune-graph network-firewall organizations pcs pi pipes polly ram rbin rds redshift redshift-data
redshift-serverless rekognition resource-explorer-2 resource-groups rolesanywhere sagemaker.api
sagemaker.featurestore-runtime sagemaker.runtime securityhub securitylake servicediscovery social-messaging sqs
ssm-incidents ssm-sap streaming-rekognition sts swf synthetics tags-omics textract timestream-influxdb
transcribestreaming verifiedpermissions wafv2 workflows-omics workspaces-web
"""
SERVICES = frozenset(PLAIN.split()) | {f"{name}-fips" for name in WITH_FIPS.split()}
# What people call a service, where its endpoint has quite another name.
CALLED = {
    "api-gateway": ("execute-api", "apigateway"),
    "cloudwatch": ("monitoring", "logs"),
    "cloudwatch-logs": ("logs",),
    "ecr": ("ecr.api", "ecr.dkr"),
    "efs": ("elasticfilesystem",),
    "elb": ("elasticloadbalancing",),
    "emr": ("elasticmapreduce",),
    "eventbridge": ("events",),
    "firehose": ("kinesis-firehose",),
    "kinesis": ("kinesis-streams",),
    "msk": ("kafka",),
    "sagemaker": ("sagemaker.api", "sagemaker.runtime"),
    "ses": ("email-smtp",),
    "step-functions": ("states",),
    "stepfunctions": ("states",),
}
LISTED = "`aws ec2 describe-vpc-endpoint-services` lists the names: write what follows com.amazonaws.<region>."


def nearest_service(word: str) -> str:
    """What was meant by a name that is no service's (``did you mean ecr.api or ecr.dkr?``), or what lists them."""
    short = word.lower().removeprefix(PREFIX)
    bare = short if word.lower() == short else short.partition(".")[2]
    if bare in CALLED:
        return f"did you mean {' or '.join(CALLED[bare])}?"
    if bare in SERVICES:
        return f"did you mean {bare}?"
    return suggest(bare, sorted(SERVICES)) or LISTED
