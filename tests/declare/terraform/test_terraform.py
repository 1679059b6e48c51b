"""Terraform's documents as an estate: values, parts, references, modules, what is unknown, and what is not read."""

from typing import Any

import pytest

from bastide.errors import InputError
from bastide.model import GLOBAL, Unknown
from tests.declare.terraform.plans import configured, one, plan, read, refs, resource, root

BUCKET = "aws_s3_bucket.logs"
OPEN = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0", "10.0.0.0/8"],
        "ipv6_cidr_blocks": ["::/0"], "prefix_list_ids": [], "security_groups": None, "self": False}  # fmt: skip


def test_values_come_in_the_registrys_shape() -> None:
    database = one(read(plan(resource("aws_db_instance.main", {
        "identifier": "main", "engine": "postgres", "storage_encrypted": True, "publicly_accessible": False,
        "iam_database_authentication_enabled": True, "enabled_cloudwatch_logs_exports": ["postgresql"],
        "vpc_security_group_ids": ["sg-1"], "monitoring_interval": 60, "port": 5432, "multi_az": None,
        "tags": {"a": "1"}, "tags_all": {"a": "1", "b": "2"},
    }))), "aws_db_instance.main")  # fmt: skip
    assert database.type == "AWS::RDS::DBInstance"
    assert database.id == "main"
    assert {name: database.get(name) for name in ("Port", "StorageEncrypted", "EnableIAMDatabaseAuthentication")} == {
        "Port": "5432", "StorageEncrypted": True, "EnableIAMDatabaseAuthentication": True,
    }  # fmt: skip
    assert database.get("VPCSecurityGroups") == ["sg-1"]
    assert database.get("EnableCloudwatchLogsExports") == ["postgresql"]
    assert database.get("MultiAZ") is None
    assert database.tags["a"] == "1"


def test_parts_are_laid_into_the_bucket_that_they_name() -> None:
    reading = read(plan(
        resource(BUCKET, {"bucket": "logs"}),
        resource("aws_s3_bucket_versioning.logs", {"bucket": "logs",
                 "versioning_configuration": [{"status": "Enabled"}]}),
        resource("aws_s3_bucket_public_access_block.logs", {"bucket": "logs", "block_public_acls": True,
                 "block_public_policy": True, "ignore_public_acls": True, "restrict_public_buckets": False}),
        resource("aws_s3_bucket_server_side_encryption_configuration.logs", {"bucket": "logs", "rule": [
            {"bucket_key_enabled": True, "apply_server_side_encryption_by_default": [
                {"kms_master_key_id": "k", "sse_algorithm": "aws:kms"}]}]}),
        resource("aws_s3_bucket_lifecycle_configuration.logs", {"bucket": "logs", "rule": [
            {"id": "old", "status": "Enabled", "filter": [{"prefix": "a/", "tag": []}],
             "expiration": [{"days": 30, "date": None}], "transition": [{"days": 3, "storage_class": "GLACIER"}]}]}),
        resource("aws_s3_bucket_logging.logs", {"bucket": "logs", "target_bucket": "other", "target_prefix": "x/"}),
        resource("aws_s3_bucket_ownership_controls.logs", {"bucket": "logs", "rule": [
            {"object_ownership": "BucketOwnerEnforced"}]}),
        resource("aws_s3_bucket_policy.logs", {"bucket": "logs", "policy": '{"Statement": []}'}),
    ))  # fmt: skip
    bucket = one(reading, BUCKET)
    assert bucket.get("VersioningConfiguration.Status") == "Enabled"
    assert bucket.get("PublicAccessBlockConfiguration") == {
        "BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": False,
    }  # fmt: skip
    sse = "BucketEncryption.ServerSideEncryptionConfiguration.0"
    assert bucket.get(f"{sse}.ServerSideEncryptionByDefault.SSEAlgorithm") == "aws:kms"
    assert bucket.get(f"{sse}.ServerSideEncryptionByDefault.KMSMasterKeyID") == "k"
    rule = bucket.get("LifecycleConfiguration.Rules.0")
    assert (rule["ExpirationInDays"], rule["Prefix"], rule["Transitions"]) == (
        30, "a/", [{"TransitionInDays": 3, "StorageClass": "GLACIER"}],
    )  # fmt: skip
    assert bucket.get("LoggingConfiguration") == {"DestinationBucketName": "other", "LogFilePrefix": "x/"}
    assert bucket.get("OwnershipControls.Rules.0.ObjectOwnership") == "BucketOwnerEnforced"
    policy = one(reading, "aws_s3_bucket_policy.logs")
    assert (policy.type, policy.get("Bucket"), policy.get("PolicyDocument")) == (
        "AWS::S3::BucketPolicy", "logs", {"Statement": []},
    )  # fmt: skip
    assert len(reading.estate.resources) == 2


