"""Loaded by schemathesis: keeps a run from sawing off the branch that it sits on. Nothing is left out by it, and no check is softened."""

import os
from typing import Any

import schemathesis

OWN_KEY_ID = os.environ.get("DOCTRAY_KEY_ID", "")
EXAMPLE_ORG = os.environ.get("DOCTRAY_EXAMPLE_ORG", "")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """The run's own key is neither revoked nor rotated, submissions are not paused while others are tested, and https://example.org is
    played by a server of ours. A null in a form is sent as the word, which is the name of an engine: another word is sent instead."""
    if OWN_KEY_ID and OWN_KEY_ID in str(case.path_parameters.get("key_id", "")):
        case.path_parameters["key_id"] = OWN_KEY_ID[::-1]
    if case.path == "/v1/admin/maintenance" and isinstance(case.body, dict) and case.body.get("on") is True:
        case.body["on"] = False
    if case.media_type == "multipart/form-data" and isinstance(case.body, dict) and case.body.get("engine", "") is None:
        case.body["engine"] = "none"
    if EXAMPLE_ORG and isinstance(case.body, dict) and "https://example.org/" in str(case.body):
        case.body = _reworded(case.body)


def _reworded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reworded(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_reworded(member) for member in value]
    return value.replace("https://example.org/", EXAMPLE_ORG) if isinstance(value, str) else value
