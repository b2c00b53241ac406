"""`doctray keys`: make, list and revoke API keys, straight in the journal."""

import secrets
from datetime import UTC, datetime, timedelta

import click

from doctray.cli.audit import person
from doctray.cli.connection import give_up
from doctray.cli.journal import in_journal
from doctray.domain.keys import DEFAULT_OWNER, PREFIX_LENGTH, ApiKey, Scope, hash_api_key, new_api_key
from doctray.domain.rollout import Arm
from doctray.ports import KeyStore


@click.group()
def keys_group() -> None:
    """API keys: who may submit, read and administer."""


@keys_group.command("create")
@click.option("--name", required=True, help="What or who the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=(Scope.SUBMIT.value, Scope.READ.value),
    show_default=True,
    help="What it may do; give it once for each.",
)
@click.option("--owner", default=DEFAULT_OWNER, show_default=True, help="Whose jobs it submits and reads.")
@click.option("--expires-days", type=click.FloatRange(min=0, min_open=True), help="Days until it ends.  [default: never]")
@click.option("--rate-per-minute", type=click.IntRange(min=1), help="Submissions a minute.  [default: the service's]")
@click.option("--daily-quota", type=click.IntRange(min=1), help="Documents a day.  [default: no limit]")
@click.option("--rollout", type=click.Choice([arm.value for arm in Arm]), help="Arm of every rollout that its documents go to.")
def create(
    name: str,
    scopes: tuple[str, ...],
    owner: str,
    expires_days: float | None,
    rate_per_minute: int | None,
    daily_quota: int | None,
    rollout: str | None,
) -> None:
    """Make a key and print it, once: only its hash is kept."""
    key, now = new_api_key(), datetime.now(UTC)
    stored = ApiKey(
        key_id=f"key_{secrets.token_hex(6)}",
        owner=owner,
        name=name,
        prefix=key[:PREFIX_LENGTH],
        key_hash=hash_api_key(key),
        scopes=frozenset(Scope(scope) for scope in scopes),
        created_at=now,
        expires_at=None if expires_days is None else now + timedelta(days=expires_days),
        rate_per_minute=rate_per_minute,
        daily_quota=daily_quota,
        rollout=None if rollout is None else Arm(rollout),
    )
    in_journal(lambda store: store.add_key(stored, by=person()))
    click.echo(f"{stored.key_id}: {owner}, {', '.join(sorted(stored.scopes))}. The key is shown only now:", err=True)
    click.echo(key)


@keys_group.command("list")
def list_keys() -> None:
    """Show every key, without the keys themselves."""
    found = in_journal(lambda store: store.keys())
    if not found:
        click.echo("There are no keys. `doctray keys create --name …` makes one.")
    now = datetime.now(UTC)
    for key in found:
        state = "usable" if key.usable(now) else "revoked" if key.revoked_at else "expired"
        used = f"last used {key.last_used_at:%Y-%m-%d}" if key.last_used_at else "never used"
        age = "  OLD: rotate it" if state == "usable" and key.old(now) else ""
        opted = f"  rollout: {key.rollout}" if key.rollout else ""
        click.echo(f"{key.key_id}  {key.prefix}…  {state:8}{key.owner}  {','.join(sorted(key.scopes))}  {used}  {key.name}{opted}{age}")


@keys_group.command("revoke")
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """End a key at once."""
    if not in_journal(lambda store: store.revoke_key(key_id, by=person())):
        give_up(f"there is no key {key_id} to revoke")
    click.echo(f"{key_id} is revoked.")


@keys_group.command("rotate")
@click.argument("key_id")
@click.option("--overlap-hours", type=click.FloatRange(min=0), default=24.0, show_default=True, help="How long the old key works on.")
def rotate(key_id: str, overlap_hours: float) -> None:
    """Replace a key: print a new one with the same rights; the old one ends after the overlap."""
    key, now = new_api_key(), datetime.now(UTC)

    async def act(store: KeyStore) -> ApiKey | None:
        old = next((each for each in await store.keys() if each.key_id == key_id), None)
        if old is None:
            return None
        successor = old.successor(key, key_id=f"key_{secrets.token_hex(6)}", now=now)
        done = await store.rotate_key(key_id, successor, overlap_s=overlap_hours * 3600, by=person())
        return successor if done else None

    successor = in_journal(act)
    if successor is None:
        give_up(f"there is no usable key {key_id} to rotate")
    click.echo(f"{successor.key_id} replaces {key_id}, which works for {overlap_hours:g} h more. The key is shown only now:", err=True)
    click.echo(key)
