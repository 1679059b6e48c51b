"""``assess --standard`` and ``--pack``, wired: which controls they want, and how the estate stands by what those said.

The one idea: standards and conformance packs are asked of one assessment, so nothing is judged twice but a control that
packs want with other parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bastide.errors import InputError
from bastide.standards import Coverage, Standard, all_standards, controls_of, coverage, find_standard, standing
from bastide.standards.evaluation import PackCompliance, judge
from bastide.standards.evidence import score_json
from bastide.standards.pack import RULE, Rule, RuleCoverage, layers, rule_coverage, rules_in, variant
from bastide.standards.pack_standing import pack_standing

if TYPE_CHECKING:
    from bastide.assess import Assessment
    from bastide.controls import Control
    from bastide.model import Estate, Finding, Resource, Value
    from bastide.show.reports import Output, Report
    from bastide.show.workspace import Workspace
    from bastide.standards import Standing
    from bastide.standards.custom_policy import External
    from bastide.store import KeptScore


PACK_TYPES = ("AWS::Config::ConformancePack", "AWS::Config::OrganizationConformancePack")
EVIDENCE = "evidence"  # the output format that is a folder


@dataclass(frozen=True)
class Asked:
    """What is asked: standards with the controls that answer them, and packs (name, rules with their controls)."""

    standards: tuple[tuple[Standard, tuple[Coverage, ...]], ...] = ()
    packs: tuple[tuple[str, tuple[RuleCoverage, ...]], ...] = ()
    evidence: Path | None = None

    def __bool__(self) -> bool:
        """Whether anything is asked."""
        return bool(self.standards or self.packs)

    def narrowed(self, controls: tuple[Control, ...]) -> tuple[Control, ...]:
        """The controls to judge by: those that are asked for, or all of them when nothing is asked."""
        return self.controls if self else controls

    @property
    def layers(self) -> tuple[tuple[Control, ...], ...]:
        """The controls to run: all of them once, then those that are wanted with other parameters again."""
        whole = [RuleCoverage(Rule(one.slug, "AWS"), controls_of(covered)) for one, covered in self.standards]
        return layers([*whole, *(rule for _, covered in self.packs for rule in covered)])

    @property
    def controls(self) -> tuple[Control, ...]:
        """The controls of the first layer, sorted by id."""
        return self.layers[0] if self.layers else ()

    def standings(
        self, first: Assessment, estate: Estate, again: Callable[[tuple[Control, ...]], Assessment], date: str
    ) -> tuple[Standing, ...]:
        """How the estate stands. ``first``: the first layer's assessment with passes; ``again`` runs a further one."""
        found: dict[tuple[str, str], list[Finding]] = {}
        for number, layer in enumerate(self.layers):
            assessment = again(layer) if number else first
            by_control: dict[str, list[Finding]] = {control.id: [] for control in layer}
            for finding in assessment.findings:
                by_control.setdefault(finding.control, []).append(finding)
            found |= {variant(control): by_control[control.id] for control in layer}

        def said(controls: tuple[Control, ...]) -> list[Finding]:
            return [finding for control in controls for finding in found[variant(control)]]

        return (
            *(standing(one, covered, first.findings, estate) for one, covered in self.standards),
            *(
                pack_standing(name, date, covered, PackCompliance(judge(covered, estate, said)))
                for name, covered in self.packs
            ),
        )


def asked(slugs: Sequence[str], packs: Sequence[Path], controls: Sequence[Control], given: Sequence[str] = ()) -> Asked:
    """What these standards and packs ask of the controls. ``given``: parameters of packs, as a person writes them.

    Raises:
        InputError: there is no such standard, a file is no conformance pack, or no pack has such a parameter.
    """
    from bastide.declare.templates.estate import refuse_strangers
    from bastide.declare.templates.scope import Settings
    from bastide.show.parameters import parse_parameters

    standards = tuple(find_standard(slug) for slug in dict.fromkeys(slugs))
    values = parse_parameters(given)
    if values and not packs:
        raise InputError("--pack-parameters are of conformance packs", fix="add --pack FILE")
    if values:
        refuse_strangers({str(path): _tree(path) for path in packs}, Settings(values))
    named = {pack_name(path): rule_coverage(read_pack(path, values), controls, _cfn_guard()) for path in packs}
    if len(named) + len(standards) > len({*named, *(one.slug for one in standards)}) or len(named) < len(set(packs)):
        raise InputError("two packs, or a pack and a standard, have one name", fix="rename a file")
    return Asked(tuple((one, coverage(one, controls)) for one in standards), tuple(named.items()))


def _cfn_guard() -> External | None:
    from bastide.declare.cfn_guard import installed

    return installed()


