"""/docs as plain HTML made from the OpenAPI document: no script, no font, no file from elsewhere, so it works offline."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430;background:#fff}"
    "h1{font-size:1.6rem}h2{font-size:1.1rem;margin-top:2.5rem;text-transform:capitalize;border-bottom:1px solid #d5dae1}"
    "details{border:1px solid #d5dae1;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}summary{cursor:pointer}"
    "code{font-family:ui-monospace,monospace;font-size:.92em}.verb{display:inline-block;min-width:4.2rem;font-weight:600}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}td,th{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0}"
    "th{font-weight:600}a{color:#0b57a4}"
    "@media(prefers-color-scheme:dark){body{color:#e3e8ef;background:#14181f}details,h2{border-color:#39424f}a{color:#8ec1ff}}"
)

REFERENCE_CSP = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)

_VERBS = ("get", "post", "put", "delete")


def reference_page(document: Mapping[str, Any]) -> str:
    """document: what /openapi.json answers."""
    info = document["info"]
    groups: dict[str, list[str]] = {}
    for path, verbs in document["paths"].items():
        for verb in _VERBS:
            if verb in verbs:
                operation = verbs[verb]
                groups.setdefault((operation.get("tags") or ["other"])[0], []).append(_operation(path, verb, operation))
    body = "".join(f"<h2>{escape(name)}</h2>{''.join(items)}" for name, items in groups.items())
    intro = (
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info.get('description', ''))}</p>"
        '<p>For tools: <a href="/openapi.json">openapi.json</a>. Keys go into the header <code>x-api-key</code>.</p>'
    )
    return _page(info["title"], intro + body)


def problem_page(found: Mapping[str, Any]) -> str:
    """found: what GET /problems/{code} answers."""
    body = (
        f"<h1>{escape(found['title'])}</h1><p><code>{escape(found['code'])}</code>, HTTP status {found['status']}</p>"
        f"<p>{escape(found['why'])}</p><p>{escape(found['remedy'])}</p>"
        f"<p>{'Trying again may help.' if found['retryable'] else 'Trying again unchanged gives the same answer.'}</p>"
    )
    return _page(found["title"], body)


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>{body}</body></html>'
    )


def _operation(path: str, verb: str, operation: Mapping[str, Any]) -> str:
    described = escape(operation.get("description") or operation.get("summary", ""))
    tables = "".join(_tables(operation))
    return (
        f'<details><summary><span class="verb">{verb.upper()}</span> <code>{escape(path)}</code></summary>'
        f"<p>{described}</p>{tables}</details>"
    )


def _tables(operation: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (item["name"], item["in"], item.get("description") or item.get("schema", {}).get("description", ""))
        for item in operation.get("parameters", ())
    ]
    if rows:
        yield _table(("parameter", "in", "meaning"), rows)
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        members = content.get("schema", {}).get("properties", {})
        rows = [(name, str(shape.get("type", "")), _meaning(shape)) for name, shape in members.items()]
        if rows:
            yield f"<p>Body <code>{escape(media_type)}</code></p>" + _table(("member", "type", "meaning"), rows)
    answers = [(str(code), answer.get("description", ""), "") for code, answer in operation.get("responses", {}).items()]
    yield _table(("answer", "meaning", ""), answers)


def _meaning(shape: Mapping[str, Any]) -> str:
    choices = f" One of {', '.join(map(str, shape['enum']))}." if "enum" in shape else ""
    default = f" Default {shape['default']}." if "default" in shape else ""
    return f"{shape.get('description', '')}{choices}{default}".strip()


def _table(head: tuple[str, ...], rows: list[tuple[str, str, str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{lines}</table>"
