"""An RSA key made from a seed, so that the digests of generated trails are the same bytes every time.

Anybody who knows the seed has the private key: it signs made-up trails and must never sign anything else.
"""

from __future__ import annotations

import random
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_EXPONENT = 65537
_SMALL = [number for number in range(3, 2000, 2) if all(number % other for other in range(3, int(number**0.5) + 1, 2))]
_ROUNDS = 24  # of Miller and Rabin: an error is less likely than 4^-24


@cache
def make_key(seed: str) -> rsa.RSAPrivateKey:
    """The 2,048-bit key of a seed."""
    rng = random.Random(f"{seed}/key")
    p, q = _prime(rng), _prime(rng)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public)
    return numbers.private_key()


def public_der(key: rsa.RSAPrivateKey) -> bytes:
    """The public key as ListPublicKeys gives it: DER, PKCS#1."""
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)


def sign(key: rsa.RSAPrivateKey, text: str) -> str:
    """The PKCS#1 v1.5 signature over the text's SHA-256, hexadecimal."""
    return key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()


def _prime(rng: random.Random) -> int:
    while True:
        found = rng.getrandbits(1024) | 1 | (3 << 1022)
        if found % _EXPONENT != 1 and all(found % small for small in _SMALL) and _is_prime(found, rng):
            return found


def _is_prime(number: int, rng: random.Random) -> bool:
    """The test of Miller and Rabin."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(_ROUNDS):
        power = pow(rng.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True
