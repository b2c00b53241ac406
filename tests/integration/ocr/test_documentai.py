"""The engine `google_documentai` against a server of its protocol."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from doctray.domain.document import Page, PageImage
from doctray.domain.errors import EngineFailure
from doctray.ocr import documentai_client
from doctray.ocr.batcher import Batcher
from doctray.ocr.documentai import DocumentAi
from doctray.ocr.documentai_client import FAILURES_TO_OPEN, OPEN_S, DocumentAiClient
from doctray.ocr.documentai_engine import DocumentAiEngine
from doctray.ocr.engine_process import EngineProcess
from doctray.ocr.engines import Engines, make_engine
from doctray.ocr.null_engine import NullEngine
from doctray.ocr.routes import RoutedReader
from tests.engines.documentai_server import (
    Asked,
    DocumentAiServer,
    Said,
    account,
    answer_of,
    error,
    nobody,
    reads_invoice,
    serving,
)
from tests.engines.images import an_image


class Time:
    """A clock that stands still but for sleep, and the engines that live by it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.engines: list[DocumentAiEngine] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Iterator[Time]:
    time = Time()
    yield time
    for engine in time.engines:
        engine.close()


def an_engine(settings: DocumentAi, time: Time) -> DocumentAiEngine:
    engine = DocumentAiEngine(settings, client=DocumentAiClient(settings, sleep=time.sleep, now_s=lambda: time.now))
    time.engines.append(engine)
    return engine


@pytest.fixture
def server() -> Iterator[DocumentAiServer]:
    with serving() as server:
        yield server


def test_words_come_with_their_places_in_pixels_and_their_confidence(server: DocumentAiServer, tmp_path: Path, time: Time) -> None:
    (page,) = an_engine(server.settings(tmp_path), time).read([an_image(7, width=200, height=50)])
    assert [(word.text, word.box.as_list(), word.confidence) for word in page.words] == [
        ("Invoice", [20.0, 10.0, 80.0, 30.0], 0.97),
        ("2041", [90.0, 10.0, 120.0, 30.0], 0.97),
    ]
    assert [line.text for line in page.lines] == ["Invoice 2041"]
    assert (page.number, page.width, page.height, page.rotation, page.engine) == (7, 200, 50, 0, "google_documentai")


def test_a_page_is_sent_whole_and_only_what_is_used_is_asked_back(server: DocumentAiServer, tmp_path: Path, time: Time) -> None:
    image = an_image(1, width=64, height=48)
    an_engine(server.settings(tmp_path), time).read([image])
    (asked,) = server.asked
    assert asked.body["rawDocument"]["mimeType"] == "image/png"
    assert asked.image.convert("RGB").tobytes() == bytes(image.rgb)
    assert asked.body["fieldMask"].startswith("text,pages.")
    assert "processOptions" not in asked.body


def test_languages_that_are_not_written_in_latin_letters_are_hints(server: DocumentAiServer, tmp_path: Path, time: Time) -> None:
    an_engine(server.settings(tmp_path), time).read([an_image(1, width=64, height=48, languages=("en", "ch_sim", "ru"))])
    assert server.asked[0].body["processOptions"]["ocrConfig"]["hints"] == {"languageHints": ["zh-Hans", "ru"]}


def test_one_token_serves_many_pages(server: DocumentAiServer, tmp_path: Path, time: Time) -> None:
    engine = an_engine(server.settings(tmp_path), time)
    engine.read([an_image(number, width=64, height=48) for number in range(1, 7)])
    assert (len(server.asked), server.tokens_given) == (6, 1)


def test_a_token_that_ended_before_its_time_is_replaced(server: DocumentAiServer, tmp_path: Path, time: Time) -> None:
    engine = an_engine(server.settings(tmp_path), time)
    engine.read([an_image(1, width=64, height=48)])
    server.expire()
    (page,) = engine.read([an_image(2, width=64, height=48)])
    assert (page.text, server.tokens_given) == ("Invoice 2041", 2)


