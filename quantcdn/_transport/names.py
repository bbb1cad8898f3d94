"""What the name of a host says by itself."""

from __future__ import annotations

import ipaddress


def is_loopback(name: str) -> bool:
    """Say whether a host is this machine by its very name: ``localhost`` or a loopback address.

    ``api.localhost`` is not among them: whether such a name stays on the machine is the resolver's choice.
    """
    name = name.strip("[]").removesuffix(".").lower()
    if name == "localhost":
        return True
    address = ip_address(name)
    return address is not None and address.is_loopback


def ip_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address; one of IPv4 in the form of IPv6 is one of IPv4."""
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
