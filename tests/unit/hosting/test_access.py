"""Who comes in after a log-in, and which TVs without one."""

from ipaddress import ip_network

import pytest

from hosting.access import Arrival, is_tv, listed, refusal
from hosting.sharing import Sharing

DOMAINS = ("acme.com", "acme.org")
TVS = Sharing(
    tv_networks=(ip_network("10.1.0.0/16"), ip_network("2001:db8::/32")),
    tv_header="X-Koalr-TV",
    trusted_proxies=(ip_network("127.0.0.1"),),
)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ann@acme.com", "email_verified": True},
        {"email": "ANN@Acme.ORG", "email_verified": "true"},
        {"email": "ann+tv@acme.com"},
    ],
)
def test_verified_people_of_a_domain_come_in(claims: dict[str, object]) -> None:
    assert refusal(claims, DOMAINS) is None


@pytest.mark.parametrize(
    "email",
    [
        "ann@evil.com",
        "ann@notacme.com",
        "ann@sub.acme.com",
        "ann@acme.com.evil.com",
        "ann@acme.com@evil.com",
        "ann@evil.com@acme.com",
        "ann@acme.com.",
        "ann@acme.com ",
        "ann@acme.com\n",
        "ann@ac\u200bme.com",
        "ann@acme.\u0441om",
        "@acme.com",
        "acme.com",
    ],
)
def test_no_address_that_only_looks_like_the_domain_comes_in(email: str) -> None:
    assert refusal({"email": email, "email_verified": True}, DOMAINS) == (
        "This dashboard is for people with an e-mail address at acme.com or acme.org."
    )


def test_the_kelvin_sign_is_no_k() -> None:
    assert refusal({"email": "ann@\u212aoalr.com"}, ("koalr.com",)) is not None


@pytest.mark.parametrize("verified", [False, "false", None, 0, "yes"])
def test_an_address_must_not_be_unverified(verified: object) -> None:
    assert "not been verified" in (refusal({"email": "ann@acme.com", "email_verified": verified}, DOMAINS) or "")


@pytest.mark.parametrize("claims", [{}, {"email": None}, {"email": ""}, {"email": ["ann@acme.com"]}])
def test_who_has_no_address_does_not_come_in(claims: dict[str, object]) -> None:
    assert "did not tell" in (refusal(claims, DOMAINS) or "")


def test_without_domains_whoever_the_provider_lets_in_comes_in() -> None:
    assert refusal({}, ()) is None


@pytest.mark.parametrize(
    "arrival",
    [
        Arrival("10.1.2.3"),
        Arrival("::ffff:10.1.2.3"),
        Arrival("2001:db8::7"),
        Arrival("127.0.0.1", ["10.1.2.3"]),
        Arrival("127.0.0.1", ["203.0.113.9"], ["1"]),
        Arrival("127.0.0.1", [], ["1"]),
    ],
)
def test_tvs_need_no_log_in(arrival: Arrival) -> None:
    assert is_tv(arrival, TVS)


@pytest.mark.parametrize(
    "arrival",
    [
        Arrival("203.0.113.9"),
        Arrival("203.0.113.9", ["10.1.2.3"], ["1"]),
        Arrival("127.0.0.1"),
        Arrival("127.0.0.1", ["10.1.2.3, 203.0.113.9"]),
        Arrival("127.0.0.1", [], [""]),
        Arrival("127.0.0.1", [], ["1", "0"]),
        Arrival("127.0.0.1", [], ["true"]),
    ],
)
def test_others_do(arrival: Arrival) -> None:
    assert not is_tv(arrival, TVS)


def test_without_settings_nobody_is_a_tv() -> None:
    assert not is_tv(Arrival("127.0.0.1", ["10.1.2.3"], ["1"]), Sharing())


def test_domains_are_listed_as_one_says_them() -> None:
    assert [listed(DOMAINS[:1]), listed(DOMAINS), listed(("a.com", "b.com", "c.com"))] == [
        "acme.com",
        "acme.com or acme.org",
        "a.com, b.com or c.com",
    ]
