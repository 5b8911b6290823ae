"""IP addresses, and who it is that asks through a proxy (pure)."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def address(text: str) -> Address | None:
    """An address as a socket or a forwarding header writes it, with or without a port; None if it is none.

    An IPv4 address inside an IPv6 one is the IPv4 address, so that one setting fits both kinds of sockets.
    """
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def within(found: Address | None, networks: Sequence[Network]) -> bool:
    """Whether an address is known and in one of the networks."""
    return found is not None and any(found in network for network in networks)


def client(peer: str, forwarded_for: Sequence[str], trusted: Sequence[Network]) -> Address | None:
    """The address that a request comes from.

    Only a trusted proxy is believed what it says of others: it adds the address it sees at the right, and what stands
    left of the first stranger was written by that stranger.

    Args:
        peer: the other end of the connection.
        forwarded_for: every X-Forwarded-For header, in order.
        trusted: the networks of our own proxies.

    Returns:
        None if a proxy does not tell; its own address would stand for everybody behind it.
    """
    direct = address(peer)
    if not within(direct, trusted):
        return direct
    for entry in reversed(",".join(forwarded_for).split(",")):
        found = address(entry)
        if not within(found, trusted):
            return found
    return None