def pack_name(path: Path) -> str:
    """What a pack is called, after its file: letters, digits, hyphens and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem).strip("-") or "pack"


def take_evidence(wanted: Asked, outputs: Sequence[Output]) -> tuple[Asked, list[Output]]:
    """What is asked with the folder for evidence, and the other outputs.

    Raises:
        InputError: evidence without a folder or without a standard.
    """
    folders = [one.path for one in outputs if one.format == EVIDENCE]
    if not folders:
        return wanted, list(outputs)
    if len(folders) > 1 or folders[0] is None:
        raise InputError("evidence goes into one folder", fix="-o evidence=DIR")
    if not wanted:
        raise InputError("evidence is about standards", fix="add --standard SLUG or --pack FILE")
    return replace(wanted, evidence=folders[0]), [one for one in outputs if one.format != EVIDENCE]


def with_standings(
    report: Report,
    wanted: Asked,
    assessment: Assessment,
    again: Callable[[tuple[Control, ...]], Assessment],
    show_all: bool,
) -> Report:
    """The report with how its estate stands; what passed is shown only with ``show_all``."""
    from bastide.assess.run import KEPT

    standings = wanted.standings(assessment, report.estate, again, report.generated_at[:10])
    shown = tuple(one for one in report.findings if show_all or one.status in KEPT)
    return replace(report, findings=shown, standings=standings)


def with_history(place: Workspace, report: Report) -> Report:
    """The report with the scores of earlier runs; its own are kept for the next."""
    return replace(report, scores_before=keep_scores(place, report.standings))


def read_pack(path: Path, values: Mapping[str, Value] | None = None) -> tuple[Rule, ...]:
    """The rules of a conformance pack's file with their remediations; parameters have ``values`` or their defaults.

    A template that makes packs, of an account or of an organization, gives the rules of all of them. Values of
    parameters that the pack does not have are left aside.

    Raises:
        InputError: the file cannot be read, is no template, or has no rules; or a value is not allowed.
    """
    tree = _tree(path)
    own = {name: value for name, value in (values or {}).items() if name in (tree.get("Parameters") or ())}
    return _rules_of(tree, str(path), own)


def _tree(path: Path) -> Any:
    from bastide.declare.templates.files import is_tree, read_template

    tree = read_template(path)
    if not is_tree(tree):
        raise InputError("this is not a conformance pack: it has no Resources", str(path))
    return tree


def _rules_of(tree: Any, name: str, values: dict[str, Value]) -> tuple[Rule, ...]:
    from bastide.declare.templates import Settings, estate_of
    from bastide.standards.remediation import remediations_in

    resources = estate_of({name: tree}, Settings(values)).estate.resources
    rules = rules_in(resources)
    for one in resources:
        if one.type in PACK_TYPES:
            rules += _rules_of_body(one, name)
    if not rules:
        stated = tree.get("Resources") if isinstance(tree.get("Resources"), Mapping) else {}
        left = sum(isinstance(one, Mapping) and one.get("Type") == RULE for one in stated.values())
        if left:
            raise InputError(f"the pack's parameters leave out all of its {left} rules", name,
                             "--pack-parameters NAME=VALUE switches them on")  # fmt: skip
        alone = remediations_in(resources)
        also = f", only {len(alone)} remediations of rules that are made elsewhere" if alone else ""
        fix = "name a file with AWS::Config::ConfigRule"
        raise InputError(f"there are no rules in this conformance pack{also}", name, fix)
    return rules


def _rules_of_body(pack: Resource, name: str) -> tuple[Rule, ...]:
    """The rules of a pack that a template makes."""
    from bastide.declare.templates.files import is_tree, parse_template

    body, given = pack.get("TemplateBody"), pack.get("ConformancePackInputParameters")
    where = f"{name} {pack.origin.detail or pack.id}"
    if not isinstance(body, str):
        raise InputError("this pack's template is not in its TemplateBody", where, "name the file of the pack itself")
    pairs = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list | tuple) else []
    values = {str(one.get("ParameterName")): one.get("ParameterValue") for one in pairs}
    tree = parse_template(body.encode(), where)
    if not is_tree(tree):
        raise InputError("this is not a conformance pack: it has no Resources", where)
    return _rules_of(tree, where, values)


def list_text(controls: Sequence[Control]) -> str:
    """Every standard on a line: slug, name, requirements, and how many of them the controls cover wholly and partly."""
    lines = []
    for one in all_standards().values():
        covered = coverage(one, controls)
        whole = sum(bool(each.controls) and not each.missing for each in covered)
        partly = sum(bool(each.controls) and bool(each.missing) for each in covered)
        manual = sum(not each.controls and not each.missing and bool(each.requirement.manual) for each in covered)
        lines.append(
            f"{one.slug:<27} {one.title}: {len(covered)} requirements, {whole} covered, {partly} partly, "
            f"{manual} manual; mapping of {one.date}"
        )
    return "\n".join(lines)


def keep_scores(place: Workspace, standings: Sequence[Standing]) -> dict[str, list[KeptScore]]:
    """Keep the scores of a run on the workspace's target. What was kept before, by standard, oldest first."""
    from bastide.store import KeptScore, Run, RunStatus

    target, moment = place.target.label, place.target.clock().isoformat(timespec="seconds")
    before = {one.standard.slug: place.store.scores(target, one.standard.slug) for one in standings}
    run = Run(place.new_run(), "standard", target, moment)
    place.store.start_run(run)
    place.store.keep_scores(
        target, [KeptScore(run.id, one.standard.slug, moment, scores_json(one)) for one in standings]
    )
    place.store.end_run(run.id, RunStatus.DONE, moment)
    return before


def scores_json(one: Standing) -> dict[str, object]:
    """The scores of a standing as JSON values: the whole, accounts and units."""
    return {
        **score_json(one.score),
        "accounts": {name: score_json(score) for name, score in one.accounts.items()},
        "units": {name: score_json(score) for name, score in one.units.items()},
    }
