"""The lake's own key, which signs seals: made once, kept in the lake's folder, its public half for whoever verifies.

One idea: whoever verifies should hold the public key from elsewhere, since who can write the folder can also make a new
key. Ed25519: short, fast, and the same text always gives the same signature.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bastide.errors import InputError

NAME = "seal-key.pem"


def private_key(root: Path) -> Ed25519PrivateKey:
    """The lake's key, made when there is none. Raises InputError when the file holds something else."""
    path = root / NAME
    if not path.exists():
        write_private_key(path, Ed25519PrivateKey.generate())
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as wrong:
        raise InputError(f"the lake's key cannot be read: {wrong}", str(path), "put the right file back") from wrong
    if not isinstance(found, Ed25519PrivateKey):
        raise InputError("the lake's key is not an Ed25519 key", str(path), "put the right file back")
    return found


def own_public_key(root: Path) -> Ed25519PublicKey:
    """The public half of the lake's own key. Raises InputError when the lake has none, since nothing was sealed."""
    if not (root / NAME).exists():
        raise InputError("the lake has no key: nothing in it was ever sealed, or the key is gone", str(root / NAME),
                         "name the public key that you kept: --key FILE")  # fmt: skip
    return private_key(root).public_key()


def write_private_key(path: Path, key: Ed25519PrivateKey | RSAPrivateKey) -> None:
    """Keep the key in a PEM file that only its owner may read; a kill leaves the whole file or none."""
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def public_pem(key: Ed25519PublicKey) -> str:
    """The public key as text."""
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(encoding, form).decode()


def read_public_key(path: Path, fix: str = "bastide lake verify --show-key") -> Ed25519PublicKey:
    """The public key in a PEM file. ``fix``: where somebody finds the right one.

    Raises:
        InputError: the file cannot be read, or holds no such key.
    """
    try:
        found = serialization.load_pem_public_key(path.read_bytes())
    except OSError as wrong:
        raise InputError(f"the public key cannot be read: {wrong.strerror}", str(path), fix) from wrong
    except (ValueError, UnsupportedAlgorithm) as wrong:
        raise InputError("the public key cannot be read: it is no key in PEM", str(path), fix) from wrong
    if not isinstance(found, Ed25519PublicKey):
        raise InputError("that is not the public key of a lake", str(path), fix)
    return found


def holds(key: Ed25519PublicKey, signature: str, text: bytes) -> bool:
    """Whether a hexadecimal signature over the text is the key's."""
    try:
        key.verify(bytes.fromhex(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True
