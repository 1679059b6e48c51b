"""Where the forms may differ, and why: each entry names what AWS documents.

An UNKNOWN of the declared form may become a verdict of the live one, which has facts that no file can say; that needs
no entry. ``LIVE``: what is declared against what runs. ``UNREAD``: properties that controls read and the account does
not tell, by type.
"""

LIVE = {
    "ec2-instance-not-long-stopped": "An instance that is yet to be made has not been stopped; the state is a fact of "
    "the running one. Source: EC2 API Reference, Instance, StateTransitionReason.",
    "ssm-instance-managed": "Whether Systems Manager manages it, its agent says once it runs. Source: Systems Manager "
    "API Reference, DescribeInstanceInformation.",
    "s3-bucket-public-access-blocked": "AWS's Guard rule S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED asks a template to "
    "say the four settings, which S3 switches on for a new bucket that does not. Source: S3 User Guide, Blocking "
    "public access to your Amazon S3 storage.",
    "iam-user-password-not-plain-text": "A password is written and never told. Source: IAM API Reference, LoginProfile.",
    "iam-user-password-reset": "IAM does not tell whether a first password has to be changed to who lists users. "
    "Source: IAM API Reference, GetLoginProfile.",
    "ec2-volume-own-key": "EC2 answers the ARN of AWS's key where a template names none; whose key it is, KMS tells. "
    "Source: EC2 API Reference, CreateVolume, KmsKeyId.",
}
UNREAD = {
    "AWS::CloudTrail::Trail": {
        "SnsTopicName": "the sandbox has no topic with CloudTrail's policy here",
    },
    "AWS::EC2::Instance": {
        "LaunchTemplate": "DescribeInstances tells the settings themselves, not where they came from",
        "StateTransitionTime": "only of an instance that was stopped",
        "IamInstanceProfile": "instance profiles are not made by a handler",
    },
    "AWS::EC2::Volume": {"SnapshotId": "snapshots are not made here"},
    "AWS::GuardDuty::Detector": {"DataSources": "the older names of what Features says"},
    "AWS::S3::Bucket": {"Grants": "only where no canned ACL says the same, and nobody can declare that"},
    "AWS::IAM::User": {"LoginProfile": "a password is written and never told"},
}
