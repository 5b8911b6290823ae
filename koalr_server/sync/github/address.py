"""Where GitHub's API is, and that nobody leaves it (pure)."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from urllib3.util import parse_url

from koalr_server.errors import InputError

GITHUB = "https://api.github.com"
PORTS = {"https": 443, "http": 80}
# Within it a network that speaks IPv6 alone writes IPv4 addresses (RFC 6052).
TRANSLATED = IPv6Network("64:ff9b::/96")


def base_url(text: str) -> str:
    """The address of an API, without a slash at its end.

    Raises:
        InputError: it is none, holds a name or password, or would send a token in clear text over a network.
    """
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), None
    if parts.username or parts.password:
        # Not repeated, for it holds what should be secret.
        raise InputError(
            "--url holds a name or a password; give the address alone, the token goes into KOALR_GITHUB_TOKEN."
        )
    if parts.scheme not in PORTS or not host or parts.query or parts.fragment or _origin(text.strip()) is None:
        raise InputError(
            f"--url {text[:200]!r} is no address of an API; write https://api.github.com or https://HOST/api/v3."
        )
    if parts.scheme == "http" and not on_loopback(host):
        raise InputError(f"--url {text[:200]!r} would send the token in clear text; write https://{host}{parts.path}.")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def graphql_url(base: str) -> str:
    """Where GraphQL is asked: beside the REST API, on an Enterprise server at /api/graphql."""
    return f"{base.removesuffix('/v3')}/graphql"


def of_github(base: str) -> bool:
    """Whether GitHub runs the server, and so limits what it is asked; those of a company have no limits unless they are set."""
    host = urlsplit(base).hostname or ""
    return host == urlsplit(GITHUB).hostname or host.endswith(".ghe.com")


def on_loopback(host: str) -> bool:
    """Whether a host is this machine by its name."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses are of one server."""
    return _origin(one) == _origin(other) is not None


def may_download(url: str, api_url: str) -> bool:
    """Whether a report may be fetched from there: encrypted, or from the API itself."""
    origin = _origin(url)
    return origin is not None and (origin[0] == "https" or origin == _origin(api_url))


def is_public(text: str) -> bool:
    """Whether an IP address is one of the internet: not of this machine, a local network, or a cloud's own services."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if address in TRANSLATED:
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        address = within or address
    return address.is_global and not address.is_multicast


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port, read as the library reads them that sends; another reader may see another host in the same text."""
    try:
        parts = parse_url(url)
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.host or parts.auth is not None or "\\" in url:
        return None
    return parts.scheme, parts.host, parts.port or PORTS[parts.scheme]