def test_a_part_names_its_owner_by_reference_when_nothing_is_known_yet() -> None:
    versioning = "aws_s3_bucket_versioning.logs"
    document = plan(
        resource(BUCKET, {"bucket_prefix": "logs-"}),
        resource(versioning, {"versioning_configuration": [{"status": "Suspended"}]}),
        unknown={BUCKET: {"bucket": True, "id": True, "arn": True}, versioning: {"bucket": True, "id": True}},
        configuration=root(
            configured(BUCKET, {"bucket_prefix": "logs-"}),
            configured(
                versioning, {"bucket": refs(f"{BUCKET}.id"), "versioning_configuration": [{"status": "Suspended"}]}
            ),
        ),
    )
    reading = read(document)
    assert one(reading, BUCKET).get("VersioningConfiguration.Status") == "Suspended"
    assert len(reading.estate.resources) == 1


def test_a_part_of_a_bucket_that_is_not_known_puts_every_bucket_without_one_in_doubt() -> None:
    versioning = "aws_s3_bucket_versioning.logs"
    reading = read(plan(
        resource(BUCKET, {"bucket": "logs"}),
        resource(versioning, {"versioning_configuration": [{"status": "Enabled"}]}),
        unknown={versioning: {"bucket": True}},
        configuration=root(configured(BUCKET, {"bucket": "logs"}),
                           configured(versioning, {"bucket": refs("local.name")})),
    ))  # fmt: skip
    found = one(reading, BUCKET, "AWS::S3::Bucket").get("VersioningConfiguration")
    assert isinstance(found, Unknown)
    assert versioning in found.reason


def test_what_the_configuration_leaves_out_is_absent_and_what_it_refers_to_is_unknown() -> None:
    volume = "aws_ebs_volume.data"
    unknown = {volume: {"encrypted": True, "kms_key_id": True, "id": True}}
    left_out = plan(resource(volume, {"size": 8}), unknown=unknown,
                    configuration=root(configured(volume, {"size": 8})))  # fmt: skip
    assert one(read(left_out), volume).get("Encrypted") is None
    referred = plan(resource(volume, {"size": 8}), unknown=unknown,
                    configuration=root(configured(volume, {"size": 8, "encrypted": refs("data.x.y.z")})))  # fmt: skip
    assert isinstance(one(read(referred), volume).get("Encrypted"), Unknown)
    bare = {"address": volume, "mode": "managed", "type": "aws_ebs_volume", "name": "data", "schema_version": 0}
    assert (
        one(read(plan(resource(volume, {}), unknown=unknown, configuration=root(bare))), volume).get("Encrypted")
        is None
    )
    untold = plan(resource(volume, {"size": 8}), unknown=unknown)
    assert isinstance(one(read(untold), volume).get("Encrypted"), Unknown)


def test_rules_of_security_groups_are_one_for_each_source() -> None:
    inline = read(plan(resource("aws_security_group.web", {"name": "web", "ingress": [OPEN], "egress": []})))
    rules = one(inline, "aws_security_group.web").get("SecurityGroupIngress")
    assert [rule.get("CidrIp", rule.get("CidrIpv6")) for rule in rules] == ["0.0.0.0/0", "10.0.0.0/8", "::/0"]
    assert all(rule["IpProtocol"] == "tcp" and rule["FromPort"] == 22 for rule in rules)
    apart = read(plan(
        resource("aws_security_group_rule.in", {**OPEN, "type": "ingress", "security_group_id": "sg-1"}),
        resource("aws_security_group_rule.out", {"type": "egress", "security_group_id": "sg-1", "from_port": 0,
                 "to_port": 0, "protocol": "all", "source_security_group_id": "sg-2"}),
        resource("aws_vpc_security_group_ingress_rule.v6", {"security_group_id": "sg-1", "ip_protocol": "-1",
                 "cidr_ipv6": "::/0"}),
    ))  # fmt: skip
    ingress = apart.estate.of_type("AWS::EC2::SecurityGroupIngress")
    assert sorted(str(one.get("CidrIp") or one.get("CidrIpv6")) for one in ingress) == [
        "0.0.0.0/0", "10.0.0.0/8", "::/0", "::/0",
    ]  # fmt: skip
    (egress,) = apart.estate.of_type("AWS::EC2::SecurityGroupEgress")
    assert (egress.get("DestinationSecurityGroupId"), egress.get("IpProtocol")) == ("sg-2", "-1")
    assert [one.id for one in apart.estate.of_type("AWS::EC2::SecurityGroup")] == ["sg-1"]  # a stand-in


