"""Stack sets, modules and the CDK's assemblies: what deploys a template more than once, or under other values."""

import json
from pathlib import Path

from bastide.declare.templates import Settings, estate_of
from bastide.declare.templates.assembly import is_assembly, places_of
from bastide.declare.templates.files import read_template
from bastide.declare.templates.modules import fragment_of
from bastide.model import Estate

SET = """
Resources:
  Baseline:
    Type: AWS::CloudFormation::StackSet
    Properties:
      StackSetName: baseline
      PermissionModel: SELF_MANAGED
      Parameters: [{ParameterKey: Rotate, ParameterValue: "false"}]
      StackInstancesGroup:
        - Regions: [eu-west-1, eu-central-1]
          DeploymentTargets: {Accounts: ["111122223333", "444455556666"]}
      TemplateBody: |
        Parameters: {Rotate: {Type: String, Default: "true"}}
        Resources:
          Key:
            Type: AWS::KMS::Key
            Properties: {EnableKeyRotation: !Ref Rotate}
"""


def write(folder: Path, name: str, text: str) -> Path:
    """A file of a text, with the folders above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def keys(estate: Estate) -> list[tuple[str, str, object]]:
    """Account, region and rotation of the keys of an estate."""
    found = estate.of_type("AWS::KMS::Key")
    return sorted((one.account, one.region, one.get("EnableKeyRotation")) for one in found)


def test_a_stack_set_is_its_template_in_each_of_its_places(tmp_path: Path) -> None:
    file = write(tmp_path, "set.yaml", SET)
    reading = estate_of({str(file): read_template(file)}, Settings())
    assert keys(reading.estate) == [
        (account, region, False)
        for account in ("111122223333", "444455556666")
        for region in ("eu-central-1", "eu-west-1")
    ]
    assert {one.origin.line for one in reading.estate.of_type("AWS::KMS::Key")} == {3}
    assert not reading.incomplete


def test_a_group_of_instances_has_parameters_of_its_own(tmp_path: Path) -> None:
    groups = """      StackInstancesGroup:
        - Regions: [eu-west-1]
          DeploymentTargets: {OrganizationalUnitIds: [ou-abcd-12345678]}
        - Regions: [eu-central-1]
          DeploymentTargets: {OrganizationalUnitIds: [ou-abcd-12345678], Accounts: ["1"], AccountFilterType: DIFFERENCE}
          ParameterOverrides: [{ParameterKey: Rotate, ParameterValue: "true"}]
"""
    start, end = SET.index("      StackInstancesGroup"), SET.index("      TemplateBody")
    file = write(tmp_path, "set.yaml", SET[:start] + groups + SET[end:])
    reading = estate_of({str(file): read_template(file)}, Settings())
    # The accounts of a unit are not known: the assumed one stands for them, not one that is left out.
    assert keys(reading.estate) == [("000000000000", "eu-central-1", True), ("000000000000", "eu-west-1", False)]


def test_a_stack_set_whose_template_is_elsewhere_is_told(tmp_path: Path) -> None:
    text = "Resources: {S: {Type: AWS::CloudFormation::StackSet, Properties: {TemplateURL: 's3://b/k'}}}"
    file = write(tmp_path, "set.yaml", text)
    reading = estate_of({str(file): read_template(file)}, Settings())
    assert reading.incomplete
    assert any("stack set S was not judged" in note.text for note in reading.notes)


MODULE = {
    "Parameters": {"Rotate": {"Type": "String"}},
    "Resources": {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": {"Ref": "Rotate"}}},
        "Alias": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/a", "TargetKeyId": {"Ref": "Key"}}},
    },
}
USES = """
Resources:
  Store:
    Type: Acme::Store::Key::MODULE
    Properties: {Rotate: true}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: t, KmsMasterKeyId: !Ref Store.Key, DisplayName: !GetAtt StoreKey.Arn}
"""


def test_a_module_beside_the_templates_is_the_resources_of_its_fragment(tmp_path: Path) -> None:
    fragment = write(tmp_path, "module/fragments/key.json", json.dumps(MODULE))
    config = {"artifact_type": "MODULE", "typeName": "Acme::Store::Key::MODULE"}
    found = fragment_of(config, tmp_path / "module")
    assert found == ("Acme::Store::Key::MODULE", fragment)
    file = write(tmp_path, "uses.yaml", USES)
    reading = estate_of({str(file): read_template(file)}, Settings(), modules=dict([found]))
    logical = {one.origin.detail: one for one in reading.estate.resources}
    assert set(logical) == {"Store", "StoreKey", "StoreAlias", "Topic"}
    key = logical["StoreKey"]
    assert key.get("EnableKeyRotation") is True
    assert logical["Topic"].get("KmsMasterKeyId") == key.id == logical["StoreAlias"].get("TargetKeyId")
    assert logical["Topic"].get("DisplayName") == key.arn
    assert not reading.incomplete


def test_a_module_that_is_not_there_is_told_as_not_judged(tmp_path: Path) -> None:
    file = write(tmp_path, "uses.yaml", USES)
    reading = estate_of({str(file): read_template(file)}, Settings())
    assert reading.incomplete
    assert any("module Store was not judged: the fragment of Acme" in note.text for note in reading.notes)


def test_other_projects_are_no_modules(tmp_path: Path) -> None:
    assert fragment_of({"artifact_type": "RESOURCE", "typeName": "A::B::C"}, tmp_path) is None
    assert fragment_of({"artifact_type": "MODULE", "typeName": "A::B::C::MODULE"}, tmp_path) is None
    assert fragment_of([], tmp_path) is None


def test_an_assembly_says_where_its_templates_go_and_its_assets_are_nested_stacks(tmp_path: Path) -> None:
    manifest = {"version": "36.0.0", "artifacts": {
        "Shop": {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/eu-west-1",
                 "properties": {"templateFile": "Shop.template.json", "stackName": "shop",
                                "parameters": {"P": "false"}}},
        "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
        "Agnostic": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
                     "properties": {"templateFile": "Other.template.json"}},
    }}  # fmt: skip
    assert is_assembly(manifest)
    inner = {"Parameters": {"R": {"Type": "String"}},
             "Resources": {"Key": {"Type": "AWS::KMS::Key",
                                   "Properties": {"EnableKeyRotation": {"Ref": "R"}}}}}  # fmt: skip
    shop = {"Parameters": {"P": {"Type": "String"}}, "Resources": {"Nested": {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": {"Fn::Sub": "https://s3.${AWS::URLSuffix}/x"}, "Parameters": {"R": {"Ref": "P"}}},
        "Metadata": {"aws:asset:path": "nested.template.json", "aws:asset:property": "TemplateURL"},
    }}}  # fmt: skip
    write(tmp_path, "nested.template.json", json.dumps(inner))
    file = write(tmp_path, "Shop.template.json", json.dumps(shop))
    places = places_of({str(tmp_path / "manifest.json"): manifest})
    reading = estate_of({str(file): read_template(file)}, Settings(), places)
    assert keys(reading.estate) == [("111122223333", "eu-west-1", False)]
    assert not reading.incomplete
