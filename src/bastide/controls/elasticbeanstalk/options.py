"""Option settings of an Elastic Beanstalk environment: its own, else those of the saved configuration it names.

Source: AWS Elastic Beanstalk Developer Guide, "Configuration options", "Precedence".
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.lookup import elements_of, text
from bastide.controls.neighbours import beside
from bastide.model import Estate, Resource, Unknown, Value

TEMPLATE = "AWS::ElasticBeanstalk::ConfigurationTemplate"
PROPERTIES = ("OptionSettings", "TemplateName")


def option_of(environment: Resource, estate: Estate, namespace: str, name: str) -> str | Unknown | None:
    """The value of an option; None when neither the environment nor its saved configuration sets it."""
    own = _search(environment.get("OptionSettings"), namespace, name)
    if own is not None:
        return own
    saved = environment.get("TemplateName")
    if saved is None or isinstance(saved, Unknown):
        return saved
    found = beside(environment, estate, TEMPLATE, "TemplateName", saved)
    if not isinstance(found, Unknown) and not found:
        by_id = beside(environment, estate, TEMPLATE, "", saved)
        found = (
            by_id if isinstance(by_id, Unknown) or by_id else Unknown("its saved configuration is not in the estate")
        )
    return found if isinstance(found, Unknown) else _search(found[0].get("OptionSettings"), namespace, name)


def _search(settings: Value, namespace: str, name: str) -> str | Unknown | None:
    found = elements_of(settings)
    if isinstance(found, Unknown):
        return found
    doubt: Unknown | None = None
    for one in found:
        if not isinstance(one, Mapping):
            doubt = one if isinstance(one, Unknown) else Unknown("not an option setting")
            continue
        key = (one.get("Namespace"), one.get("OptionName"))
        gap = next((part for part in key if isinstance(part, Unknown)), None)
        if gap is not None:
            doubt = gap
        elif key == (namespace, name):
            return text(one.get("Value"))
    return doubt
