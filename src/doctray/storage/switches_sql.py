"""What the processes agree on beside jobs: turns at shared duties, and operators' flags."""

from sqlalchemy import bindparam, delete, insert, or_, select, update

from doctray.storage.store import Tx
from doctray.storage.tables import flags, turns

_FLAG = select(flags.c.value).where(flags.c.name == bindparam("of"))


def take_turn(tx: Tx, name: str, *, holder: str, hold_s: float) -> bool:
    free = or_(turns.c.holder == holder, turns.c.until <= tx.now)
    taken = tx.conn.execute(update(turns).where(turns.c.name == name, free).values(holder=holder, until=tx.later(hold_s)))
    return taken.rowcount == 1 or tx.attempt(insert(turns).values(name=name, holder=holder, until=tx.later(hold_s)))


def flag(tx: Tx, name: str) -> str | None:
    return tx.conn.scalar(_FLAG, {"of": name})


def set_flag(tx: Tx, name: str, value: str | None) -> None:
    if value is None:
        tx.conn.execute(delete(flags).where(flags.c.name == name))
    elif not tx.attempt(insert(flags).values(name=name, value=value)):
        tx.conn.execute(update(flags).where(flags.c.name == name).values(value=value))
