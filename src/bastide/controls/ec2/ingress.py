"""Which ports a security group opens to the whole internet.

The one idea: all rules together. Half the internet in one rule and the other half in the next, all ports in a rule
for all protocols, a customer's prefix list that holds ``0.0.0.0/0``: each opens the port. Rules may stand in the
group or as resources beside it. What is Unknown is taken once as harmless and once as open to all: only where the two
differ is the answer UNKNOWN.

Source: Amazon VPC User Guide, "Security group rules".
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bastide.controls.answers import with_parity
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import beside, having, unplaced
from bastide.model import PASS, Estate, Properties, Resource, Unknown, Value, Verdict, fail, unknown
from bastide.model.unknown import unknowns_in
from bastide.network.cidr import (
    ALL_PORTS,
    ALL_PROTOCOLS,
    Span,
    is_protocol,
    parse_cidr,
    port_span,
    protocol_name,
    spans_open_to_internet,
)

RULE = "AWS::EC2::SecurityGroupIngress"
PREFIX_LIST = "AWS::EC2::PrefixList"
READS = (RULE, PREFIX_LIST)
ANYWHERE = {4: "0.0.0.0/0", 6: "::/0"}
ALL = {4: (1 << 32) - 1, 6: (1 << 128) - 1}  # the last address of each version
SOURCES = {"CidrIp": 4, "CidrIpv6": 6}  # with the version of IP
BOTH = frozenset(SOURCES.values())
Refused = Mapping[str, tuple[Span, ...]]  # by protocol, the ports that nobody may open to the internet
NO_PROTOCOL = Unknown("the rule names no IpProtocol, without which EC2 refuses it")
BROAD = {4: 1 << 24, 6: 1 << 96}  # addresses: a /8, a /32; smaller blocks are never removed


Opening = tuple[Span, str, str]  # ports, CIDR, property path


@dataclass
class Openings:
    """What rules open for one protocol, for sure and possibly; and why some are only possible."""

    sure: list[Opening] = field(default_factory=list)
    possible: list[Opening] = field(default_factory=list)
    doubt: tuple[str, Unknown] | None = None

    def add(self, span: Span, sources: list[str] | Unknown, path: str, doubt: Unknown | None) -> None:
        """Count one rule; one with a doubt, or of an Unknown source, may be open to all."""
        reason = sources if isinstance(sources, Unknown) else doubt
        places = list(ANYWHERE.values()) if isinstance(sources, Unknown) else sources
        if reason is None:
            self.sure += [(span, source, path) for source in places]
            return
        self.possible += [(span, source, path) for source in places]
        self.doubt = self.doubt or (path, reason)

    @cached_property
    def by_version(self) -> Mapping[int, Openings]:
        """The same for each version of IP by itself."""
        parts = {version: Openings(doubt=self.doubt) for version in SOURCES.values()}
        for mine, all_of_them in (("sure", self.sure), ("possible", self.possible)):
            for opening in all_of_them:
                getattr(parts[6 if ":" in opening[1] else 4], mine).append(opening)
        return parts

    @cached_property
    def open(self) -> list[Span]:
        """Ports that are open to the internet."""
        return spans_open_to_internet((span, source) for span, source, _ in self.sure)

    @cached_property
    def perhaps_open(self) -> list[Span]:
        """Ports that are open to the internet, should everything Unknown be as bad as can be."""
        return spans_open_to_internet((span, source) for span, source, _ in (*self.sure, *self.possible))


# What was read of the last group: several controls ask of one group in turn. The estate is held weakly.
_LAST: list[tuple[Resource, weakref.ref[Estate], dict[str, Openings]]] = []


def judge_ingress(group: Resource, estate: Estate, refused: Refused, version: int | None = None) -> Verdict:
    """FAIL when a refused port is open to the internet; UNKNOWN when that hangs on something Unknown.

    ``version`` (4 or 6) looks at that version of IP only.
    """
    answer = PASS
    for protocol, spans in refused.items():
        openings = _of_version(_remembered(group, estate, protocol), version)
        hit = _first_common(openings.open, spans)
        if hit:
            return with_parity(_failure(openings.sure, hit, protocol), _parity(group, estate, refused, version))
        if openings.doubt and answer is PASS and _first_common(openings.perhaps_open, spans):
            path, reason = openings.doubt
            answer = unknown(reason, path)
    return answer


def _of_version(openings: Openings, version: int | None) -> Openings:
    return openings if version is None else openings.by_version[version]


def _parity(group: Resource, estate: Estate, refused: Refused, version: int | None) -> Verdict:
    """What AWS Config's rules say: they look at each rule by itself, for a source that is all of IPv4 or IPv6."""
    for protocol, spans in refused.items():
        for opening in _of_version(_remembered(group, estate, protocol), version).sure:
            block = parse_cidr(opening[1])
            if block and block.first == 0 and block.last == ALL[block.version]:
                hit = _first_common([opening[0]], spans)
                if hit:
                    return _failure([opening], hit, protocol)
    return PASS


def _remembered(group: Resource, estate: Estate, protocol: str) -> Openings:
    if not _LAST or _LAST[0][0] is not group or _LAST[0][1]() is not estate:
        _LAST[:] = [(group, weakref.ref(estate), {})]
    known = _LAST[0][2]
    if protocol not in known:
        known[protocol] = read_openings(group, estate, protocol)
    return known[protocol]