def test_so_many_pages_are_asked_about_at_once(tmp_path: Path, time: Time) -> None:
    together = threading.Barrier(4)

    def meets_others(asked: Asked) -> Said:
        together.wait(timeout=60)
        return reads_invoice(asked)

    with serving(meets_others) as server:
        pages = an_engine(server.settings(tmp_path, requests=4), time).read([an_image(n, width=64, height=48) for n in range(1, 5)])
    assert [page.number for page in pages] == [1, 2, 3, 4]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(tmp_path: Path, time: Time, status: int) -> None:
    answers = iter([error(status, "RESOURCE_EXHAUSTED"), error(status, "RESOURCE_EXHAUSTED")])

    def busy_twice(asked: Asked) -> Said:
        return next(answers, None) or reads_invoice(asked)

    with serving(busy_twice) as server:
        (page,) = an_engine(server.settings(tmp_path), time).read([an_image(1, width=64, height=48)])
        assert (page.text, len(server.asked), len(time.slept)) == ("Invoice 2041", 3, 2)


def test_retry_after_is_kept(tmp_path: Path, time: Time) -> None:
    answers = iter([error(429, "RESOURCE_EXHAUSTED", headers=(("retry-after", "7"),))])
    with serving(lambda asked: next(answers, None) or reads_invoice(asked)) as server:
        an_engine(server.settings(tmp_path), time).read([an_image(1, width=64, height=48)])
    assert time.slept == [7.0]


def test_a_server_that_stays_busy_fails_the_page_in_its_time(tmp_path: Path, time: Time) -> None:
    with serving(lambda _: error(503, "UNAVAILABLE")) as server, pytest.raises(EngineFailure, match="answered 503 UNAVAILABLE for 20 s"):
        an_engine(server.settings(tmp_path, timeout_s=20.0), time).read([an_image(1, width=64, height=48)])
    assert time.now <= 20


def test_after_failures_in_a_row_google_is_left_alone_and_tried_again_later(tmp_path: Path, time: Time) -> None:
    healthy = threading.Event()
    with serving(lambda asked: reads_invoice(asked) if healthy.is_set() else error(503, "UNAVAILABLE")) as server:
        engine = an_engine(server.settings(tmp_path), time)
        for number in range(FAILURES_TO_OPEN):
            with pytest.raises(EngineFailure, match="answered 503"):
                engine.read([an_image(number + 1, width=64, height=48)])
        asked = len(server.asked)
        healthy.set()
        with pytest.raises(EngineFailure, match="5 times in a row and is not asked for a while"):
            engine.read([an_image(1, width=64, height=48)])
        assert len(server.asked) == asked
        time.now += OPEN_S
        for number in (1, 2):
            assert engine.read([an_image(number, width=64, height=48)])[0].text == "Invoice 2041"


@pytest.mark.parametrize(
    ("status", "word", "mend"),
    [
        (403, "PERMISSION_DENIED", "roles/documentai.apiUser"),
        (404, "NOT_FOUND", "GOOGLE_DOCUMENTAI_PROCESSOR"),
        (302, "", "GOOGLE_DOCUMENTAI_ENDPOINT"),
        (400, "INVALID_ARGUMENT", "does not take the page"),
    ],
)
def test_a_refusal_says_what_to_do_and_nothing_of_the_document(tmp_path: Path, time: Time, status: int, word: str, mend: str) -> None:
    headers = (("location", "http://127.0.0.1:9/"),) if status == 302 else ()
    with serving(lambda _: error(status, word, headers=headers)) as server, pytest.raises(EngineFailure) as refused:
        an_engine(server.settings(tmp_path), time).read([an_image(1, width=64, height=48)])
    assert f"answered {status}" in refused.value.detail
    assert word in refused.value.detail
    assert mend in refused.value.detail
    assert "Jane" not in refused.value.detail
    assert len(server.asked) == 1


def _without(path: str) -> Callable[[Asked], Any]:
    def answer(asked: Asked) -> Any:
        body: Any = reads_invoice(asked).body
        token = body["document"]["pages"][0]["tokens"][0]
        del token["layout"][path]
        return body

    return answer


