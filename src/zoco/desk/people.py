"""People at the desk: signing in, sessions, and the first owner (11)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from zoco.database.transaction import Transaction
from zoco.desk.desk import Desk
from zoco.desk.records import log, people, settings
from zoco.desk.records.people import Person
from zoco.desk.vault import digest
from zoco.web.passwords import hash_password, verify_password

IDLE_MAX: Final = timedelta(hours=12)
LIFETIME: Final = timedelta(days=7)
# A session's last use is written this often at most: reading a page should not cost a commit.
_TOUCH_AFTER: Final = timedelta(minutes=5)

_FAILURE_WINDOW: Final = timedelta(minutes=15)
_FAILURES_PER_ACCOUNT: Final = 10
_FAILURES_PER_ADDRESS: Final = 50
PASSWORD_LENGTH_MIN: Final = 8

_SETUP_SETTING: Final = "setup_code_hash"


class SignInRefused(Exception):
    """Wrong name or wrong password; which of them is nobody's business."""


class TooManyAttempts(Exception):
    """This name, or this address, has failed too often of late."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class PasswordTooShort(ValueError):
    """Passwords have at least eight characters."""


class OwnerExists(Exception):
    """The first owner is made once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """`token` goes into the cookie; only its hash is kept."""

    token: str
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    person: Person
    csrf: str


async def owner_exists(desk: Desk) -> bool:
    return await desk.database.read(people.count) > 0


async def make_setup_code(desk: Desk) -> str | None:
    """A code to print where only the owner of the machine reads it; whoever types it becomes the first
    owner. A new one replaces the old. None when there is an owner already."""
    if await owner_exists(desk):
        return None
    code = secrets.token_hex(4)
    await desk.database.write(lambda tx: settings.put(tx, _SETUP_SETTING, digest(code)))
    return code


async def setup_code_matches(desk: Desk, code: str, *, address: str) -> bool:
    """Whether somebody holds the setup code; guesses are counted like failed sign-ins."""
    subjects = {f"setup:{address}": _FAILURES_PER_ACCOUNT}
    await _refuse_the_tireless(desk, subjects)
    stored = await desk.database.read(lambda tx: settings.get(tx, _SETUP_SETTING))
    if await owner_exists(desk):
        return False
    if stored is not None and secrets.compare_digest(stored, digest(code.strip())):
        return True
    await _count_failure(desk, subjects)
    return False


async def create_owner(desk: Desk, *, username: str, name: str, password: str) -> Person:
    """The first person of an empty desk."""
    password_hash = await _hashed(password)
    now = desk.clock.now()

    async def create(tx: Transaction) -> Person:
        if await people.count(tx):
            raise OwnerExists
        return await _add(
            tx, username=username, name=name, role="owner", password_hash=password_hash, by=None, now=now
        )

    return await desk.database.write(create)


async def _add(
    tx: Transaction, *, username: str, name: str, role: str, password_hash: str, by: int | None, now: datetime
) -> Person:
    person_id = await people.add(
        tx, username=_folded(username), name=name, role=role, password_hash=password_hash, now=now
    )
    if person_id is None:
        raise OwnerExists
    await log.audit(tx, person_id=by, action="create_person", subject=f"person:{person_id}", now=now)
    person = await people.get(tx, person_id)
    assert person is not None
    return person


async def _hashed(password: str) -> str:
    if len(password) < PASSWORD_LENGTH_MIN:
        raise PasswordTooShort
    return await hash_password(password)


def _folded(username: str) -> str:
    return username.strip().casefold()


async def sign_in(desk: Desk, username: str, password: str, *, address: str) -> SignedIn:
    """A session for whoever knows the password. Raises SignInRefused or TooManyAttempts."""
    name = _folded(username)
    subjects = {f"account:{name}": _FAILURES_PER_ACCOUNT, f"address:{address}": _FAILURES_PER_ADDRESS}
    await _refuse_the_tireless(desk, subjects)
    known = await desk.database.read(lambda tx: people.by_username(tx, name))
    if not await verify_password(password, None if known is None else known[1]) or known is None:
        await _count_failure(desk, subjects)
        raise SignInRefused
    person = known[0]
    token = secrets.token_urlsafe(32)
    now = desk.clock.now()

    async def begin(tx: Transaction) -> None:
        await people.forget_failures(tx, f"account:{name}")
        await people.add_session(
            tx,
            token_hash=digest(token),
            person_id=person.id,
            csrf=secrets.token_urlsafe(24),
            address=address,
            now=now,
        )
        await log.audit(tx, person_id=person.id, action="sign_in", subject=f"person:{person.id}", now=now)

    await desk.database.write(begin)
    return SignedIn(token=token, person=person)


async def _refuse_the_tireless(desk: Desk, subjects: dict[str, int]) -> None:
    since = desk.clock.now() - _FAILURE_WINDOW

    async def too_many(tx: Transaction) -> bool:
        for subject, allowed in subjects.items():
            if await people.failures(tx, subject, since=since) >= allowed:
                return True
        return False

    if await desk.database.read(too_many):
        raise TooManyAttempts(int(_FAILURE_WINDOW.total_seconds()))


async def _count_failure(desk: Desk, subjects: dict[str, int]) -> None:
    now = desk.clock.now()

    async def count(tx: Transaction) -> None:
        for subject in subjects:
            await people.add_failure(tx, subject, since=now - _FAILURE_WINDOW, now=now)

    await desk.database.write(count)


async def person_of(desk: Desk, token: str) -> Session | None:
    """Whose session a cookie's token is; None when it has ended: 12 h idle, 7 days in all, or signed out."""
    now = desk.clock.now()
    token_hash = digest(token)
    found = await desk.database.read(
        lambda tx: people.session(tx, token_hash, used_after=now - IDLE_MAX, created_after=now - LIFETIME)
    )
    if found is None:
        return None
    if now - found.last_used > _TOUCH_AFTER:
        await desk.database.write(lambda tx: people.touch_session(tx, token_hash, now))
    return Session(person=found.person, csrf=found.csrf)


async def sign_out(desk: Desk, token: str) -> None:
    await desk.database.write(lambda tx: people.end_session(tx, digest(token)))


async def set_language(desk: Desk, person_id: int, locale: str | None) -> None:
    await desk.database.write(lambda tx: people.set_locale(tx, person_id, locale))
