"""`python -m doctray.cli.exec COMMAND …`: become that command, and end with the supervisor that started it."""

import os
import sys

from doctray.lifeline import die_with_parent

if __name__ == "__main__":
    die_with_parent(int(os.environ["DOCTRAY_SUPERVISOR_PID"]))
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 no shell: the argument list is ours
