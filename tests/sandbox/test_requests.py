"""Requests as moto takes them are what moto would have made of them."""

from __future__ import annotations

import pytest
from moto.core.request import Request

from bastide.sandbox import moto
from bastide.sandbox.wire import HttpRequest

REQUESTS = (
    HttpRequest("GET", "https://iam.amazonaws.com/", ()),
    HttpRequest(
        "POST",
        "https://ec2.eu-west-1.amazonaws.com/",
        (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), ("User-Agent", "x")),
        b"Action=DescribeVpcs&Version=2016-11-15",
    ),
    HttpRequest("PUT", "https://s3.eu-west-1.amazonaws.com/b/a%2Fb%20c%C3%A9?acl&x=%2F", (("x-amz-meta-my_key", "v"),)),
    HttpRequest("PUT", "https://s3.eu-west-1.amazonaws.com/b/é", (("X-Amz-Meta-My-Key", "v"),), b"\xff\x00"),
    HttpRequest(
        "PUT", "http://localhost:4577/b//k/", (("transfer-encoding", "chunked"), ("Content-Length", "9")), b"x"
    ),
)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.url)
def test_a_request_is_what_moto_makes_of_it(request_: HttpRequest) -> None:
    ours = moto.to_request(request_, "111122223333")
    headers = dict([*request_.headers, ("x-moto-account-id", "111122223333")])
    its = Request.from_primitives(request_.method, request_.url, headers, request_.body)
    streams = ("wsgi.input", "wsgi.errors", "werkzeug.request")
    mine, other = ({k: v for k, v in one.environ.items() if k not in streams} for one in (ours, its))
    assert mine == other
    assert ours.get_data() == its.get_data()
    assert (ours.raw_url, dict(ours.values)) == (its.raw_url, dict(its.values))
