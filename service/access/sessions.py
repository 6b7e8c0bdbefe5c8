"""Sessions: a random token in the browser, its hash in the database, an end by idleness and one by age."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, Engine

from service.store import sign_ins
from service.store.admins import Admin

IDLE, WHOLE = timedelta(hours=8), timedelta(days=7)
"""A session ends this long after it was last used, and this long after it was opened."""
TOUCH = timedelta(minutes=1)
"""How exactly its last use is noted: not every request has to write."""


def start(connection: Connection, admin_id: UUID, *, now: datetime) -> str:
    """Open a session and return its token; sessions that are over are swept out."""
    token = secrets.token_urlsafe(32)
    sign_ins.forget_sessions(connection, opened=now - WHOLE, seen=now - IDLE)
    sign_ins.open_session(connection, kept(token), admin_id, now=now)
    return token


def resume(engine: Engine, token: str, *, now: datetime) -> Admin | None:
    """Return whose session it is and note that it is in use; None when it is over."""
    with engine.begin() as connection:
        found = sign_ins.admin_of(connection, kept(token), opened=now - WHOLE, seen=now - IDLE)
        if found is None:
            return None
        admin, seen_at = found
        if now - seen_at >= TOUCH:
            sign_ins.touch_session(connection, kept(token), now=now)
    return admin


def end(engine: Engine, token: str) -> None:
    """End a session."""
    with engine.begin() as connection:
        sign_ins.close_session(connection, kept(token))


def kept(token: str) -> bytes:
    """Return what the database keeps of a token: who reads it there cannot use it."""
    return sha256(token.encode()).digest()