def test_policies_are_laid_into_their_holders_from_either_side() -> None:
    role, managed = "aws_iam_role.app", "aws_iam_policy.p"
    reading = read(plan(
        resource(role, {"name": "app", "assume_role_policy": '{"Statement": []}', "inline_policy": []}),
        resource("aws_iam_role_policy.x", {"name": "x", "role": "app",
                 "policy": '{"Statement": [{"Effect": "Allow"}]}'}),
        resource(managed, {"name": "p", "path": "/", "policy": '{"Statement": []}'}),
        resource("aws_iam_role_policy_attachment.p", {"role": "app"}),
        resource("aws_iam_policy_attachment.q", {"roles": ["app"], "users": ["u"], "groups": None,
                 "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        unknown={managed: {"arn": True}, "aws_iam_role_policy_attachment.p": {"policy_arn": True}},
        configuration=root(
            configured("aws_iam_role_policy_attachment.p", {"policy_arn": refs("aws_iam_policy.p.arn")}),
        ),
    ))  # fmt: skip
    found = one(reading, role)
    assert [one["PolicyName"] for one in found.get("Policies")] == ["x"]
    assert found.get("ManagedPolicyArns") == [
        "arn:aws:iam::000000000000:policy/p", "arn:aws:iam::aws:policy/ReadOnlyAccess",
    ]  # fmt: skip
    assert found.region == GLOBAL


def test_references_go_through_modules_variables_outputs_and_keys() -> None:
    bucket = 'module.store["a"].aws_s3_bucket.this[0]'
    block = "module.guard.aws_s3_bucket_public_access_block.this"
    reading = read(plan(
        modules=[
            {"address": 'module.store["a"]', "resources": [resource(bucket, {}, index=0)]},
            {"address": "module.guard", "resources": [resource(block, {"block_public_acls": True})]},
        ],
        unknown={bucket: {"bucket": True, "id": True}, block: {"bucket": True}},
        configuration=root(module_calls={
            "store": {"module": {
                "resources": [configured("aws_s3_bucket.this", {"force_destroy": True})],
                "outputs": {"name": {"expression": refs("aws_s3_bucket.this[0].id")}},
            }},
            "guard": {
                "expressions": {"bucket": {"references": [
                    'module.store["a"].name', 'module.store["a"]', "module.store"]}},
                "module": {"resources": [configured("aws_s3_bucket_public_access_block.this",
                                                    {"bucket": refs("var.bucket")})]},
            },
        }),
    ))  # fmt: skip
    assert one(reading, bucket).get("PublicAccessBlockConfiguration.BlockPublicAcls") is True
    assert len(reading.estate.resources) == 1


def test_a_policy_document_of_data_keeps_what_is_known_of_it() -> None:
    address, document = "aws_s3_bucket_policy.logs", "data.aws_iam_policy_document.tls"
    statement = {"effect": "Deny", "actions": ["s3:*"], "resources": [], "sid": "Tls",
                 "principals": [{"type": "*", "identifiers": ["*"]}],
                 "condition": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]}  # fmt: skip
    reading = read(plan(
        resource(address, {"bucket": "logs"}),
        data=[resource(document, {"statement": [statement]}, mode="data")],
        unknown={address: {"policy": True}, document: {"json": True, "statement": [{"resources": True}]}},
        configuration=root(
            configured(address, {"policy": refs(f"{document}.json")}),
            configured(document, {"statement": [{"resources": refs("aws_s3_bucket.logs.arn"), "actions": ["s3:*"]}]}),
        ),
    ))  # fmt: skip
    (found,) = one(reading, address, "AWS::S3::BucketPolicy").get("PolicyDocument")["Statement"]
    assert (found["Effect"], found["Action"], found["Principal"]) == ("Deny", ["s3:*"], "*")
    assert found["Condition"] == {"Bool": {"aws:SecureTransport": ["false"]}}
    assert isinstance(found["Resource"], Unknown)


def test_a_built_policy_is_unknown_although_it_names_a_resource() -> None:
    address = "aws_s3_bucket_policy.logs"
    reading = read(plan(
        resource(BUCKET, {"bucket": "logs"}), resource(address, {"bucket": "logs"}),
        unknown={address: {"policy": True}},
        configuration=root(configured(address, {"policy": refs("aws_s3_bucket.logs.arn")})),
    ))  # fmt: skip
    assert isinstance(one(reading, address).get("PolicyDocument"), Unknown)


def test_masked_values_are_unknown_and_plain_ones_are_not() -> None:
    one_of = resource(
        "aws_elasticache_replication_group.c", {"replication_group_id": "c", "auth_token": "(sensitive value)"}
    )
    masked = {**one_of, "sensitive_values": {"auth_token": True, "description": True}}
    found = one(read(plan(masked)), "aws_elasticache_replication_group.c")
    assert isinstance(found.get("AuthToken"), Unknown)
    assert isinstance(found.get("ReplicationGroupDescription"), Unknown)
    plain = {
        **one_of,
        "values": {"replication_group_id": "c", "auth_token": "abc"},
        "sensitive_values": {"auth_token": True},
    }
    assert one(read(plan(plain)), "aws_elasticache_replication_group.c").get("AuthToken") == "abc"


def test_states_and_state_files_give_the_same_resources_with_their_real_identity() -> None:
    values = {"arn": "arn:aws:kms:eu-west-1:111122223333:key/abc", "key_id": "abc", "enable_key_rotation": True,
              "policy": '{"Statement": []}', "id": "abc", "kms_key_id": ""}  # fmt: skip
    state = {"format_version": "1.0", "terraform_version": "1.9.0",
             "values": {"root_module": {"resources": [resource("aws_kms_key.k", values)]}}}  # fmt: skip
    file = {"version": 4, "serial": 1, "terraform_version": "1.9.0", "lineage": "x", "resources": [
        {"mode": "managed", "type": "aws_kms_key", "name": "k", "provider": "p",
         "instances": [{"schema_version": 0, "attributes": values}, {"deposed": "1", "attributes": values}]},
    ]}  # fmt: skip
    for document in (state, file):
        (key,) = read(document).estate.resources
        assert (key.type, key.account, key.region, key.id) == ("AWS::KMS::Key", "111122223333", "eu-west-1", "abc")
        assert key.get("EnableKeyRotation") is True


def test_snapshots_are_many_and_settings_of_an_account_are_one() -> None:
    reading = read(plan(
        resource("aws_ebs_snapshot.a", {"volume_id": "v"}), resource("aws_ebs_snapshot.b", {"volume_id": "v"}),
        resource("aws_snapshot_create_volume_permission.s", {"account_id": "111122223333"}),
        resource("aws_ebs_encryption_by_default.e", {"enabled": True}),
        unknown={"aws_snapshot_create_volume_permission.s": {"snapshot_id": True}},
        configuration=root(configured("aws_snapshot_create_volume_permission.s",
                                      {"snapshot_id": refs("aws_ebs_snapshot.b.id"), "account_id": "111122223333"})),
    ))  # fmt: skip
    assert one(reading, "aws_ebs_snapshot.a").get("CreateVolumePermissions") == []
    assert one(reading, "aws_ebs_snapshot.b").get("CreateVolumePermissions") == [{"UserId": "111122223333"}]
    setting = one(reading, "aws_ebs_encryption_by_default.e")
    assert (setting.type, setting.id, setting.get("Enabled")) == (
        "Bastide::EC2::EbsEncryptionByDefault", "000000000000", True,
    )  # fmt: skip


def test_numbers_that_stand_for_nothing_are_absent() -> None:
    reading = read(plan(
        resource("aws_lambda_function.f", {"function_name": "f", "reserved_concurrent_executions": -1}),
        resource("aws_lambda_function.g", {"function_name": "g", "reserved_concurrent_executions": 0}),
        resource("aws_cloudwatch_log_group.l", {"name": "l", "retention_in_days": 0}),
    ))  # fmt: skip
    assert one(reading, "aws_lambda_function.f").get("ReservedConcurrentExecutions") is None
    assert one(reading, "aws_lambda_function.g").get("ReservedConcurrentExecutions") == 0
    assert one(reading, "aws_cloudwatch_log_group.l").get("RetentionInDays") is None


def test_types_that_are_not_read_are_listed_and_their_line_is_told() -> None:
    reading = read(plan(resource("aws_never_heard.x", {}), resource("random_id.y", {}), resource("random_id.z", {})))
    assert reading.skipped == {"aws_never_heard": 1, "random_id": 2}
    assert [(note.line > 0, "was not judged" in note.text) for note in reading.notes] == [(True, True)] * 2
    assert not reading.estate.resources


def test_a_resources_line_is_that_of_its_planned_values() -> None:
    assert one(read(plan(resource(BUCKET, {"bucket": "logs"}))), BUCKET).origin.line > 1


def test_network_acl_rules_of_either_notation_become_entries() -> None:
    rule = {
        "rule_no": 100,
        "action": "allow",
        "protocol": "tcp",
        "cidr_block": "0.0.0.0/0",
        "from_port": 22,
        "to_port": 22,
    }
    reading = read(plan(
        resource("aws_network_acl.a", {"vpc_id": "vpc-1", "ingress": [rule], "egress": []}),
        resource("aws_network_acl_rule.b", {"network_acl_id": "acl-1", "rule_number": 200, "rule_action": "deny",
                 "protocol": "-1", "cidr_block": "10.0.0.0/8", "egress": False}),
    ))  # fmt: skip
    entries = {one.get("RuleNumber"): one for one in reading.estate.of_type("AWS::EC2::NetworkAclEntry")}
    acl = one(reading, "aws_network_acl.a", "AWS::EC2::NetworkAcl")
    assert entries[100].get("NetworkAclId") == acl.id
    assert entries[100].get("Protocol") == 6
    assert entries[100].get("PortRange") == {"From": 22, "To": 22}
    assert entries[200].get("Protocol") == -1


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"format_version": "3.0", "terraform_version": "9", "values": {}}, "format_version 3.0 is not read"),
        ({"version": 3, "serial": 1, "terraform_version": "0.11", "resources": []}, "version 3 of the state file"),
        (plan() | {"planned_values": []}, "planned_values is not a mapping"),
        (plan() | {"resource_changes": {}}, "resource_changes is not a list"),
        ({"terraform_version": "1", "values": {"root_module": {"resources": ["x"]}}}, "a resource is not a mapping"),
    ],
)
def test_what_is_not_of_a_known_form_is_refused_by_name(document: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(document)


def test_a_plan_that_is_not_all_says_so() -> None:
    reading = read(plan(resource(BUCKET, {"bucket": "b"}), errored=True))
    assert reading.incomplete


def test_a_value_of_another_kind_is_unknown_and_told() -> None:
    reading = read(plan(resource("aws_ebs_volume.v", {"size": "eight", "encrypted": True})))
    assert isinstance(one(reading, "aws_ebs_volume.v").get("Size"), Unknown)
    assert reading.incomplete


def test_an_aliased_provider_has_its_own_region_and_account() -> None:
    role = {"role_arn": {"constant_value": "arn:aws:iam::111122223333:role/deploy"}}
    document = plan(
        resource("aws_security_group.here", {"name": "here"}),
        resource("aws_security_group.there", {"name": "there"}),
        configuration={
            "provider_config": {
                "aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}},
                "aws.us": {"name": "aws", "alias": "us",
                           "expressions": {"region": {"constant_value": "us-west-2"}, "assume_role": [role]}},
            },
            **root(
                {**configured("aws_security_group.here", {}), "provider_config_key": "aws"},
                {**configured("aws_security_group.there", {}), "provider_config_key": "aws.us"},
            ),
        },
    )  # fmt: skip
    reading = read(document)
    here, there = one(reading, "aws_security_group.here"), one(reading, "aws_security_group.there")
    assert (here.region, here.account) == ("eu-west-1", "000000000000")
    assert (there.region, there.account) == ("us-west-2", "111122223333")


def test_the_arn_of_an_alias_that_is_yet_to_be_made_is_known_by_its_name() -> None:
    alias, trail = "aws_kms_alias.a", "aws_cloudtrail.t"
    document = plan(
        resource(alias, {"name": "alias/trail"}),
        resource(trail, {"name": "t", "s3_bucket_name": "b"}),
        unknown={alias: {"target_key_id": True, "arn": True}, trail: {"kms_key_id": True}},
        configuration=root(
            configured(alias, {"name": "alias/trail"}),
            configured(trail, {"name": "t", "s3_bucket_name": "b", "kms_key_id": refs(f"{alias}.arn")}),
        ),
    )
    assert str(one(read(document), trail).get("KMSKeyId")).endswith(":alias/trail")
