"""Settings of a shared dashboard: domains, TVs, proxies, frames. A setting that would protect less than it says is refused."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TypeVar

from hosting.networks import Network

LOGIN_DOMAINS = "KOALR_LOGIN_DOMAINS"
TV_ADDRESSES = "KOALR_TV_ADDRESSES"
TV_HEADER = "KOALR_TV_HEADER"
TRUSTED_PROXIES = "KOALR_TRUSTED_PROXIES"
FRAME_ANCESTORS = "KOALR_FRAME_ANCESTORS"
# Read by uvicorn, which without it believes any program on this machine what it says of where it comes from.
FORWARDED_ALLOW_IPS = "FORWARDED_ALLOW_IPS"

_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?")

Parsed = TypeVar("Parsed")


class SettingError(ValueError):
    """A setting cannot be used; the text names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who may look, and from where.

    Attributes:
        login_domains: mail domains that may come in, lower case; none: everyone whom the provider lets in.
        tv_networks: where TVs are that need no log-in.
        tv_header: the header with which a trusted proxy marks a TV, by the value 1.
        trusted_proxies: where our own proxies are.
        frame_ancestors: origins besides our own whose pages may embed ours.
    """

    login_domains: tuple[str, ...] = ()
    tv_networks: tuple[Network, ...] = ()
    tv_header: str | None = None
    trusted_proxies: tuple[Network, ...] = ()
    frame_ancestors: tuple[str, ...] = ()

    @classmethod
    def read(cls, login: bool, environment: Mapping[str, str] | None = None) -> "Sharing":
        """The settings in the environment.

        Args:
            login: whether a log-in is set up.

        Raises:
            SettingError: a value cannot be used, or does nothing where it should protect something.
        """
        values = os.environ if environment is None else environment
        found = cls(
            _entries(values, LOGIN_DOMAINS, _domain),
            _entries(values, TV_ADDRESSES, _network),
            _header(values.get(TV_HEADER, "")),
            _entries(values, TRUSTED_PROXIES, _network),
            _entries(values, FRAME_ANCESTORS, _origin),
        )
        found._check(login, values)
        return found

    def _check(self, login: bool, values: Mapping[str, str]) -> None:
        for name in (LOGIN_DOMAINS, TV_ADDRESSES, TV_HEADER):
            if values.get(name) and not login:
                raise SettingError(
                    f"{name} is set, but no log-in is, so the dashboard would be open to everyone. "
                    f"Add [auth] to .streamlit/secrets.toml (docs/DEPLOY.md), or unset {name}."
                )
        if self.tv_header and not self.trusted_proxies:
            raise SettingError(f"{TV_HEADER} is believed only from a proxy: set {TRUSTED_PROXIES} too, or unset it.")
        if (self.tv_networks or self.trusted_proxies) and values.get(FORWARDED_ALLOW_IPS) != "":
            raise SettingError(
                f"{TV_ADDRESSES if self.tv_networks else TRUSTED_PROXIES} needs the true address of whoever connects. Start the "
                f"dashboard with {FORWARDED_ALLOW_IPS} set and empty, so that the web server does not replace it."
            )


def _entries(values: Mapping[str, str], name: str, parse: Callable[[str], Parsed]) -> tuple[Parsed, ...]:
    """A list between commas or blanks. What is set and holds nothing is a mistake: it would switch the setting off."""
    text = values.get(name, "")
    entries = [entry for entry in re.split(r"[,\s]+", text) if entry]
    if text and not entries:
        raise SettingError(f"{name} is {text!r}, which names nothing; correct it, or unset it.")
    parsed = []
    for entry in entries:
        try:
            parsed.append(parse(entry))
        except ValueError as error:
            raise SettingError(f"{name} has {entry[:80]!r}, which is no {error}; correct it, or unset it.") from None
    return tuple(parsed)


def _domain(text: str) -> str:
    if not text.isascii() or not _DOMAIN.fullmatch(text.lower()):
        raise ValueError("domain such as acme.com (an international one in its xn-- form)")
    return text.lower()


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError("network such as 10.1.0.0/16 or address such as 10.1.0.7") from None


def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise ValueError("origin such as https://intranet.acme.com")
    return text


def _header(text: str) -> str | None:
    name = text.strip()
    if text and not _HEADER.fullmatch(name):
        raise SettingError(f"{TV_HEADER} is {text[:80]!r}; it should be the name of a header, such as X-Koalr-TV.")
    return name or None
