"""What a bucket serves to browsers: its website and its CORS rules, S3's shapes against the registry's.

Pure translations; no calls. Source: Amazon S3 API Reference, PutBucketWebsite, PutBucketCors; AWS::S3::Bucket in the
CloudFormation registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bastide.aws.shape import member, pick, present
from bastide.model import Unknown, Value

SAME = ("AllowedHeaders", "AllowedMethods", "AllowedOrigins")


def cors(answer: Value) -> Value:
    """CorsConfiguration from GetBucketCors's rules; None and Unknown stay."""
    if answer is None or isinstance(answer, Unknown):
        return answer
    named = [
        present(Id=rule.get("ID"), ExposedHeaders=rule.get("ExposeHeaders"), MaxAge=rule.get("MaxAgeSeconds"))
        for rule in answer
    ]
    return {"CorsRules": [pick(rule, *SAME) | more for rule, more in zip(answer, named, strict=True)]}


def cors_request(value: Mapping[str, Any]) -> dict[str, Any]:
    """The CORSConfiguration that PutBucketCors takes."""
    return {
        "CORSRules": [
            pick(rule, *SAME)
            | present(ID=rule.get("Id"), ExposeHeaders=rule.get("ExposedHeaders"), MaxAgeSeconds=rule.get("MaxAge"))
            for rule in value["CorsRules"]
        ]
    }


def website(answer: Value) -> Value:
    """WebsiteConfiguration from what GetBucketWebsite answers; None and Unknown stay."""
    if answer is None or isinstance(answer, Unknown):
        return answer
    rules = [
        present(RoutingRuleCondition=rule.get("Condition"), RedirectRule=rule.get("Redirect"))
        for rule in answer.get("RoutingRules") or ()
    ]
    return present(
        IndexDocument=member(answer, "IndexDocument", "Suffix"),
        ErrorDocument=member(answer, "ErrorDocument", "Key"),
        RedirectAllRequestsTo=answer.get("RedirectAllRequestsTo"),
        RoutingRules=rules or None,
    )


def website_request(value: Mapping[str, Any]) -> dict[str, Any]:
    """The WebsiteConfiguration that PutBucketWebsite takes."""
    index, error = value.get("IndexDocument"), value.get("ErrorDocument")
    rules = [
        present(Condition=rule.get("RoutingRuleCondition"), Redirect=rule.get("RedirectRule"))
        for rule in value.get("RoutingRules") or ()
    ]
    return present(
        IndexDocument={"Suffix": index} if index else None,
        ErrorDocument={"Key": error} if error else None,
        RedirectAllRequestsTo=value.get("RedirectAllRequestsTo"),
        RoutingRules=rules or None,
    )
