"""Certificates of an authority of our own, and of another one that nobody knows."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import trustme


class Certificates:
    """An authority, another one that nobody knows, and what they sign."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self._stranger = trustme.CA()
        self.pem = self._authority.cert_pem.bytes().decode()
        self.der = ssl.PEM_cert_to_DER_cert(self.pem)
        self.file = str(folder / "authority.pem")
        self._authority.cert_pem.write_to_path(self.file)

    def leaf(self, *names: str, expired: bool = False, unknown: bool = False) -> trustme.LeafCert:
        """Sign a certificate, by default for this machine."""
        now = datetime.datetime.now(datetime.UTC)
        authority = self._stranger if unknown else self._authority
        return authority.issue_cert(
            *(names or ("localhost", "127.0.0.1", "::1")),
            not_before=now - datetime.timedelta(days=20),
            not_after=now + datetime.timedelta(days=-10 if expired else 10),
        )

    def context(
        self, *names: str, expired: bool = False, unknown: bool = False, clients: bool = False
    ) -> ssl.SSLContext:
        """Make what a server needs for TLS; with ``clients`` it asks for a client's certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.leaf(*names, expired=expired, unknown=unknown).configure_cert(context)
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            self._authority.configure_trust(context)
        return context

    def pair(self, name: str, *identities: str) -> tuple[str, str]:
        """Write a certificate and its key; returns their paths."""
        leaf = self.leaf(*identities)
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        key.write_bytes(leaf.private_key_pem.bytes())
        return str(certificate), str(key)
