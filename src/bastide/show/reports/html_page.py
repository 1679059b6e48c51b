"""The templates of the HTML pages, all made alike: escaped, strict, without a line for what is only markup."""

from __future__ import annotations

from functools import cache

import jinja2

from bastide.show.reports.html_rows import cut


@cache
def page_template(name: str) -> jinja2.Template:
    """A page's template: everything that is put into it is escaped, and a name that it lacks is an error."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bastide.show.reports", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["cut"] = cut
    return environment.get_template(name)
