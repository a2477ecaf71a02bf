from __future__ import annotations

from zoco.web.passwords import hash_password, verify_password


async def test_password_is_recognised_and_nothing_else() -> None:
    stored = await hash_password("a calm afternoon")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await verify_password("a calm afternoon", stored)
    assert not await verify_password("a calm evening", stored)


async def test_same_password_is_stored_differently_each_time() -> None:
    assert await hash_password("a calm afternoon") != await hash_password("a calm afternoon")


async def test_nobody_matches_no_password() -> None:
    assert not await verify_password("a calm afternoon", None)
