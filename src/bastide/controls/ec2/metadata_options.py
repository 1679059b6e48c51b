"""What says whether an instance requires IMDSv2: its own options, its launch template's, the region's default.

Source: Amazon EC2 User Guide, "Configure instance metadata options for new instances", "Order of precedence".
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.neighbours import having
from bastide.model import Estate, Resource, Unknown, Value

DEFAULTS = "Bastide::EC2::InstanceMetadataDefaults"
TEMPLATE = "AWS::EC2::LaunchTemplate"


def requires_v2(options: Value) -> bool | Unknown | None:
    """Whether metadata options require IMDSv2, or switch metadata off; None when they leave it open."""
    if options is None or isinstance(options, Unknown):
        return options
    if not isinstance(options, Mapping):
        return Unknown("metadata options are not an object")
    tokens, endpoint = options.get("HttpTokens"), options.get("HttpEndpoint")
    if tokens == "required" or endpoint == "disabled":
        return True
    for part in (tokens, endpoint):
        if isinstance(part, Unknown):
            return part
    return None if tokens is None else False


def template_requires_v2(instance: Resource, estate: Estate) -> bool | Unknown | None:
    """What the launch template of an instance says; None when it has none or says nothing."""
    named = instance.get("LaunchTemplate")
    if named is None or isinstance(named, Unknown):
        return named
    if not isinstance(named, Mapping):
        return Unknown("the launch template is not an object")
    name, key = named.get("LaunchTemplateName"), named.get("LaunchTemplateId")
    for part in (name, key):
        if isinstance(part, Unknown):
            return part
    found = having(estate, TEMPLATE, "", key) or having(estate, TEMPLATE, "LaunchTemplateName", name)
    here = [one for one in found if (one.account, one.region) == (instance.account, instance.region)]
    if not here:
        return Unknown(f"launch template {key or name} is not in the estate")
    if not is_read_version(named.get("Version"), here[0]):
        return Unknown(f"version {named.get('Version')} of launch template {key or name} was not read")
    return requires_v2(here[0].get("LaunchTemplateData.MetadataOptions"))


def is_read_version(version: Value, template: Resource) -> bool:
    """Whether the data in the estate, those of the default version, are those of ``version``."""
    if isinstance(version, Unknown):
        return False
    default, latest = template.get("DefaultVersionNumber"), template.get("LatestVersionNumber")
    if default is None:  # a declared template has one version
        return version in (None, "$Default", "$Latest", "1", 1)
    return version in (None, "$Default") or str(version) == str(default) or (version == "$Latest" and default == latest)


def region_requires_v2(instance: Resource, estate: Estate) -> bool | Unknown:
    """The region's default for instances of which nothing else says it; False where the estate holds none."""
    defaults = estate.listed(DEFAULTS, instance.account, instance.region)
    if isinstance(defaults, Unknown):
        return defaults
    tokens = defaults[0].get("HttpTokens") if defaults else None
    return tokens if isinstance(tokens, Unknown) else tokens == "required"
