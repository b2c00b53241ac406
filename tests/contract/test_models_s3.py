"""Models in a bucket, on moto's real server."""

import shutil
from pathlib import Path

import pytest

from doctray.domain.errors import EngineFailure, TemporarilyUnavailable
from doctray.ocr.models import pack_model, read_model
from doctray.storage.blobs_s3 import Bucket, open_bucket
from doctray.storage.models_s3 import fetch_model
from tests.buckets import BucketServer
from tests.contract.conftest import bucket_of

WEIGHTS = b"weights" * 500_000


def packed(folder: Path, *, version: str = "1", content: bytes = WEIGHTS) -> Path:
    (folder / "deep").mkdir(parents=True, exist_ok=True)
    (folder / "deep" / "recognizer.onnx").write_bytes(content)
    pack_model(folder, name="acme", version=version, base="rapidocr", files={"recognizer": "deep/recognizer.onnx"})
    return folder


async def put(bucket: Bucket, folder: Path) -> None:
    store = open_bucket(bucket, bucket.endpoint)
    for path in folder.rglob("*"):
        if path.is_file():
            await store.put_async(str(path.relative_to(folder)), path.read_bytes())


async def test_a_model_is_brought_here_with_its_checksums(bucket: Bucket, tmp_path: Path) -> None:
    await put(bucket, packed(tmp_path / "mine"))
    model = read_model(await fetch_model(bucket, tmp_path / "cache"))
    model.check()
    assert model.engine == "acme@1"
    assert model.checked_file("recognizer").read_bytes() == WEIGHTS


async def test_what_is_here_already_is_not_fetched_again(bucket: Bucket, tmp_path: Path) -> None:
    await put(bucket, packed(tmp_path / "mine"))
    first = await fetch_model(bucket, tmp_path / "cache")
    await open_bucket(bucket, bucket.endpoint).delete_async("deep/recognizer.onnx")
    assert await fetch_model(bucket, tmp_path / "cache") == first
    (first / "deep" / "recognizer.onnx").write_bytes(b"damaged here")
    with pytest.raises(EngineFailure, match=r"acme@1: s3://.*/here/deep/recognizer\.onnx is missing"):
        await fetch_model(bucket, tmp_path / "cache")


async def test_a_new_version_is_another_folder(bucket: Bucket, tmp_path: Path) -> None:
    await put(bucket, packed(tmp_path / "mine"))
    first = await fetch_model(bucket, tmp_path / "cache")
    await put(bucket, packed(tmp_path / "mine", version="2", content=b"better"))
    second = await fetch_model(bucket, tmp_path / "cache")
    assert [read_model(folder).engine for folder in (first, second)] == ["acme@1", "acme@2"]
    read_model(first).check()


async def test_a_damaged_object_is_refused_and_leaves_nothing(bucket: Bucket, tmp_path: Path) -> None:
    folder = packed(tmp_path / "mine")
    (folder / "deep" / "recognizer.onnx").write_bytes(b"cut sho")
    await put(bucket, folder)
    with pytest.raises(EngineFailure, match="does not have the checksum"):
        await fetch_model(bucket, tmp_path / "cache")
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


async def test_a_prefix_without_a_model_says_what_belongs_there(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(EngineFailure, match=r"s3://.*/here holds no model\.json; .*`doctray models pack`"):
        await fetch_model(bucket, tmp_path / "cache")


async def test_the_last_model_serves_while_the_bucket_is_away(own_bucket_server: BucketServer, tmp_path: Path) -> None:
    bucket = bucket_of(own_bucket_server, own_bucket_server.make_bucket())
    await put(bucket, packed(tmp_path / "mine"))
    first = await fetch_model(bucket, tmp_path / "cache")
    own_bucket_server.stop()
    assert await fetch_model(bucket, tmp_path / "cache") == first
    shutil.rmtree(tmp_path / "cache")
    with pytest.raises(TemporarilyUnavailable):
        await fetch_model(bucket, tmp_path / "cache")