def _first_common(spans: list[Span], refused: tuple[Span, ...]) -> Span | None:
    """The first stretch of refused ports that lies in the spans."""
    for low, high in spans:
        for first, last in refused:
            if low <= last and first <= high:
                return max(low, first), min(high, last)
    return None


def _failure(openings: list[Opening], hit: Span, protocol: str) -> Verdict:
    touching = [one for one in openings if one[0][0] <= hit[0] <= one[0][1]]
    _, source, path = max(touching, key=lambda one: _share(one[1]))
    ports = str(hit[0]) if hit[0] == hit[1] else f"{hit[0]}-{hit[1]}"
    return fail(f"{protocol} {ports} is open to the internet ({source})", path)


def _share(source: str) -> float:
    block = parse_cidr(source)
    return (block.last - block.first) / (1 << (32 if block.version == 4 else 128)) if block else 0.0


def read_openings(group: Resource, estate: Estate, protocol: str) -> Openings:
    """What the group's own rules and the rule resources beside it open for a protocol (tcp or udp)."""
    found = Openings()
    rules = elements_of(group.get("SecurityGroupIngress"))
    if isinstance(rules, Unknown):
        found.add(ALL_PORTS, rules, "SecurityGroupIngress", None)
        rules = ()
    for index, rule in enumerate(rules):
        _read_rule(found, rule, f"SecurityGroupIngress.{index}", estate, protocol)
    apart = beside(group, estate, RULE, "GroupId", group.id)
    if isinstance(apart, Unknown):
        found.add(ALL_PORTS, apart, "SecurityGroupIngress", None)
        apart = ()
    lost = unplaced(group, estate, RULE, "GroupId")
    if lost is not None:
        found.add(ALL_PORTS, lost, "SecurityGroupIngress", None)
    for resource in apart:
        _read_rule(found, resource.properties, "SecurityGroupIngress", estate, protocol)
    return found


def _read_rule(found: Openings, rule: Value, path: str, estate: Estate, protocol: str) -> None:
    if isinstance(rule, Unknown) or not isinstance(rule, Mapping):
        found.add(ALL_PORTS, rule if isinstance(rule, Unknown) else Unknown("not a rule"), path, None)
        return
    kind, first, last = rule.get("IpProtocol"), rule.get("FromPort"), rule.get("ToPort")
    kind = NO_PROTOCOL if kind is None else kind
    if not isinstance(kind, Unknown) and not is_protocol(kind):
        kind = Unknown(f"EC2 knows no protocol {kind}")
    # A protocol that is not known may be all of them, and then ports do not count.
    span = ALL_PORTS if isinstance(kind, Unknown) else port_span(kind, first, last, protocol)
    if span is None:
        return
    doubt = next((part for part in (kind, first, last) if isinstance(part, Unknown)), None)
    if doubt is not None and not isinstance(kind, Unknown) and protocol_name(kind) == ALL_PROTOCOLS:
        doubt = None  # ports do not count
    found.add(span, sources_of(rule, estate), path, doubt)


def sources_of(rule: Mapping[str, Value], estate: Estate) -> list[str] | Unknown:
    """The CIDRs that a rule lets in: none for a security group; Unknown for a prefix list that was not read."""
    found: list[str] = []
    for name in SOURCES:
        value = rule.get(name)
        if isinstance(value, Unknown):
            return value
        if value is not None:
            found.append(str(value))
    listed = rule.get("SourcePrefixListId")
    if listed is None:
        return found
    entries = _prefixes(listed, estate)
    return entries if isinstance(entries, Unknown) else found + entries


def _prefixes(listed: Value, estate: Estate) -> list[str] | Unknown:
    if isinstance(listed, Unknown):
        return listed
    for resource in having(estate, PREFIX_LIST, "", listed):
        entries = resource.get("Entries")
        if isinstance(entries, Unknown):
            return entries
        gaps = unknowns_in(entries)
        if gaps:
            return gaps[0]
        return [str(entry["Cidr"]) for entry in entries or () if isinstance(entry, Mapping) and "Cidr" in entry]
    return Unknown(f"prefix list {listed} is not in the estate")


def without_open_rules(group: Resource, refused: Refused, versions: frozenset[int] = BOTH) -> Properties:
    """The group's properties without the rules that open a refused port to a large part of the internet."""
    rules = group.get("SecurityGroupIngress")
    kept = [rule for rule in rules or () if not _opens_widely(rule, refused, versions)]
    return {**group.properties, "SecurityGroupIngress": kept}


def _opens_widely(rule: Value, refused: Refused, versions: frozenset[int]) -> bool:
    if not isinstance(rule, Mapping):
        return False
    names = (name for name, version in SOURCES.items() if version in versions)
    blocks = [parse_cidr(str(rule[name])) for name in names if name in rule]
    if not any(block and block.last - block.first + 1 > BROAD[block.version] for block in blocks):
        return False
    for protocol, spans in refused.items():
        span = port_span(rule.get("IpProtocol"), rule.get("FromPort"), rule.get("ToPort"), protocol)
        if span and any(span[0] <= last and first <= span[1] for first, last in spans):
            return True
    return False
