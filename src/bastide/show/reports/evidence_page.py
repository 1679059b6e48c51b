"""The page and the text that an auditor opens first in an evidence pack. Neither needs a network, nor Bastide."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from bastide import __version__
from bastide.show.reports.findings_html import digest
from bastide.show.reports.html_page import page_template
from bastide.show.reports.report import Report, shown
from bastide.show.reports.standings_table import answer_class, note, score_text
from bastide.standards.evidence import control_file, requirement_file

README = """# Evidence

Written by Bastide {version} at {at}, about {standards}. It stands on: {basis}.

- `index.html`: every requirement with its answer, and links to the files behind it.
- `STANDARD/standing.json`: answers and scores; `STANDARD/REQUIREMENT.json`: one requirement, its controls, what is not
  covered and what people have to show.
- `controls/CONTROL.json`: what the control asks, its parameters and source; each verdict with its resource, reason, the
  property that decided it, and when and how it was read.
- `resources.jsonl`: every resource that was judged, with its properties as they were read. Secrets are masked.
- `scope.json`: accounts, regions and time; what could not be read. Verdicts on that are UNKNOWN, never a pass.
- `manifest.json`: size and SHA-256 of every file, chained; `manifest.sig`: its Ed25519 signature, in hexadecimal, by
  the key whose public half is `public-key.pem`.

`bastide evidence verify DIR` finds any file that was changed, removed or added, without a network. With `--key FILE`
the signature is checked by a public key that you were given elsewhere: only that proves who wrote the pack.

Without Bastide: compare `sha256sum` of the files with the manifest, and check the signature with OpenSSL 3:

    xxd -r -p manifest.sig signature.bin
    openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile signature.bin
"""


def render_readme(report: Report) -> str:
    """The text, as Markdown."""
    standards = ", ".join(shown(one.standard.title) for one in report.standings)
    return README.format(version=__version__, at=report.generated_at, standards=standards, basis=report.estate.basis)


def render_page(report: Report, paths: Sequence[str]) -> str:
    """The page. ``paths``: the pack's other files."""
    style = (files("bastide.show.reports") / "report.css").read_text(encoding="utf-8")
    return page_template("evidence.html.j2").render(
        report=report,
        version=__version__,
        style=style,
        hash=digest,
        paths=paths,
        score_text=score_text,
        note=note,
        answer_class=answer_class,
        requirement_file=requirement_file,
        control_file=control_file,
    )
