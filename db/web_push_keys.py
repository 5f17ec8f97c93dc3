"""The installation's own pair of keys for web push (VAPID, RFC 8292), made out of one of its secrets."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256."""


def private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """The same key for the same secret, on every machine that has it."""
    number = int.from_bytes(hashlib.sha256(f"web push/{secret}".encode()).digest(), "big")
    return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(secret: str) -> str:
    """What a browser subscribes with: 65 bytes in URL-safe Base64 without padding."""
    point = private_key(secret).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
