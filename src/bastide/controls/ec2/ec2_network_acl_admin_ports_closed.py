"""A network ACL does not let the whole internet reach the ports of remote administration.

Entries are tried by number, lowest first, and the first that fits decides; an early Deny for everybody wins. AWS's
control says nothing of the default network ACL, which lets everything in: that it does is evidence.
"""

from collections.abc import Iterable, Mapping

from bastide.controls.answers import with_exposure
from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import beside, unplaced
from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Properties, Resource, Unknown, Verdict, fail, not_applicable, unknown
from bastide.model.unknown import unknowns_in
from bastide.network.cidr import covers_internet, port_span

ENTRY = "AWS::EC2::NetworkAclEntry"
PORTS = (22, 3389)
# Source: AWS Security Hub User Guide, EC2.21: no findings for a default network ACL.
DEFAULT = not_applicable("it is the default network ACL of its VPC")


@control(
    title="Network ACLs keep SSH and remote desktop closed to the internet",
    resource_type="AWS::EC2::NetworkAcl",
    severity="medium",
    maps_to=("FSBP:EC2.21", "CIS-AWS-3.0:5.1", "CIS-AWS-5.0:5.2", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="Amazon VPC User Guide, Control subnet traffic with network access control lists",
    remediation="Put an entry that denies the ports from anywhere before the one that allows them.",
    reads=(ENTRY,),
    config_rule="nacl-no-unrestricted-ssh-rdp",
    properties=("Entries", "IsDefault"),
)
def ec2_network_acl_admin_ports_closed(acl: Resource, estate: Estate) -> Verdict:
    """FAIL when TCP 22 or 3389 is allowed for all of IPv4 or IPv6 before it is denied; a default ACL is not judged."""
    default, verdict = acl.get("IsDefault"), _judge(acl, estate)
    if is_on(default):
        return with_exposure(DEFAULT, verdict)
    return unknown(default, "IsDefault") if isinstance(default, Unknown) and verdict is not PASS else verdict


def _judge(acl: Resource, estate: Estate) -> Verdict:
    """What the entries let in, whosever ACL it is."""
    apart = beside(acl, estate, ENTRY, "NetworkAclId", acl.id)
    own = elements_of(acl.get("Entries"))  # ours: the entries as the API tells them, with the ACL itself
    if isinstance(apart, Unknown):
        return unknown(apart, "Entries")
    if isinstance(own, Unknown):
        return unknown(own, "Entries")
    lost = unplaced(acl, estate, ENTRY, "NetworkAclId")
    if lost is not None:
        return unknown(lost, "Entries")
    entries = [*own, *(entry.properties for entry in apart)]
    gaps = unknowns_in(entries)
    if gaps:
        return unknown(gaps[0], "Entries")
    if not all(isinstance(one, Mapping) and str(one.get("RuleNumber")).isdigit() for one in entries):
        return unknown("an entry has no number", "Entries")
    if not all(isinstance(one.get("PortRange") or {}, Mapping) for one in entries):
        return unknown("a range of ports is not an object", "Entries")
    inward = sorted((one for one in entries if not is_on(one.get("Egress"))), key=lambda one: int(one["RuleNumber"]))
    for port in PORTS:
        for family in ("CidrBlock", "Ipv6CidrBlock"):
            number = _opened_by(inward, port, family)
            if number is not None:
                return fail(f"entry {number} allows tcp {port} from anywhere", "Entries")
    return PASS


def _opened_by(entries: Iterable[Properties], port: int, family: str) -> int | None:
    """The number of the entry with which a port is open to the internet; None when it never is."""
    allowed: list[str] = []
    denied: list[str] = []
    for entry in entries:
        block, ports = entry.get(family), entry.get("PortRange") or {}
        span = port_span(entry.get("Protocol"), ports.get("From"), ports.get("To"), "tcp")
        if block is None or span is None or not span[0] <= port <= span[1]:
            continue
        side = allowed if str(entry.get("RuleAction")).lower() == "allow" else denied
        side.append(str(block))
        if covers_internet(denied):
            return None
        if covers_internet(allowed):
            return int(entry["RuleNumber"])
    return None
