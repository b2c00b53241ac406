"""Under which fingerprint results are made just now."""

from sqlalchemy import select

from doctray.storage.tables import workers

LATEST_FINGERPRINT = select(workers.c.fingerprint).order_by(workers.c.registered_at.desc(), workers.c.worker_id.desc()).limit(1)
"""That of the worker registered last, living or not."""
