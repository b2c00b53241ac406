"""Makes the demo's secrets once, each in a file of its own that is named as the setting; whoever comes second keeps them."""

import os
import secrets
import sys
from pathlib import Path

NAMES = ("API_KEY", "DOCTRAY_SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD")

folder = Path(sys.argv[1])
folder.mkdir(mode=0o750, exist_ok=True)
for name in NAMES:
    # Written aside and linked into place: of several pods that start at once, one wins and none reads half a secret.
    draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    draft.write_text(secrets.token_hex(32))
    draft.chmod(0o440)
    try:
        os.link(draft, folder / name)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
