"""Option settings of an Elastic Beanstalk environment: its own, else those of the saved configuration it names.

Source: AWS Elastic Beanstalk Developer Guide, "Configuration options", "Precedence".
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.lookup import elements_of, text
from bastide.controls.neighbours import gap_at
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
    found = _saved(environment, estate, saved)
    return found if isinstance(found, Unknown) else _search(found.get("OptionSettings"), namespace, name)


def _saved(environment: Resource, estate: Estate, name: Value) -> Resource | Unknown:
    """The saved configuration of that name; its identifier is the application's name and its own."""
    for one in estate.of_type(TEMPLATE):
        if one.account == environment.account and name in (one.id.rpartition("|")[2], one.get("TemplateName")):
            return one
    gap = gap_at(estate, TEMPLATE, environment.account, environment.region)
    return Unknown("its saved configuration is not in the estate") if gap is None else gap


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
