"""What ENVIRONMENT=production asks of keys. Imports nothing that serves HTTP: `doctray doctor` asks too, where there is no API."""

from doctray.config import Settings, SettingsError

SHORTEST_KEY = 24
"""Characters of an API_KEY or DOCTRAY_SECRET_KEY in production: 128 bits need 22 in base64."""

LEAST_SIGNS = 8
"""Different characters of a key in production: 24 random ones in base64 have 20 of them, and fewer than 8 in no case worth the name."""

PLACEHOLDERS = (
    "changeme",
    "change-me",
    "change_me",
    "your-",
    "your_",
    "example",
    "placeholder",
    "replace",
    "insert",
    "default",
    "secret",
    "password",
    "test",
    "demo",
    "sample",
    "todo",
    "xxx",
    "1234",
    "<",
)
"""Beginnings of keys that were never set: those of .env.example files."""


def check_settings(settings: Settings) -> None:
    """Raises SettingsError for keys that production must not have."""
    if settings.service.environment != "production":
        return
    secrets = {"API_KEY": settings.access.api_key, "DOCTRAY_SECRET_KEY": settings.access.secret_key}
    for name, secret in secrets.items():
        if secret is None:
            if name == "DOCTRAY_SECRET_KEY":
                settings.secret_key()
            continue
        value = secret.get_secret_value()
        if len(value) < SHORTEST_KEY or len(set(value)) < LEAST_SIGNS or value.lower().startswith(PLACEHOLDERS):
            raise SettingsError(
                f"ENVIRONMENT=production and {name} is a placeholder or shorter than {SHORTEST_KEY} characters; "
                "make one with: openssl rand -base64 36"
            )
