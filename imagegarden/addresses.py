"""Addresses of machines and networks, as they are written."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_address(written: str | None) -> Address | None:
    """An address; one of IPv4 also where a server that listens on both writes it as IPv6. None where it is none."""
    try:
        found = ipaddress.ip_address(written or "")
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def network_of(address: Address, *, of_four: int, of_six: int) -> Network:
    """The network of so many leading bits that an address is in."""
    return ipaddress.ip_network((address, of_four if address.version == 4 else of_six), strict=False)
