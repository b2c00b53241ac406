"""Signatures are those of the Standard Webhooks specification."""

import base64
import json

import pytest

from doctray.outbound.signing import BadSignature, key_of, new_secret, sign, verify

# The fixed vector of the tests of the standard-webhooks libraries.
ID, AT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def headers(**changes: str) -> dict[str, str]:
    return dict(sign(ID, AT, BODY, [SECRET])) | changes


def test_the_fixed_vector_of_the_specification_is_met() -> None:
    assert sign(ID, AT, BODY, [SECRET]) == [("webhook-id", ID), ("webhook-timestamp", str(AT)), ("webhook-signature", SIGNATURE)]


def test_what_was_signed_verifies_and_yields_the_event() -> None:
    assert verify(headers(), BODY, SECRET, now=AT) == {"test": 2432232314}


def test_header_names_count_in_any_case() -> None:
    assert verify({name.title(): value for name, value in headers().items()}, BODY, SECRET, now=AT)


def test_while_a_secret_rotates_receivers_with_either_accept() -> None:
    other = new_secret()
    both = dict(sign(ID, AT, BODY, [other, SECRET]))
    assert both["webhook-signature"].count("v1,") == 2
    assert verify(both, BODY, SECRET, now=AT) == verify(both, BODY, other, now=AT)


@pytest.mark.parametrize(
    ("changes", "body", "secret", "now"),
    [
        ({}, b'{"test": 2432232315}', SECRET, AT),
        ({}, b'{"test":2432232314}', SECRET, AT),
        ({}, BODY, "whsec_" + base64.b64encode(b"another").decode(), AT),
        ({}, BODY, SECRET, AT + 301),
        ({}, BODY, SECRET, AT - 301),
        ({"webhook-id": "msg_other"}, BODY, SECRET, AT),
        ({"webhook-timestamp": str(AT + 1)}, BODY, SECRET, AT),
        ({"webhook-timestamp": "soon"}, BODY, SECRET, AT),
        ({"webhook-signature": ""}, BODY, SECRET, AT),
        ({"webhook-signature": SIGNATURE.removeprefix("v1,")}, BODY, SECRET, AT),
        ({"webhook-signature": SIGNATURE.replace("v1,", "v2,")}, BODY, SECRET, AT),
        ({"webhook-signature": "v1,\N{SNOWMAN}"}, BODY, SECRET, AT),
    ],
)
def test_anything_changed_is_refused(changes: dict[str, str], body: bytes, secret: str, now: float) -> None:
    with pytest.raises(BadSignature):
        verify(headers(**changes), body, secret, now=now)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_refused_by_its_name(name: str) -> None:
    given = headers()
    del given[name]
    with pytest.raises(BadSignature, match=name):
        verify(given, BODY, SECRET, now=AT)


@pytest.mark.parametrize("body", [b"[]", b"nothing", b""])
def test_a_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignature, match="JSON"):
        verify(dict(sign(ID, AT, body, [SECRET])), body, SECRET, now=AT)


def test_a_secret_of_plain_text_is_its_own_bytes() -> None:
    assert key_of("grüße") == "grüße".encode()


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64", "whsec_abc"])
def test_a_damaged_secret_is_not_taken_for_a_text(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        key_of(secret)


def test_nothing_is_sent_unsigned() -> None:
    with pytest.raises(ValueError, match="no webhook secret"):
        sign(ID, AT, BODY, [])


def test_new_secrets_differ_and_hold_32_bytes() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert len(key_of(first)) == 32


def test_any_body_round_trips() -> None:
    body = json.dumps({"type": "job.completed", "data": {"name": "\N{SNOWMAN}"}}).encode()
    assert verify(dict(sign("msg_1", AT, body, ["secret"])), body, "secret", now=AT + 299)["data"] == {"name": "\N{SNOWMAN}"}
