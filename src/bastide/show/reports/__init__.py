"""Findings and plans in the formats that people and other tools read; one file a format, each a pure function to text.

Input: a ``Report``. Output: text. ``write`` sends each wanted format to its file or to stdout. Text from an account
(names, descriptions, reasons) is data in every format: escaped in HTML, XML and CSV, and shown without control
characters.
"""

from bastide.show.reports.formats import FORMATS, Output, parse_outputs, write
from bastide.show.reports.report import Report, delta_since

__all__ = ["FORMATS", "Output", "Report", "delta_since", "parse_outputs", "write"]
