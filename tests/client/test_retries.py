from __future__ import annotations

import pytest

from tests.client import bodies
from tests.client.fake_marketplace import FakeMarketplace
from zoco.client import (
    Client,
    ClientError,
    Garbled,
    NotFound,
    Retries,
    ServerFailed,
    TimedOut,
    TooManyRequests,
    Unreachable,
)

ORDER = "GET /orders/731867397"


def too_many(retry_after: float | None) -> TooManyRequests:
    error = TooManyRequests(429, "too_many_requests", "Too Many Requests")
    error.retry_after = retry_after
    return error


@pytest.mark.parametrize(
    ("error", "attempt", "shortest", "longest"),
    [
        (Unreachable(""), 1, 1, 2),
        (Unreachable(""), 2, 2, 4),
        (Unreachable(""), 3, 4, 8),
        (Unreachable(""), 4, 5, 10),  # the longest wait
        (TimedOut(""), 1, 1, 2),
        (ServerFailed(503, "", retry_after=None), 1, 1, 2),
        (ServerFailed(503, "", retry_after=7.0), 1, 7, 7),
        (too_many(None), 1, 1, 2),
        (too_many(10.0), 1, 10, 10),
        (too_many(0.0), 1, 0, 0),
    ],
)
def test_how_long_it_waits(error: ClientError, attempt: int, shortest: float, longest: float) -> None:
    retries = Retries(attempts=5, first_wait_seconds=2.0, longest_wait_seconds=10.0)

    waits = [retries.wait_before_next(attempt, error) for _ in range(50)]

    assert all(wait is not None and shortest <= wait <= longest for wait in waits)


@pytest.mark.parametrize(
    ("error", "attempt"),
    [
        (Unreachable(""), 5),
        (too_many(11.0), 1),
        (ServerFailed(503, "", retry_after=3600.0), 1),
        (ServerFailed(500, "", retry_after=None), 1),
        (NotFound(404, "", ""), 1),
        (Garbled(""), 1),
    ],
)
def test_when_it_gives_up(error: ClientError, attempt: int) -> None:
    assert Retries(attempts=5).wait_before_next(attempt, error) is None


async def test_a_get_is_repeated_until_it_succeeds(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(ORDER, status=503)
    marketplace.answer(ORDER, status=429, headers={"Retry-After": "0"})
    marketplace.answer(ORDER, bodies.order())

    order = await client.orders.get(731867397)

    assert order.id == 731867397
    assert len(marketplace.requests) == 3


async def test_repeating_is_bounded(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(ORDER, status=503)

    with pytest.raises(ServerFailed):
        await client.orders.get(731867397)

    assert len(marketplace.requests) == 3


async def test_only_a_get_is_repeated(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer("POST /orders", status=503)

    with pytest.raises(ServerFailed):
        await client.orders.place(item_id="MLB1", quantity=1)

    assert len(marketplace.requests) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Sun, 27 May 2012 10:01:00 GMT", 60.0),  # the answer itself says 10:00:00
        ("Sun, 27 May 2012 09:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
async def test_a_long_retry_after_is_left_to_the_caller(
    marketplace: FakeMarketplace, header: str, seconds: float | None
) -> None:
    marketplace.answer("GET /sites", status=429, headers={"Retry-After": header})
    async with Client(marketplace.base_url, retries=Retries(attempts=1)) as client:
        with pytest.raises(TooManyRequests) as caught:
            await client.sites.all()

    assert caught.value.retry_after == seconds
