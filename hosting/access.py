"""Who may look at the dashboard (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hosting.networks import address, client, within
from hosting.sharing import Sharing

TV_MARK = "1"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a viewer's connection came in: its other end, and the headers of its first request."""

    peer: str
    forwarded_for: Sequence[str] = ()
    tv_marks: Sequence[str] = ()


def is_tv(arrival: Arrival, sharing: Sharing) -> bool:
    """Whether this is a TV that needs no log-in: by its address, or because a trusted proxy says so."""
    if within(client(arrival.peer, arrival.forwarded_for, sharing.trusted_proxies), sharing.tv_networks):
        return True
    by_proxy = within(address(arrival.peer), sharing.trusted_proxies)
    # Every one of them: a mark that a viewer sent along stands beside the one of the proxy.
    return bool(sharing.tv_header and by_proxy and arrival.tv_marks) and set(arrival.tv_marks) == {TV_MARK}


def refusal(claims: Mapping[str, object], domains: Sequence[str]) -> str | None:
    """Why somebody who has logged in may not come in, as one sentence; None if they may.

    Args:
        claims: what the provider says of the person, `email` and perhaps `email_verified`.
        domains: mail domains that may come in, lower case; none: all.
    """
    if not domains:
        return None
    email = claims.get("email")
    if not isinstance(email, str) or not email:
        return "The log-in did not tell your e-mail address, and this dashboard goes by it."
    if claims.get("email_verified", True) not in (True, "true"):
        return "Your e-mail address has not been verified by whoever logged you in."
    local, _, domain = email.rpartition("@")
    # Lower case before ASCII would turn the Kelvin sign into a k.
    if "@" in local or not local or not domain.isascii() or domain.lower() not in domains:
        return f"This dashboard is for people with an e-mail address at {listed(domains)}."
    return None


def listed(domains: Sequence[str]) -> str:
    """ "acme.com", "acme.com or acme.org", "a.com, b.com or c.com"."""
    return " or ".join(filter(None, (", ".join(domains[:-1]), domains[-1])))
