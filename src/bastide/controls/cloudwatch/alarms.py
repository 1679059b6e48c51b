"""Whether an alarm watches a metric of a resource.

The one idea: the rule names a type and a metric; whoever is of another type is not asked, and nobody is while none is
named. Source: AWS Config Developer Guide, cloudwatch-alarm-resource-check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import gap_at
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, not_applicable, unknown

ALARM = "AWS::CloudWatch::Alarm"
PARAMETERS = (
    Parameter("resourceType", "string", None, "the type whose resources need an alarm"),
    Parameter("metricName", "string", None, "the metric that it has to watch"),
)


def judge_watched(
    resource: Resource, estate: Estate, dimension: str, resource_type: str | None, metric_name: str | None
) -> Verdict:
    """FAIL when no alarm of the resource's place watches the metric with the resource as its dimension."""
    if resource_type != resource.type or metric_name is None:
        return not_applicable("no metric of this type is named")
    doubt = gap_at(estate, ALARM, resource.account, resource.region)
    for alarm in estate.in_place(ALARM, resource.account, resource.region):
        metric = alarm.get("MetricName")
        if isinstance(metric, Unknown):
            doubt = metric
        elif metric == metric_name:
            for value in _values(alarm, dimension):
                if value == resource.id:
                    return PASS
                doubt = value if isinstance(value, Unknown) else doubt
    return unknown(doubt) if doubt is not None else fail(f"no alarm watches {metric_name}")


def _values(alarm: Resource, dimension: str) -> Iterator[Value]:
    """What the alarm's dimension of that name is; an Unknown where it could not be read."""
    dimensions = elements_of(alarm.get("Dimensions"))
    if isinstance(dimensions, Unknown):
        yield dimensions
        return
    for one in dimensions:
        if not isinstance(one, Mapping):
            yield one if isinstance(one, Unknown) else Unknown("not a dimension")
        elif isinstance(one.get("Name"), Unknown):
            yield one["Name"]
        elif one.get("Name") == dimension:
            yield one.get("Value")
