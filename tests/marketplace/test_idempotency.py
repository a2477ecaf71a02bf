"""A request that comes twice is done once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.marketplace.market import Market
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace.caller import Caller
from zoco.marketplace.idempotency import KeptAnswer, answer_once


class Acts:
    """Counts how often it is asked to act."""

    def __init__(self, refusal: Refused | None = None) -> None:
        self.times = 0
        self.refusal = refusal

    async def __call__(self) -> tuple[int, bytes]:
        self.times += 1
        if self.refusal is not None:
            raise self.refusal
        return 201, b'{"id": %d}' % self.times


async def ask(market: Market, acts: Acts, by: Caller, request_hash: str = "hash") -> KeptAnswer:
    return await market.database.write(
        lambda tx: answer_once(tx, by, "key-1", request_hash, acts, market.now)
    )


async def test_the_first_answer_is_given_again(market: Market) -> None:
    acts = Acts()

    first, second = await ask(market, acts, market.buyer), await ask(market, acts, market.buyer)

    assert first == KeptAnswer(201, b'{"id": 1}', replayed=False)
    assert second == KeptAnswer(201, b'{"id": 1}', replayed=True)
    assert acts.times == 1


async def test_a_key_belongs_to_its_caller_and_to_one_request(market: Market) -> None:
    acts = Acts()
    await ask(market, acts, market.buyer)

    assert not (await ask(market, acts, market.rival)).replayed
    with pytest.raises(Refused) as refused:
        await ask(market, acts, market.buyer, "another hash")
    assert refused.value.reason is Reason.IDEMPOTENCY_KEY_REUSED


async def test_a_key_lives_a_day(market: Market) -> None:
    acts = Acts()
    await ask(market, acts, market.buyer)
    market.clock.advance(timedelta(hours=24))

    assert await ask(market, acts, market.buyer, "another hash") == KeptAnswer(
        201, b'{"id": 2}', replayed=False
    )


async def test_a_refusal_leaves_the_key_free(market: Market) -> None:
    with pytest.raises(Refused):
        await ask(market, Acts(Refused(Reason.NOT_ENOUGH_STOCK)), market.buyer)

    assert not (await ask(market, Acts(), market.buyer)).replayed
