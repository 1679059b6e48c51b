"""A Redshift cluster is encrypted, writes audit logs and has one of the node types allowed.

Three settings that AWS Config asks for in one rule; each has a control of its own besides.
"""

from bastide.controls.control import control
from bastide.controls.lookup import truth
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

LOGGING = "LoggingProperties"


@control(
    title="Redshift clusters are encrypted, write logs and have a node type that is allowed",
    resource_type="AWS::Redshift::Cluster",
    severity="medium",
    maps_to=("Bastide:Redshift.configuration", "NIST-800-53r5:SC-28", "NIST-800-53r5:AU-12"),
    source="AWS Config Developer Guide, redshift-cluster-configuration-check",
    remediation="Encrypt the cluster, switch on audit logging, and choose one of the node types.",
    config_rule="redshift-cluster-configuration-check",
    parameters=(
        Parameter("clusterDbEncrypted", "boolean", True, "whether clusters have to be encrypted"),
        Parameter("loggingEnabled", "boolean", True, "whether clusters have to write audit logs"),
        Parameter("nodeTypes", "list", None, "the node types that clusters may have"),
    ),
    properties=("Encrypted", "LoggingProperties", "NodeType"),
)
def redshift_cluster_configuration(
    cluster: Resource, *, cluster_db_encrypted: bool, logging_enabled: bool, node_types: list[str] | None
) -> Verdict:
    """FAIL at the first of the three settings that is another."""
    given = cluster.get("Encrypted")
    encrypted = True if given is None else truth(given)  # a cluster that says nothing is encrypted
    logs, node = cluster.get(LOGGING), cluster.get("NodeType")
    answers = (
        (encrypted, encrypted is cluster_db_encrypted, "encryption is not as it should be", "Encrypted"),
        (logs, bool(_kept(logs)) is logging_enabled, "audit logging is not as it should be", LOGGING),
        (node, node_types is None or node in node_types, "the node type is none of those allowed", "NodeType"),
    )
    doubt: Verdict | None = None
    for value, right, reason, path in answers:
        if isinstance(value, Unknown):
            doubt = doubt or unknown(value, path)
        elif not right:
            return fail(reason, path)
    return doubt or PASS


def _kept(logs: object) -> object:
    """Where logs are kept: something where they are."""
    return isinstance(logs, dict) and any(not isinstance(one, Unknown) and one for one in logs.values())