def _with_vertices(*vertices: dict[str, Any]) -> Callable[[Asked], Any]:
    def answer(asked: Asked) -> Any:
        body: Any = reads_invoice(asked).body
        body["document"]["pages"][0]["tokens"][0]["layout"]["boundingPoly"] = {"normalizedVertices": list(vertices)}
        return body

    return answer


MALFORMED: dict[str, Callable[[Asked], Any]] = {
    "nothing": lambda _: b"",
    "not JSON": lambda _: b"<html>",
    "a list": lambda _: [],
    "no document": lambda _: {},
    "nested without end": lambda _: b"[" * 200_000,
    "two pages": lambda _: {"document": {"text": "", "pages": [{}, {}]}},
    "pages are text": lambda _: {"document": {"text": "", "pages": "x"}},
    "text is a number": lambda _: {"document": {"text": 5, "pages": [{}]}},
    "a token without a place": _without("boundingPoly"),
    "no corners": _with_vertices(),
    "a coordinate that is no number": _with_vertices({"x": "left"}),
    "a coordinate beyond all numbers": _with_vertices({"x": 1e999}),
    "a size of nothing": lambda _: answer_of([], width=0, height=0) | {},
    "a matrix of other sizes": lambda _: answer_of([], width=4, height=4, transforms=[{"rows": 9, "cols": 9, "type": 6, "data": ""}]),
    "a matrix that cannot be undone": lambda _: answer_of(
        [], width=4, height=4, transforms=[{"rows": 2, "cols": 3, "type": 0, "data": "AAAAAAAA"}]
    ),
    "a matrix that is no base64": lambda _: answer_of([], width=4, height=4, transforms=[{"rows": 2, "cols": 3, "type": 0, "data": "??"}]),
}


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_answer_of_the_protocol_fails_the_page(tmp_path: Path, time: Time, malformed: Callable[[Asked], Any]) -> None:
    with (
        serving(lambda asked: Said(body=malformed(asked))) as server,
        pytest.raises(EngineFailure, match=r"no answer of its protocol|not JSON") as failed,
    ):
        an_engine(server.settings(tmp_path), time).read([an_image(1, width=64, height=48)])
    assert "Invoice" not in failed.value.detail


def test_an_answer_without_end_is_given_up(tmp_path: Path, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documentai_client, "ANSWER_LIMIT_BYTES", 1_000_000)
    with serving(lambda _: Said(endless=True)) as server, pytest.raises(EngineFailure, match="larger than any"):
        an_engine(server.settings(tmp_path), time).read([an_image(1, width=64, height=48)])


def test_a_server_that_does_not_answer_fails_the_page_in_its_time(tmp_path: Path) -> None:
    over = threading.Event()
    with serving(lambda _: Said(body={}, until=over)) as server:
        with (
            closing(DocumentAiEngine(server.settings(tmp_path, timeout_s=0.2))) as engine,
            pytest.raises(EngineFailure, match=r"could not be reached, or hung up for 0\.2 s"),
        ):
            engine.read([an_image(1, width=64, height=48)])
        over.set()


def test_nobody_there_fails_the_page(tmp_path: Path, time: Time) -> None:
    with serving() as server, nobody() as address, pytest.raises(EngineFailure, match="could not be reached, or hung up for 20 s"):
        an_engine(server.settings(tmp_path, endpoint=address, timeout_s=20.0), time).read([an_image(1, width=64, height=48)])


def test_pages_that_were_read_beside_one_that_failed_are_not_paid_for_again(tmp_path: Path, time: Time) -> None:
    def refuses_tall(asked: Asked) -> Said:
        return error(400, "INVALID_ARGUMENT") if asked.image.height > asked.image.width else reads_invoice(asked)

    with serving(refuses_tall) as server:
        engine = an_engine(server.settings(tmp_path), time)
        images = [an_image(1, width=64, height=48), an_image(2, width=48, height=64), an_image(3, width=64, height=40)]
        with pytest.raises(EngineFailure, match="answered 400"):
            engine.read(images)
        again = [engine.read([images[0]]), engine.read([images[2]])]
        assert [page.number for (page,) in again] == [1, 3]
        assert len(server.asked) == 3


