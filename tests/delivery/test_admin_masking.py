"""Who only looks sees no secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postbacks.masking import COVER, mask, mask_header


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://a.test/p?key=K1&c=ext", "http://a.test/p?key=•••&c=ext"),
        ("http://a.test/p?c=ext&token=T%201", "http://a.test/p?c=ext&token=•••"),
        ("http://a.test/p?secret=S#top", "http://a.test/p?secret=•••#top"),
        ("http://a.test/p?api_key=K&access_token=T", "http://a.test/p?api_key=•••&access_token=•••"),
        ("http://a.test/p?post_api_key=K", "http://a.test/p?post_api_key=•••"),
        ("http://a.test/p?apiKey=K&ACCESS-TOKEN=T", "http://a.test/p?apiKey=•••&ACCESS-TOKEN=•••"),
        ("http://a.test/p?apikey=K&accesstoken=T", "http://a.test/p?apikey=•••&accesstoken=•••"),
        ("http://a.test/p?api%5Fkey=K", "http://a.test/p?api%5Fkey=•••"),
        ("http://a.test/p?a=1;key=K", "http://a.test/p?a=1;key=•••"),
        ("http://a.test/p#token=T", "http://a.test/p#token=•••"),
        (
            "https://api.telegram.org/bot123:AA-b_c/sendMessage?text=x",
            "https://api.telegram.org/bot•••/sendMessage?text=x",
        ),
        ("https://api.telegram.org/bot123%3AAAb/sendMessage", "https://api.telegram.org/bot•••/sendMessage"),
        ("https://t.test/a1b2c3/postback?subid=s", "https://t.test/•••/postback?subid=s"),
        ("https://hooks.test/T0/B0/xoxb1234567890abcdefgh", "https://hooks.test/T0/B0/•••"),
        ("https://me:pass@a.test/p", "https://•••@a.test/p"),
        ("http://a.test/go?to=http%3A%2F%2Fb.test%2F%3Ftoken%3DT", "http://a.test/go?to=•••"),
    ],
)
def test_a_secret_is_covered(url: str, shown: str) -> None:
    assert mask(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/p?keyword=shoes&monkey=1&design=2&tokens_left=",
        "http://a.test/p?c=0123456789abcdefghijklmnopqrstuv&s=sale&r=12.5",
        "http://a.test/p?token={token}&key=",
        "http://a.test/a-long-word-without-any-figure/p",
        "http://bottles.test/bottle/p?q=a%20b",
        "http://a.test/go?to=http%3A%2F%2Fb.test%2F%3Fc%3D1",
        "",
    ],
)
def test_the_rest_stays_as_it_is(url: str) -> None:
    assert mask(url) == url


@pytest.mark.parametrize("name", ["Authorization", "X-Api-Key", "Cookie", "x-auth-token"])
def test_a_secret_header_is_covered_for_everybody(name: str) -> None:
    assert mask_header(name, "K1LL") == COVER


@pytest.mark.parametrize("name", ["User-Agent", "Content-Type", "Idempotency-Key"])
def test_other_headers_are_shown(name: str) -> None:
    assert mask_header(name, "K1LL") == "K1LL"


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(text: str) -> None:
    assert isinstance(mask(f"http://a.test/{text}?key=secretsecret&{text}"), str)
    assert f"key={COVER}" in mask(f"http://a.test/p?key=secretsecret&{text}")
