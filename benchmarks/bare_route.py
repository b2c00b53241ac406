"""What a front door costs at least: FastAPI routes that take an upload, hash it and write it to a file; one of them durably.

python -m benchmarks.bare_route PORT FOLDER
"""

import hashlib
import os
import secrets
import sqlite3
import sys
import threading
from pathlib import Path

import uvicorn
from fastapi import FastAPI, UploadFile

app = FastAPI()
_CHUNK = 64 * 1024
_folder = Path()
_rows: sqlite3.Connection | None = None
_writing = threading.Lock()


@app.post("/upload", status_code=202)
async def upload(file: UploadFile) -> dict[str, str]:
    digest, name = hashlib.sha256(), secrets.token_hex(13)
    with (_folder / name).open("wb") as out:
        while chunk := await file.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
    return {"request_id": name, "sha256": digest.hexdigest()}


@app.post("/upload-durable", status_code=202)
def upload_durable(file: UploadFile) -> dict[str, str]:
    """The same, and neither the file nor a row about it is lost with the power once this has answered. In FastAPI's own threads."""
    assert _rows is not None
    digest, name = hashlib.sha256(), secrets.token_hex(13)
    with (_folder / name).open("wb") as out:
        while chunk := file.file.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    _sync_folder()
    with _writing, _rows:
        _rows.execute("INSERT INTO uploads VALUES (?, ?)", (name, digest.hexdigest()))
    return {"request_id": name, "sha256": digest.hexdigest()}


@app.get("/livez")
async def alive() -> dict[str, str]:
    return {"status": "alive"}


def _sync_folder() -> None:
    descriptor = os.open(_folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_rows() -> sqlite3.Connection:
    rows = sqlite3.connect(_folder / "uploads.sqlite3", check_same_thread=False)
    rows.execute("PRAGMA journal_mode = WAL")
    rows.execute("PRAGMA synchronous = FULL")
    rows.execute("CREATE TABLE uploads (request_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL)")
    return rows


if __name__ == "__main__":
    _folder = Path(sys.argv[2])
    _rows = _open_rows()
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
