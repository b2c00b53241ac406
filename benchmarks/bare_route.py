"""What a front door costs at least: one FastAPI route that takes an upload, hashes it and writes it to a file.

python -m benchmarks.bare_route PORT FOLDER
"""

import hashlib
import secrets
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, UploadFile

app = FastAPI()
_CHUNK = 64 * 1024
_folder = Path()


@app.post("/upload", status_code=202)
async def upload(file: UploadFile) -> dict[str, str]:
    digest, name = hashlib.sha256(), secrets.token_hex(13)
    with (_folder / name).open("wb") as out:
        while chunk := await file.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
    return {"request_id": name, "sha256": digest.hexdigest()}


@app.get("/livez")
async def alive() -> dict[str, str]:
    return {"status": "alive"}


if __name__ == "__main__":
    _folder = Path(sys.argv[2])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
