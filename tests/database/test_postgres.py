"""What is PostgreSQL's own: collisions are tried again, row locks hold."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from tests.database.things import all_rows, names, put
from zoco.database import open_database
from zoco.database.errors import DatabaseUnavailable
from zoco.database.transaction import Database, Transaction

pytestmark = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


async def test_a_deadlock_is_tried_again_until_both_are_done(shelf: Database) -> None:
    """Each of two works locks the row that the other wants next; one of them is run twice."""
    await put(shelf, (1, "left", 0), (2, "right", 0))
    both_hold = asyncio.Barrier(2)
    runs = 0

    async def lock_both(tx: Transaction, first: int, second: int, *, meet: bool) -> None:
        nonlocal runs
        runs += 1
        raise_amount = "UPDATE things SET amount = amount + 1 WHERE id = :id"
        await tx.run(raise_amount, {"id": first})
        if meet:
            await both_hold.wait()
        await tx.run(raise_amount, {"id": second})

    def crossing(first: int, second: int) -> object:
        met = False

        async def work(tx: Transaction) -> None:
            nonlocal met
            meet, met = not met, True
            await lock_both(tx, first, second, meet=meet)

        return shelf.write(work)

    await asyncio.gather(crossing(1, 2), crossing(2, 1))  # type: ignore[call-overload]
    assert runs == 3
    assert await all_rows(shelf, "SELECT amount FROM things ORDER BY id") == [(2,), (2,)]


async def test_a_collision_that_never_ends_reaches_the_caller(shelf: Database) -> None:
    runs = 0

    async def collide(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        await tx.run("DO $$ BEGIN RAISE EXCEPTION SQLSTATE '40001'; END $$")

    with pytest.raises(asyncpg.SerializationError):
        await shelf.write(collide)
    assert runs == 6


async def test_more_works_than_connections_wait_their_turn(shelf: Database) -> None:
    await put(shelf, (1, "counter", 0))

    async def increment(tx: Transaction) -> None:
        await tx.run("UPDATE things SET amount = amount + 1 WHERE id = 1")

    await asyncio.gather(*(shelf.write(increment) for _ in range(80)))
    assert await all_rows(shelf, "SELECT amount FROM things") == [(80,)]


async def test_a_caller_who_gives_up_leaves_no_lock_behind(shelf: Database) -> None:
    await put(shelf, (1, "counter", 0))
    held = asyncio.Event()

    async def hold(tx: Transaction) -> None:
        await tx.run("UPDATE things SET amount = 99 WHERE id = 1")
        held.set()
        await asyncio.Event().wait()

    holding = asyncio.create_task(shelf.write(hold))
    await held.wait()
    holding.cancel()
    await shelf.write(lambda tx: tx.run("UPDATE things SET amount = amount + 1 WHERE id = 1"))
    assert await all_rows(shelf, "SELECT amount FROM things") == [(1,)]


@pytest.mark.parametrize(
    ("long", "time_outs"), [(False, ["10s", "5s", "15s"]), (True, ["0", "0", "0"])], ids=["ordinary", "long"]
)
async def test_every_work_has_time_outs_but_a_long_one(
    shelf: Database, long: bool, time_outs: list[str]
) -> None:
    async def look(tx: Transaction) -> list[str]:
        rows = [
            await tx.one(f"SHOW {setting}")
            for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        ]
        return [row[0] for row in rows if row is not None]

    assert await shelf.write(look, long=long) == time_outs
    # What is set for a long work ends with it.
    assert await shelf.read(look) == ["10s", "5s", "15s"]


async def test_a_statement_that_runs_away_is_ended_and_nothing_of_its_work_is_kept(shelf: Database) -> None:
    async def run_away(tx: Transaction) -> None:
        await tx.run("INSERT INTO things (id, name) VALUES (1, 'lamp')")
        await tx.run("SET LOCAL statement_timeout = '20ms'")
        await tx.run("SELECT pg_sleep(20)")

    with pytest.raises(DatabaseUnavailable, match="statement timeout"):
        await shelf.write(run_away)
    assert await names(shelf) == []


async def test_a_lock_that_is_never_given_back_is_not_waited_for_for_ever(shelf: Database) -> None:
    await put(shelf, (1, "counter", 0))
    locked, over = asyncio.Event(), asyncio.Event()

    async def hold(tx: Transaction) -> None:
        await tx.run("UPDATE things SET amount = 7")
        locked.set()
        await over.wait()

    async def wait_for_it(tx: Transaction) -> None:
        await tx.run("SET LOCAL lock_timeout = '20ms'")
        await tx.run("UPDATE things SET amount = 9")

    holding = asyncio.create_task(shelf.write(hold))
    await locked.wait()
    with pytest.raises(DatabaseUnavailable, match="lock timeout"):
        await shelf.write(wait_for_it)
    over.set()
    await holding
    assert await all_rows(shelf, "SELECT amount FROM things") == [(7,)]


async def test_a_transaction_that_stands_still_loses_its_locks(shelf: Database) -> None:
    await put(shelf, (1, "counter", 0))
    locked, over = asyncio.Event(), asyncio.Event()

    async def stand_still(tx: Transaction) -> None:
        await tx.run("SET LOCAL idle_in_transaction_session_timeout = '20ms'")
        await tx.run("UPDATE things SET amount = 7")
        locked.set()
        await over.wait()
        await tx.run("UPDATE things SET amount = 8")

    standing = asyncio.create_task(shelf.write(stand_still))
    await locked.wait()
    await shelf.write(lambda tx: tx.run("UPDATE things SET amount = 9"))
    over.set()
    with pytest.raises(DatabaseUnavailable, match="connection is lost"):
        await standing
    assert await all_rows(shelf, "SELECT amount FROM things") == [(9,)]


async def test_a_column_that_a_newer_program_adds_is_not_noticed(empty_database_url: str) -> None:
    """A statement that reads the whole row has another result from then on."""
    older, newer = [await open_database(empty_database_url) for _ in range(2)]

    async def whole(tx: Transaction) -> int:
        return len(await tx.all("SELECT * FROM things"))

    await older.write(lambda tx: tx.run("CREATE TABLE things (id BIGINT PRIMARY KEY)"))
    for call in (older.read, older.write):
        assert await call(whole) == 0
        await newer.write(
            lambda tx: tx.run(f"ALTER TABLE things ADD COLUMN {call.__name__}_later BIGINT")  # noqa: B023
        )
        assert await call(whole) == 0
    for database in (older, newer):
        await database.close()


@pytest.mark.parametrize("call", ["read", "write"])
async def test_a_session_that_the_server_ended_is_a_database_that_is_away(shelf: Database, call: str) -> None:
    async def be_ended(tx: Transaction) -> None:
        await tx.one("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(DatabaseUnavailable, match="connection is lost"):
        await getattr(shelf, call)(be_ended)
    await put(shelf, (1, "counter", 0))
    assert await names(shelf) == ["counter"]


async def test_a_session_that_has_ended_before_the_commit_has_done_nothing(shelf: Database) -> None:
    async def outlive_the_session(tx: Transaction) -> None:
        session = await tx.one("SELECT pg_backend_pid() AS id")
        assert session is not None
        await tx.run("INSERT INTO things (id, name, amount) VALUES (1, 'lamp', 0)")
        ended = {"id": session["id"]}
        # It answers when the session is gone; this side hears of that while it asks for another connection.
        await shelf.read(lambda other: other.one("SELECT pg_terminate_backend(:id, 5000)", ended))
        await shelf.read(lambda other: other.one("SELECT 1"))

    with pytest.raises(DatabaseUnavailable, match="connection is lost"):
        await shelf.write(outlive_the_session)
    assert await names(shelf) == []


async def test_a_commit_whose_answer_is_lost_is_not_said_to_have_done_nothing(shelf: Database) -> None:
    """The session is ended by the commit itself: a check that is put off until then ends it."""

    async def prepare(tx: Transaction) -> None:
        await tx.run(
            "CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
        )
        await tx.run(
            "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION end_session()"
        )

    await shelf.write(prepare)
    with pytest.raises(asyncpg.PostgresError):
        await put(shelf, (1, "counter", 0))
