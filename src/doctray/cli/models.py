"""`doctray models`: an operator's models, which are engines too once OCR_MODELS names where they are."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click

from doctray.cli.connection import give_up
from doctray.cli.main import load_settings
from doctray.domain.engine_model import MANIFEST, ROLES
from doctray.domain.errors import DoctrayError
from doctray.ocr.models import EngineModel, pack_model, read_model
from doctray.worker.engines import model_at


@click.group()
def models_group() -> None:
    """Pack a folder of weights as a model, check it, and list those that OCR_MODELS names (docs/engines.md)."""


@models_group.command("list")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_command(output: str) -> None:
    """Every model of OCR_MODELS, fetched where it is in a bucket, and whether its files are the ones that it names. Status 1 if one is not."""
    settings = load_settings()

    async def look(place: str) -> dict[str, Any]:
        try:
            model = await model_at(settings, place)
            await asyncio.to_thread(model.check)
        except DoctrayError as error:
            return {"place": place, "good": False, "detail": error.detail}
        return {"place": place, "good": True, **_shown(model)}

    async def look_at_all() -> list[dict[str, Any]]:
        return [await look(place) for place in settings.worker.models]

    found = asyncio.run(look_at_all())
    if output == "json":
        click.echo(json.dumps({"models": found}, ensure_ascii=False, indent=2))
    elif not found:
        click.echo("There are none: OCR_MODELS is not set.")
    for one in found if output == "text" else []:
        if one["good"]:
            click.echo(f"✓ {one['engine']}  for {one['base']}, {one['checksum']}, reads {', '.join(one['languages'])}  in {one['place']}")
        else:
            click.echo(f"✗ {one['place']}: {one['detail']}")
    if not all(one["good"] for one in found):
        sys.exit(1)


@models_group.command("verify")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def verify_command(folder: Path) -> None:
    """Hash the files of FOLDER and compare them with what its model.json names."""
    try:
        model = read_model(folder)
        model.check()
    except DoctrayError as error:
        give_up(error.detail)
    click.echo(f"{model.engine}: {', '.join(sorted(model.manifest.files))}: every checksum holds ({model.manifest.checksum})")


@models_group.command("pack")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--name", required=True, help="of the engine, before the @: small letters, digits, _ and -")
@click.option("--version", required=True, help="after the @; a new one whenever a file changes")
@click.option("--base", type=click.Choice(list(ROLES)), required=True, help="the engine that its files are for")
@click.option("--recognizer", help="file below FOLDER: .pth for easyocr, .onnx for rapidocr")
@click.option("--detector", help="file below FOLDER, likewise")
@click.option("--dictionary", help="of a rapidocr recognizer: UTF-8 text, one character a line; unset: the one in the .onnx file")
@click.option("--language", "languages", multiple=True, default=["en"], show_default=True, help="EasyOCR's code; may be repeated")
@click.option(
    "--characters",
    "characters_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="file with the alphabet of an easyocr recognizer on one line, in the order of its classes; unset: EasyOCR's for the languages",
)
def pack_command(
    folder: Path,
    name: str,
    version: str,
    base: str,
    recognizer: str | None,
    detector: str | None,
    dictionary: str | None,
    languages: tuple[str, ...],
    characters_file: Path | None,
) -> None:
    """Write FOLDER/model.json with the checksums of its files: from then on it is a model that OCR_MODELS can name."""
    given = {"recognizer": recognizer, "detector": detector, "dictionary": dictionary}
    files = {role: path for role, path in given.items() if path is not None}
    try:
        characters = characters_file.read_text("utf-8").rstrip("\r\n") if characters_file else ""
        model = pack_model(folder, name=name, version=version, base=base, files=files, languages=languages, characters=characters)
    except UnicodeDecodeError:
        give_up(f"{characters_file} is not UTF-8")
    except DoctrayError as error:
        give_up(error.detail)
    click.echo(f"{folder / MANIFEST}: {model.engine}, {model.manifest.checksum}")
    click.echo(
        f"Add {folder.absolute()} to OCR_MODELS, or copy the folder to a bucket and add s3://bucket/prefix, and restart the workers."
    )


def _shown(model: EngineModel) -> dict[str, Any]:
    manifest = model.manifest
    return {"engine": model.engine, "base": manifest.base, "checksum": manifest.checksum, "languages": list(manifest.languages)}
