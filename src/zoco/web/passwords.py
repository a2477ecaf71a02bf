"""Passwords: argon2id, computed in a thread so that the event loop goes on.

    stored = await hash_password("correct horse")
    await verify_password("correct horse", stored)   # True

`verify_password(…, None)` spends the same time on a name nobody has, so that an answer's delay
does not tell which names exist.
"""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

# RFC 9106's second recommended setting: 64 MiB, three passes, four lanes.
_hasher = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)
# The shape of a stored password that nothing matches, at the same cost: written out, because making
# one would cost every start of the program a tenth of a second.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$" + "A" * 22 + "$" + "A" * 43


async def hash_password(password: str) -> str:
    """The text to store; it names its own parameters and salt."""
    return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one that `stored` was made from; False when nobody is stored."""
    matches = await asyncio.to_thread(_verify, password, stored or _NOBODY)
    return matches and stored is not None


def _verify(password: str, stored: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except VerificationError:
        return False
