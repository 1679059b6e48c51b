"""Images of a repository are scanned: as they are pushed, or by what the registry says for repositories of this name.

A filter without a wildcard means every repository whose name contains it.

Source: Amazon ECR User Guide, "Using filters to choose which repositories are scanned".
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from bastide.controls.control import control
from bastide.controls.lookup import elements_of, truth
from bastide.controls.neighbours import called
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown

REGISTRY = "AWS::ECR::RegistryScanningConfiguration"
SCANNING = ("SCAN_ON_PUSH", "CONTINUOUS_SCAN")
PATH = "ImageScanningConfiguration.ScanOnPush"


@control(
    title="Images in repositories are scanned",
    resource_type="AWS::ECR::Repository",
    severity="high",
    maps_to=("FSBP:ECR.1", "NIST-800-53r5:RA-5", "PCI-DSS-4.0.1:6.2.3", "PCI-DSS-4.0.1:6.2.4"),
    source="AWS Config Developer Guide, ecr-private-image-scanning-enabled",
    remediation="Have the registry scan repositories of this name on push, or continuously.",
    reads=(REGISTRY,),
    config_rule="ecr-private-image-scanning-enabled",
    properties=("ImageScanningConfiguration", "RepositoryName"),
)
def ecr_repository_scanned(repository: Resource, estate: Estate) -> Verdict:
    """FAIL when neither the repository nor the registry has images scanned."""
    own: Value = repository.get(PATH)
    on_push = False if own is None else truth(own)
    if on_push is True:
        return PASS
    by_registry = _registry_scans(repository, estate)
    if by_registry is True:
        return PASS
    for doubt in (on_push, by_registry):
        if isinstance(doubt, Unknown):
            return unknown(doubt, PATH)
    return fail("images are not scanned", PATH)


def _registry_scans(repository: Resource, estate: Estate) -> bool | Unknown:
    listed = estate.listed(REGISTRY, repository.account, repository.region)
    if isinstance(listed, Unknown):
        return listed
    name, doubt = called(repository, "RepositoryName"), None
    for one in listed:
        rules = elements_of(one.get("Rules"))
        for rule in (rules,) if isinstance(rules, Unknown) else rules:
            found = _rule_means(rule, name)
            if found is True:
                return True
            doubt = found if doubt is None and isinstance(found, Unknown) else doubt
    return False if doubt is None else doubt


def _rule_means(rule: Value, name: str | Unknown) -> bool | Unknown:
    if not isinstance(rule, Mapping):
        return rule if isinstance(rule, Unknown) else Unknown("not a rule")
    often, filters = rule.get("ScanFrequency"), elements_of(rule.get("RepositoryFilters"))
    if isinstance(often, Unknown):
        return often
    if often not in SCANNING:
        return False
    if isinstance(filters, Unknown):
        return filters
    patterns = [one.get("Filter") if isinstance(one, Mapping) else one for one in filters]
    gap = next((one for one in (name, *patterns) if isinstance(one, Unknown)), None)
    if any(pattern == "*" or _meant(name, pattern) for pattern in patterns if isinstance(pattern, str)):
        return True
    return False if gap is None else gap


def _meant(name: str | Unknown, pattern: str) -> bool:
    return isinstance(name, str) and fnmatchcase(name, pattern if "*" in pattern else f"*{pattern}*")
