"""What the processes agree on beside jobs: turns at shared duties, and operators' flags."""

from sqlalchemy import bindparam, delete, insert, literal_column, or_, select, update

from doctray.domain import transition
from doctray.domain.job import JobStatus
from doctray.ports import MAINTENANCE
from doctray.storage.job_rows import change, job_of
from doctray.storage.store import Tx
from doctray.storage.tables import flags, in_status, jobs, turns

UNDER_MAINTENANCE = select(flags.c.name).where(flags.c.name == literal_column(f"'{MAINTENANCE}'")).exists()
"""For the condition of a query, or as one of its columns."""

_FLAGS = select(flags.c.name, flags.c.value)
_FLAG = select(flags.c.value).where(flags.c.name == bindparam("of"))


def take_turn(tx: Tx, name: str, *, holder: str, hold_s: float) -> bool:
    free = or_(turns.c.holder == holder, turns.c.until <= tx.now)
    taken = tx.conn.execute(update(turns).where(turns.c.name == name, free).values(holder=holder, until=tx.later(hold_s)))
    return taken.rowcount == 1 or tx.attempt(insert(turns).values(name=name, holder=holder, until=tx.later(hold_s)))


def flag(tx: Tx, name: str) -> str | None:
    return tx.conn.scalar(_FLAG, {"of": name})


def flags_of(tx: Tx) -> dict[str, str]:
    return {row.name: row.value for row in tx.conn.execute(_FLAGS)}


def set_flag(tx: Tx, name: str, value: str | None) -> None:
    """One that is set already keeps the time since when it is on."""
    if value is None:
        if name == MAINTENANCE:
            _give_time_back(tx)
        tx.conn.execute(delete(flags).where(flags.c.name == name))
    elif not tx.attempt(insert(flags).values(name=name, value=value, since=tx.now)):
        tx.conn.execute(update(flags).where(flags.c.name == name).values(value=value))


def _give_time_back(tx: Tx) -> None:
    """Move the deadlines of queued jobs by how long they could not be taken (`transition.maintained`).

    The jobs are locked in the order of their ids, so that two ends of maintenance do not stop one another.
    """
    since = tx.conn.scalar(select(flags.c.since).where(flags.c.name == MAINTENANCE).with_for_update())
    if since is None:
        return
    waiting = select(jobs).where(in_status(JobStatus.QUEUED), jobs.c.deadline_at.is_not(None)).order_by(jobs.c.request_id)
    for row in tx.conn.execute(waiting.with_for_update()).mappings().all():
        job = job_of(row)
        later = transition.maintained(job, since=since, now=tx.now)
        if later != job:
            tx.conn.execute(*change(job, later))
