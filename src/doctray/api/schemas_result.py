"""The shape of a result (api.md, Result), for /openapi.json: fields, where each value stands, and what was read."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Confidence = Annotated[float, Field(ge=0, le=1)]
Bbox = Annotated[list[float], Field(min_length=4, max_length=4, description="left, top, right, bottom in pixels of the page image")]


class Place(BaseModel):
    """Where a value stands."""

    page: int
    bbox: Bbox
    text: str
    confidence: Confidence


class WarningView(BaseModel):
    code: str
    message: str
    pointer: str = Field(description="JSON Pointer into fields; empty: the whole document")


class ResultWord(BaseModel):
    text: str
    bbox: Bbox
    confidence: Confidence
    alternatives: list[str] = Field([], description="other readings of the same ink, best first")
    angle: int = Field(0, description="degrees clockwise that the word is turned on the upright page")


class ResultLine(BaseModel):
    text: str
    bbox: Bbox
    confidence: Confidence
    words: list[ResultWord]


class ResultPage(BaseModel):
    page: int = Field(description="from 1")
    width: int = Field(description="of the page image, pixels")
    height: int
    rotation: int = Field(description="degrees clockwise that the page was turned to stand upright")
    source: Literal["ocr", "text_layer"]
    placement: list[float] | None = Field(description="affine map (a, b, c, d, e, f) from the original page to the page image")
    lines: list[ResultLine]


class EngineView(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str
    version: str
    second_reader: str | None


class ExtractorView(BaseModel):
    model_config = ConfigDict(extra="allow")

    name: str
    version: str
    model: str | None


class Reviewed(BaseModel):
    """The last review, beside the machine's fields."""

    number: int
    reviewed_at: AwareDatetime
    reviewed_by: str
    key_id: str | None
    note: str | None
    fields: dict[str, Any]
    changed: list[str] = Field(description="pointers to what the person says otherwise than the machine")


class Result(BaseModel):
    """What came of a document. Keys of `provenance` are JSON Pointers into `fields`."""

    model_config = ConfigDict(extra="allow")

    document_type: str
    schema_version: str
    fields: dict[str, Any] = Field(description="by the document's type: schemas certificate and timetable, or the caller's own")
    provenance: dict[str, Place]
    confidence: Confidence
    needs_review: bool
    validated: bool
    warnings: list[WarningView]
    other_documents: list[dict[str, Any]] = Field(description="further documents found in the same file")
    text: str = Field(description="in reading order")
    pages: list[ResultPage]
    page_total: int
    engine: EngineView
    extractor: ExtractorView
    timings: dict[str, float] = Field(description="seconds a stage")
    review: Reviewed | None = Field(None, description="there once a person has reviewed the result")
