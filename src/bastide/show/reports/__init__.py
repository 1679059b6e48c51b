"""Findings and plans in the formats that people and other tools read; one file a format, each a pure function to text.

Input: a ``Report``. Output: text. ``write`` sends each wanted format to its file or to stdout. Text from an account
(names, descriptions, reasons) is data in every format: escaped in HTML, XML and CSV, and shown without control
characters.
"""

from bastide.show.reports.formats import FORMATS, Output, parse_outputs, write
from bastide.show.reports.report import Report

__all__ = ["FORMATS", "Output", "Report", "parse_outputs", "write"]
