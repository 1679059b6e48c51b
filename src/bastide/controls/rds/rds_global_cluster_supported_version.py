"""A global cluster of Aurora MySQL runs a version in standard support.

Versions are compared as numbers behind ``mysql_aurora.``; some older ones are supported for long, and named. Which
they are changes: the parameters say so.
"""

import re

from bastide.controls.control import control
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Resource, Unknown, Verdict, fail, not_applicable, unknown

# Source: AWS Security Hub User Guide, RDS.51, as of August 2026.
LEAST = "8.0.mysql_aurora.3.08.0"
LONG = ["8.0.mysql_aurora.3.04.0", "8.0.mysql_aurora.3.04.1", "8.0.mysql_aurora.3.04.2", "8.0.mysql_aurora.3.04.3"]
VERSION = re.compile(r"\d+\.\d+\.mysql_aurora\.(\d+)\.(\d+)\.(\d+)")
PATH = "EngineVersion"


@control(
    title="Global clusters of Aurora MySQL run a supported version",
    resource_type="AWS::RDS::GlobalCluster",
    severity="high",
    maps_to=("FSBP:RDS.51",),
    source="AWS Security Hub User Guide, RDS.51",
    remediation="Upgrade the global cluster to a version in standard support.",
    config_rule="rds-global-cluster-aurora-mysql-supported-version",
    parameters=(
        Parameter("minSupportedEngineVersion", "string", LEAST, "the oldest version that is right"),
        Parameter("longTermSupportVersion", "list", LONG, "older versions that are supported for long"),
    ),
    properties=("Engine", PATH),
)
def rds_global_cluster_supported_version(
    cluster: Resource, *, min_supported_engine_version: str, long_term_support_version: list[str] | None
) -> Verdict:
    """FAIL for an older version that is not supported for long; UNKNOWN where none is said."""
    engine, version = cluster.get("Engine"), cluster.get(PATH)
    if isinstance(engine, Unknown):
        return unknown(engine, "Engine")
    if engine not in (None, "aurora", "aurora-mysql"):
        return not_applicable("it is no cluster of Aurora MySQL")
    if isinstance(version, Unknown):
        return unknown(version, PATH)
    if version is None:
        return unknown("what it is made of has the version", PATH)
    if version in (long_term_support_version or ()):
        return PASS
    found, least = (VERSION.fullmatch(str(one)) for one in (version, min_supported_engine_version))
    if found is None or least is None:
        return unknown("not a version of Aurora MySQL", PATH)
    numbers, wanted = (tuple(map(int, one.groups())) for one in (found, least))
    return PASS if numbers >= wanted else fail(f"{version} is not in standard support", PATH)
