"""What says whether an instance requires IMDSv2: its own options, its launch template's, the region's default.

Source: Amazon EC2 User Guide, "Configure instance metadata options for new instances", "Order of precedence".
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.ec2.launch_template import template_of
from bastide.model import Estate, Resource, Unknown, Value

DEFAULTS = "Bastide::EC2::InstanceMetadataDefaults"


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
    template = template_of(instance, estate)
    if template is None or isinstance(template, Unknown):
        return template
    return requires_v2(template.get("LaunchTemplateData.MetadataOptions"))


def region_requires_v2(instance: Resource, estate: Estate) -> bool | Unknown:
    """The region's default for instances of which nothing else says it; False where the estate holds none."""
    defaults = estate.listed(DEFAULTS, instance.account, instance.region)
    if isinstance(defaults, Unknown):
        return defaults
    tokens = defaults[0].get("HttpTokens") if defaults else None
    return tokens if isinstance(tokens, Unknown) else tokens == "required"
