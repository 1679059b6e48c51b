"""Replication rules under S3's names and under the registry's."""

from __future__ import annotations

from typing import Any

import botocore.session
from botocore.validate import validate_parameters
from hypothesis import given
from hypothesis import strategies as st

from bastide.aws.handlers.s3_events import replication, replication_request

NAME = st.text("abcdef/", min_size=1, max_size=6)
TAG = st.fixed_dictionaries({"Key": NAME, "Value": NAME})
ROLE = "arn:aws:iam::111122223333:role/replication"
DESTINATION = {"Bucket": "arn:aws:s3:::copies", "StorageClass": "STANDARD"}


def filters() -> st.SearchStrategy[dict[str, Any]]:
    """What a rule of the registry is about: a prefix, a tag, or both and more tags."""
    both = st.fixed_dictionaries({"TagFilters": st.lists(TAG, min_size=1)}, optional={"Prefix": NAME})
    one = (
        st.fixed_dictionaries({key: value}) for key, value in {"Prefix": NAME, "TagFilter": TAG, "And": both}.items()
    )
    return st.one_of(st.just({}), *one)


def rules() -> st.SearchStrategy[dict[str, Any]]:
    """Replication rules as the registry has them."""
    required = {"Status": st.sampled_from(["Enabled", "Disabled"]), "Destination": st.just(DESTINATION)}
    optional = {
        "Id": NAME,
        "Priority": st.integers(0, 9),
        "Filter": filters(),
        "DeleteMarkerReplication": st.just({"Status": "Disabled"}),
    }
    return st.fixed_dictionaries(required, optional=optional)


@given(st.lists(rules(), min_size=1, max_size=3))
def test_a_replication_is_the_same_after_it_went_to_s3_and_back(found: list[dict[str, Any]]) -> None:
    wanted = {"Role": ROLE, "Rules": found}
    assert replication(replication_request(wanted)) == wanted


@given(st.lists(rules(), min_size=1, max_size=3))
def test_s3_takes_every_replication_of_the_registry(found: list[dict[str, Any]]) -> None:
    # Source: Amazon S3 API Reference, PutBucketReplication, as botocore has it.
    model = botocore.session.get_session().get_service_model("s3")
    validate_parameters(
        replication_request({"Role": ROLE, "Rules": found}), model.shape_for("ReplicationConfiguration")
    )