def test_images_too_small_for_text_are_not_paid_for(server: DocumentAiServer, tmp_path: Path, time: Time) -> None:
    (page,) = an_engine(server.settings(tmp_path), time).read([an_image(1, width=900, height=3)])
    assert (page.lines, page.width, page.height, server.asked) == ((), 900, 3, [])


# --- who asks ---


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"{", "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b"[]", "is damaged"),
        (b'{"type": "service_account", "private_key": "s3cret"}', "is damaged"),
        (b'{"type": "magic"}', "is no key of a service account"),
    ],
)
def test_a_key_file_that_cannot_be_used_says_so_at_once(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "key.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineFailure, match="GOOGLE_APPLICATION_CREDENTIALS") as refused:
        DocumentAiEngine(DocumentAi(processor="p", endpoint="http://127.0.0.1:9", credentials_file=path))
    assert said in refused.value.detail
    assert "s3cret" not in refused.value.detail


def test_a_key_that_google_refuses_says_what_to_do(tmp_path: Path, time: Time) -> None:
    def refuses() -> Said:
        return Said(status=400, body={"error": "invalid_grant", "error_description": "Invalid JWT Signature."})

    with serving(token_answer=refuses) as server, pytest.raises(EngineFailure) as refused:
        an_engine(server.settings(tmp_path), time).read([an_image(1, width=64, height=48)])
    assert "gave no access token" in refused.value.detail
    assert "holds a key that is still valid" in refused.value.detail
    assert "PRIVATE KEY" not in refused.value.detail


def test_a_token_server_that_is_gone_says_so(tmp_path: Path, time: Time) -> None:
    with serving() as server, nobody() as address:
        settings = server.settings(tmp_path)
        (tmp_path / "account.json").write_text(json.dumps(account(f"{address}/token")))
        with pytest.raises(EngineFailure, match="token server could not be reached"):
            an_engine(settings, time).read([an_image(1, width=64, height=48)])
        assert server.asked == []


# --- as a worker uses it ---


class _NullReader:
    async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
        assert engine is None
        return NullEngine().read([image])[0]


async def test_in_its_own_process_it_reads_without_being_warmed_up_at_a_price(server: DocumentAiServer, tmp_path: Path) -> None:
    engines = Engines(documentai=server.settings(tmp_path))
    make = partial(make_engine, device="cpu", models_dir=None, threads=1, engines=engines)
    process = EngineProcess(make, engine="google_documentai", device="cpu")
    try:
        await process.start()
        assert server.asked == []
        assert process.engine_version == engines.version("google_documentai")
        async with Batcher(process, page_timeout_s=60) as batcher:
            reader = RoutedReader(usual=_NullReader(), aside=batcher, is_aside=engines.is_remote)
            page = await reader.read(an_image(3, width=200, height=50), engine="google_documentai")
            usual = await reader.read(an_image(4, width=200, height=50))
        assert (page.text, page.engine) == ("Invoice 2041", "google_documentai")
        assert usual.number == 4
        assert len(server.asked) == 1
    finally:
        await process.close()


def test_pixels_travel_as_they_are_in_a_photograph_too_large_for_png(server: DocumentAiServer, tmp_path: Path, time: Time) -> None:
    """Noise does not compress."""
    import numpy as np

    noise = np.random.default_rng(1).integers(0, 256, (2600, 2600, 3), np.uint8)
    image = PageImage(number=1, width=2600, height=2600, rgb=noise.tobytes())
    an_engine(server.settings(tmp_path), time).read([image])
    assert server.asked[0].body["rawDocument"]["mimeType"] == "image/jpeg"
    assert server.asked[0].image.size == (2600, 2600)
