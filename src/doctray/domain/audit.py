"""Who did what to keys, secrets, switches and other people's work: the audit log's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Means(StrEnum):
    """How somebody came in."""

    KEY = "key"  # an API key in the request
    CONSOLE = "console"  # a key that signed in to the console
    OPEN = "open"  # over HTTP while no key is set
    CLI = "cli"  # the doctray command on the machine itself
    SERVICE = "service"  # doctray by itself: a rollback of what is unhealthy


class Action(StrEnum):
    """What is noted; the target's kind stands before the dot."""

    KEY_CREATED = "key.created"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    SECRET_ROTATED = "webhook_secret.rotated"  # noqa: S105 - a word
    KEY_ROLLOUT_SET = "key.rollout_set"
    SWITCH_SET = "switch.set"
    SWITCH_CLEARED = "switch.cleared"
    JOB_DELETED = "job.deleted"
    JOB_REPLAYED = "job.replayed"
    DELIVERY_REPEATED = "delivery.repeated"
    ROLLOUT_CHANGED = "rollout.changed"
    JOURNAL_BACKED_UP = "journal.backed_up"
    JOURNAL_RESTORED = "journal.restored"


class AuditOutcome(StrEnum):
    DONE = "done"  # it is so now
    NOTHING = "nothing"  # there was no such thing, or it was so already


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. key_id: None without a key. name: the key's, or on the command line the user's. request_id: of the HTTP request."""

    means: Means
    key_id: str | None = None
    name: str = ""
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the log. target: id of what was acted on, or a switch's name. detail: small and free of secrets."""

    entry_id: str
    at: datetime
    actor: Actor
    action: Action
    target: str
    outcome: AuditOutcome
    detail: Mapping[str, object] = field(default_factory=dict)
