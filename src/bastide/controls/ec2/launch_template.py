"""The launch template that an instance is made of, in the version that it names.

The one idea: what an instance says itself goes before its template; what the template says goes before a default.

Source: Amazon EC2 User Guide, "Launch instances from a launch template".
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.neighbours import having
from bastide.model import Estate, Resource, Unknown, Value

TEMPLATE = "AWS::EC2::LaunchTemplate"


def template_of(instance: Resource, estate: Estate) -> Resource | Unknown | None:
    """The launch template of an instance; None when it has none, Unknown when its version is not in the estate."""
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
    return here[0]


def is_read_version(version: Value, template: Resource) -> bool:
    """Whether the data in the estate, those of the default version, are those of ``version``."""
    if isinstance(version, Unknown):
        return False
    default, latest = template.get("DefaultVersionNumber"), template.get("LatestVersionNumber")
    if default is None:  # a declared template has one version
        return version in (None, "$Default", "$Latest", "1", 1)
    return version in (None, "$Default") or str(version) == str(default) or (version == "$Latest" and default == latest)
