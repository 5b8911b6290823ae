"""Who is let in: signatures over the raw bytes, tokens, and what a refusal says."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from koalr_server.sources.registry import SOURCES
from koalr_server.sources.signatures import digest, hmac_sha256
from koalr_server.sources.source import Refusal

BODY = '{"title":  "Größe"}\n'.encode()
# The vector in the documentation of Svix, which signs for incident.io.
SVIX_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SVIX_BODY = b'{"test": 2432232314}'
SVIX_AT = datetime.fromtimestamp(1614265330, UTC)
SVIX = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of that endpoint").decode()


def pagerduty_signature(secret: str, body: bytes = BODY) -> str:
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def refusal(
    source: str, headers: dict[str, str], secrets: list[str], body: bytes = BODY, now: datetime = SVIX_AT
) -> str:
    with pytest.raises(Refusal) as raised:
        SOURCES[source].verify(headers, body, secrets, now)
    return str(raised.value)


def test_hmac_is_that_of_rfc_4231() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex() == expected


@pytest.mark.parametrize(
    "signature",
    [
        pagerduty_signature("new"),
        f"{pagerduty_signature('gone')},{pagerduty_signature('new')}",
        f"v2=abc, {pagerduty_signature('old')} ,",
    ],
)
def test_pagerduty_is_let_in_by_any_signature_of_any_secret(signature: str) -> None:
    SOURCES["pagerduty"].verify({"x-pagerduty-signature": signature}, BODY, ["new", "old"], SVIX_AT)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "v1=",
        "v1",
        ",",
        "v1=é",
        "v1=\ud800",
        pagerduty_signature("gone"),
        pagerduty_signature("new")[:-1],
        pagerduty_signature("new") + "0",
        pagerduty_signature("new").upper(),
        pagerduty_signature("new").removeprefix("v1="),
        pagerduty_signature("new", BODY.strip()),
        pagerduty_signature(""),
    ],
)
def test_pagerduty_is_refused_with_any_other_signature(signature: str | None) -> None:
    headers = {} if signature is None else {"x-pagerduty-signature": signature}
    said = refusal("pagerduty", headers, ["new", "old", ""])
    assert said.startswith("X-PagerDuty-Signature ")
    assert pagerduty_signature("new")[3:] not in said


@pytest.mark.parametrize(
    ("source", "setting"),
    [
        ("pagerduty", "KOALR_PAGERDUTY_WEBHOOK_SECRET"),
        ("opsgenie", "KOALR_OPSGENIE_WEBHOOK_SECRET"),
        ("incident-io", "KOALR_INCIDENT_IO_WEBHOOK_SECRET"),
    ],
)
@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nobody_is_let_in(source: str, setting: str, secrets: list[str]) -> None:
    signed = {"x-pagerduty-signature": pagerduty_signature(""), "x-koalr-token": "", **SVIX}
    assert setting in refusal(source, signed, secrets)
    assert SOURCES[source].secret_setting == setting


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer tøken"},
        {"authorization": "bearer  tøken "},
        {"x-koalr-token": "tøken"},
        {"authorization": "Basic eDp5", "x-koalr-token": "tøken"},
        {"authorization": "Bearer other", "x-koalr-token": "older"},
    ],
)
def test_opsgenie_is_let_in_with_the_token(headers: dict[str, str]) -> None:
    SOURCES["opsgenie"].verify(headers, BODY, ["tøken", "older"], SVIX_AT)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "tøken"},
        {"authorization": "Bearer"},
        {"authorization": "GenieKey tøken"},
        {"authorization": "Bearer tøke"},
        {"x-koalr-token": "tøken2"},
        {"x-koalr-token": "\udcff"},
        {"x-opsgenie-token": "tøken"},
    ],
)
def test_opsgenie_is_refused_without_it(headers: dict[str, str]) -> None:
    assert "tøken" not in refusal("opsgenie", headers, ["tøken"])


@pytest.mark.parametrize("off_secs", [-300, 0, 300])
@pytest.mark.parametrize("secrets", [[SVIX_SECRET], [OTHER_SECRET, SVIX_SECRET], [SVIX_SECRET.removeprefix("whsec_")]])
def test_incident_io_is_let_in_with_the_signature_of_svix(off_secs: int, secrets: list[str]) -> None:
    SOURCES["incident-io"].verify(SVIX, SVIX_BODY, secrets, SVIX_AT + timedelta(seconds=off_secs))


def test_incident_io_is_let_in_with_one_of_several_signatures() -> None:
    headers = SVIX | {"webhook-signature": f"v1a,zzz v1,AAAA {SVIX['webhook-signature']}"}
    SOURCES["incident-io"].verify(headers, SVIX_BODY, [SVIX_SECRET], SVIX_AT)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"webhook-signature": ""}, "webhook-signature"),
        ({"webhook-signature": SVIX["webhook-signature"][:-2]}, "webhook-signature"),
        ({"webhook-signature": SVIX["webhook-signature"].removeprefix("v1,")}, "webhook-signature"),
        ({"webhook-signature": "v1,ü"}, "webhook-signature"),
        ({"webhook-id": "msg_another"}, "webhook-signature"),
        ({"webhook-id": ""}, "webhook-id"),
        ({"webhook-timestamp": "1614265331"}, "webhook-signature"),
        ({"webhook-timestamp": ""}, "webhook-timestamp is missing or no time"),
        ({"webhook-timestamp": "-1614265330"}, "no time"),
        ({"webhook-timestamp": "1614265330.5"}, "no time"),
        ({"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"}, "no time"),
        ({"webhook-timestamp": "9" * 5000}, "no time"),
        ({"webhook-timestamp": "1614265029"}, "more than 5 minutes"),
        ({"webhook-timestamp": "1614265631"}, "more than 5 minutes"),
    ],
)
def test_incident_io_is_refused_with_any_other_header(changed: dict[str, str], said: str) -> None:
    assert said in refusal("incident-io", SVIX | changed, [SVIX_SECRET], SVIX_BODY)


def test_incident_io_is_refused_when_its_message_is_sent_again_later() -> None:
    later = SVIX_AT + timedelta(seconds=301)
    assert "more than 5 minutes" in refusal("incident-io", SVIX, [SVIX_SECRET], SVIX_BODY, later)


def test_incident_io_is_refused_with_another_body_or_secret() -> None:
    assert "fits no secret" in refusal("incident-io", SVIX, [SVIX_SECRET], SVIX_BODY + b" ")
    assert "fits no secret" in refusal("incident-io", SVIX, [OTHER_SECRET], SVIX_BODY)


@pytest.mark.parametrize("stray", ["whsec_", "whsec_no base64", "not even close"])
def test_incident_io_is_let_in_with_a_good_secret_beside_one_that_is_none(stray: str) -> None:
    SOURCES["incident-io"].verify(SVIX, SVIX_BODY, [stray, SVIX_SECRET], SVIX_AT)
    assert "fits no secret" in refusal("incident-io", SVIX, [stray, OTHER_SECRET], SVIX_BODY)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_no base64", "whsec_ü", "not even close"])
def test_a_setting_that_holds_no_signing_secret_is_named_without_its_value(secret: str) -> None:
    said = refusal("incident-io", SVIX, [secret], SVIX_BODY)
    assert said.startswith("KOALR_INCIDENT_IO_WEBHOOK_SECRET")
    assert secret.removeprefix("whsec_") == "" or secret not in said


@pytest.mark.parametrize("name", ["deployments", "incidents"])
def test_scripts_show_a_key_instead(name: str) -> None:
    SOURCES[name].verify({}, BODY, [], SVIX_AT)
    assert SOURCES[name].secret_setting is None


def test_a_digest_looks_through_white_space_and_order_and_at_nothing_else() -> None:
    assert digest(b'{"a": 1, "b": [2]}') == digest(b'{"b":[2],"a":1}\n')
    assert (
        len({digest(each) for each in (b"{}", b"[]", b'{"a": 1}', b'{"a": "1"}', b"", b"{", b"\xff", b"[" * 100_000)})
        == 8
    )
