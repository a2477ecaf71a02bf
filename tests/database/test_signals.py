"""Who listens is woken by commits, and by nothing else."""

from __future__ import annotations

import asyncio

import pytest

from zoco.database import open_database
from zoco.database.transaction import Database, Transaction


class Bell:
    """Counts its rings; `rung` waits for the first."""

    def __init__(self) -> None:
        self.rings = 0
        self._event = asyncio.Event()

    def ring(self) -> None:
        self.rings += 1
        self._event.set()

    async def rung(self) -> None:
        await asyncio.wait_for(self._event.wait(), timeout=20)


async def signal_feed(tx: Transaction) -> None:
    tx.signal("feed")
    tx.signal("feed")


async def signal_live(tx: Transaction) -> None:
    tx.signal("live")


async def test_a_commit_wakes_the_listeners_of_its_signals_once(empty_database: Database) -> None:
    feed, another, live = Bell(), Bell(), Bell()
    empty_database.on_signal("feed", feed.ring)
    empty_database.on_signal("feed", another.ring)
    empty_database.on_signal("live", live.ring)
    await empty_database.write(signal_feed)
    await feed.rung()
    assert (feed.rings, another.rings, live.rings) == (1, 1, 0)


async def test_the_change_is_there_when_the_listener_is_called(shelf: Database) -> None:
    seen: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    reads: set[asyncio.Task[None]] = set()

    async def look() -> None:
        seen.set_result(len(await shelf.read(lambda tx: tx.all("SELECT id FROM things"))))

    async def put_and_signal(tx: Transaction) -> None:
        tx.signal("feed")
        await tx.run("INSERT INTO things (id, name) VALUES (1, 'lamp')")

    shelf.on_signal("feed", lambda: reads.add(asyncio.create_task(look())))
    await shelf.write(put_and_signal)
    assert await asyncio.wait_for(seen, timeout=20) == 1


async def test_a_rollback_wakes_nobody(empty_database: Database) -> None:
    feed, live = Bell(), Bell()
    empty_database.on_signal("feed", feed.ring)
    empty_database.on_signal("live", live.ring)

    async def refuse(tx: Transaction) -> None:
        await signal_feed(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await empty_database.write(refuse)
    await empty_database.write(signal_live)
    await live.rung()
    assert feed.rings == 0


async def test_a_listener_that_fails_does_not_keep_the_others_from_hearing(empty_database: Database) -> None:
    feed = Bell()
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: complaints.append(str(context["exception"]))
    )
    empty_database.on_signal("feed", _broken)
    empty_database.on_signal("feed", feed.ring)
    await empty_database.write(signal_feed)
    await feed.rung()
    assert complaints == ["a listener broke"]


def _broken() -> None:
    raise ValueError("a listener broke")


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_on_postgresql_another_process_hears_it_too(empty_database_url: str) -> None:
    """Two open databases have a pool and a listening connection each, as two processes would."""
    here, there = await open_database(empty_database_url), await open_database(empty_database_url)
    bell_here, bell_there = Bell(), Bell()
    here.on_signal("feed", bell_here.ring)
    there.on_signal("feed", bell_there.ring)
    await _listening(there, connections=2)
    await here.write(signal_feed)
    await bell_there.rung()
    assert (bell_here.rings, bell_there.rings) == (1, 1)
    await here.close()
    await there.close()


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
async def test_a_lost_listening_connection_is_replaced_and_its_listeners_are_woken(
    empty_database: Database,
) -> None:
    bell = Bell()
    empty_database.on_signal("feed", bell.ring)
    await _listening(empty_database, connections=1)
    await empty_database.write(_end_listening_connections)
    await bell.rung()
    assert bell.rings == 1


async def _end_listening_connections(tx: Transaction) -> None:
    await tx.all(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'zoco signals'"
    )


async def _listening(database: Database, *, connections: int) -> None:
    """Wait until so many connections to this database listen."""

    async def listeners(tx: Transaction) -> int:
        # pg_stat_activity keeps the last statement of a connection that is idle.
        row = await tx.one(
            "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'zoco signals' AND state = 'idle' AND query LIKE 'LISTEN%'"
        )
        assert row is not None
        number: int = row["number"]
        return number

    while await database.read(listeners) < connections:
        continue
