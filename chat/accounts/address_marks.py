"""What stands for an address in a process's memory. Nothing of it is written or means anything elsewhere."""

import hashlib
import hmac
import ipaddress
import secrets


class AddressMarks:
    """Marks under a key that is made here and never leaves."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def of(self, address: str | None) -> str | None:
        """The mark of an address; None for loopback, which has no limits by address."""
        network = address or "unknown"
        try:
            ip = ipaddress.ip_address(network)
        except ValueError:
            pass
        else:
            if ip.version == 6 and ip.ipv4_mapped is not None:
                ip = ip.ipv4_mapped
            if ip.is_loopback:
                return None
            # One customer has a whole /64 and may change within it at will.
            network = str(ipaddress.ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip)
        return hmac.digest(self._key, network.encode(), hashlib.sha256).hex()
