from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from doctray.domain.errors import CorruptDocument, EmptyDocument, PageTooLarge, UnsupportedMediaType
from doctray.pages.images import ImageDocument
from doctray.pages.sniff import sniff
from tests.integration.pages.builders import difference, encoded, picture, png_header

MAX_PIXELS = 120_000_000
EXPECTED = np.asarray(picture())

FORMATS = {
    "PNG": encoded(picture(), "PNG"),
    "JPEG": encoded(picture(), "JPEG", quality=90),
    "progressive JPEG": encoded(picture(), "JPEG", quality=90, progressive=True),
    "TIFF": encoded(picture(), "TIFF", compression="tiff_lzw"),
    "big TIFF": encoded(picture(), "TIFF", big_tiff=True),
    "WebP": encoded(picture(), "WEBP", quality=90),
    "BMP": encoded(picture(), "BMP"),
    "GIF": encoded(picture(), "GIF"),
}


def stored(content: bytes, folder: Path) -> ImageDocument:
    path = folder / "document"
    path.write_bytes(content)
    media_type = sniff(content[:4096])
    assert media_type is not None
    return ImageDocument(path, media_type=media_type, max_pixels=MAX_PIXELS)


def heic(image: Image.Image, folder: Path, **options: object) -> bytes:
    path = folder / "made.heic"
    pillow_heif.from_pillow(image).save(path, quality=90, **options)
    return path.read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read(name: str, tmp_path: Path) -> None:
    document = stored(FORMATS[name], tmp_path)
    assert document.page_total == 1
    assert difference(document.rgb(1), EXPECTED) < 3


def test_heic_is_read(tmp_path: Path) -> None:
    assert difference(stored(heic(picture(), tmp_path), tmp_path).rgb(1), EXPECTED) < 3


def test_each_page_of_a_tiff_is_a_page_and_can_be_read_in_any_order(tmp_path: Path) -> None:
    pages = [picture(), picture(300, 200), picture(200, 300).convert("1")]
    document = stored(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]), tmp_path)
    assert document.page_total == 3
    assert [document.rgb(number).shape for number in (3, 1, 2, 1)] == [(300, 200, 3), (400, 600, 3), (200, 300, 3), (400, 600, 3)]


def test_an_animation_is_its_first_picture(tmp_path: Path) -> None:
    frames = [picture(), Image.new("RGB", (600, 400), "black")]
    for image_format in ("GIF", "PNG", "WEBP"):
        document = stored(encoded(frames[0], image_format, save_all=True, append_images=frames[1:], duration=100), tmp_path)
        assert document.page_total == 1
        assert difference(document.rgb(1), EXPECTED) < 3


# what a camera stores so that the picture is upright after the orientation is applied (EXIF 2.32, 4.6.4)
STORED_AS = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
}


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", STORED_AS)
def test_the_orientation_that_a_camera_notes_is_put_right(orientation: int, image_format: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(STORED_AS[orientation](picture()), image_format, exif=exif)
    assert difference(stored(content, tmp_path).rgb(1), EXPECTED) < 3


def test_the_orientation_of_a_palette_image_is_put_right_too(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded(STORED_AS[6](picture()).convert("P"), "PNG", exif=exif)
    assert stored(content, tmp_path).rgb(1).shape == (400, 600, 3)


def test_the_orientation_of_a_heic_is_put_right_once(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content = heic(STORED_AS[6](picture()), tmp_path, exif=exif.tobytes())
    assert difference(stored(content, tmp_path).rgb(1), EXPECTED) < 3


GRAY = np.asarray(picture().convert("L").convert("RGB"))
SIXTEEN_BIT = Image.fromarray(np.asarray(picture().convert("L"), dtype=np.uint16) * 257)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (encoded(picture().convert("L"), "PNG"), GRAY),
        (encoded(SIXTEEN_BIT, "PNG"), GRAY),
        (encoded(SIXTEEN_BIT, "TIFF"), GRAY),
        (encoded(Image.fromarray(np.asarray(picture().convert("L"), dtype=np.float32)), "TIFF"), GRAY),
        (encoded(picture().convert("CMYK"), "JPEG", quality=95), EXPECTED),
        (encoded(picture().convert("CMYK"), "TIFF"), EXPECTED),
        (encoded(picture().convert("YCbCr"), "JPEG", quality=95), EXPECTED),
        (encoded(picture().convert("LAB"), "TIFF"), None),
        (encoded(picture().quantize(16), "PNG"), EXPECTED),
        (encoded(picture().convert("L").point(lambda level: 255 * (level > 128)).convert("1"), "TIFF", compression="group4"), None),
    ],
    ids=["gray", "16-bit PNG", "16-bit TIFF", "float TIFF", "CMYK JPEG", "CMYK TIFF", "YCbCr", "LAB", "palette", "1-bit fax"],
)
def test_every_colour_model_becomes_rgb(content: bytes, expected: np.ndarray | None, tmp_path: Path) -> None:
    rgb = stored(content, tmp_path).rgb(1)
    assert rgb.dtype == np.uint8
    assert rgb.shape == (400, 600, 3)
    if expected is not None:
        assert difference(rgb, expected) < 4
    assert rgb.min() == 0 or rgb.min() < 60
    assert rgb.max() >= 250


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_see_through_is_white(mode: str, tmp_path: Path) -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 20, 40))
    image = clear.convert(mode) if mode != "P" else clear.quantize(4)
    rgb = stored(encoded(image, "PNG"), tmp_path).rgb(1)
    assert rgb[20, 5].tolist() == [0, 0, 0]
    assert rgb[20, 35].tolist() == [255, 255, 255]


def test_a_large_image_is_scaled_down_to_4000_pixels(tmp_path: Path) -> None:
    for image_format in ("JPEG", "PNG"):
        assert stored(encoded(picture(9000, 600), image_format), tmp_path).rgb(1).shape == (267, 4000, 3)


def test_the_dots_of_a_standard_fax_become_square(tmp_path: Path) -> None:
    """Half as many lines an inch down as dots across: read as they are stored, letters are half as high as they should be."""
    fax = picture().convert("L").resize((600, 400)).convert("1")
    standard = stored(encoded(fax, "TIFF", compression="group4", dpi=(204, 98)), tmp_path)
    assert (standard.rgb(1).shape, standard.size(1)) == ((833, 600, 3), (600, 833))
    assert standard.long_side_pt(1) == pytest.approx(400 / 98 * 72, rel=0.001)
    fine = stored(encoded(fax, "TIFF", compression="group4", dpi=(204, 196)), tmp_path)
    assert fine.rgb(1).shape == (400, 600, 3)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "RGBA"])
def test_an_image_scaled_down_strip_by_strip_shows_no_seams(mode: str, tmp_path: Path) -> None:
    image = picture(600, 5100).convert(mode)
    rgb = stored(encoded(image, "TIFF"), tmp_path).rgb(1)
    at_once = image.resize((471, 4000), Image.Resampling.LANCZOS).convert("RGB")
    # Pillow scales one way after the other, in the order that is less work, and rounds in between
    assert int(np.abs(rgb.astype(np.int16) - np.asarray(at_once)).max()) <= 2


def test_a_page_is_the_same_when_it_is_read_again(tmp_path: Path) -> None:
    for content in FORMATS.values():
        document = stored(content, tmp_path)
        assert np.array_equal(document.rgb(1), document.rgb(1))


def test_an_image_that_promises_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(PageTooLarge):
        stored(png_header(50_000, 50_000), tmp_path)


def test_a_large_page_among_small_ones_is_refused_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pages.tiff"
    path.write_bytes(encoded(picture(20, 20), "TIFF", save_all=True, append_images=[picture(400, 400)]))
    document = ImageDocument(path, media_type="image/tiff", max_pixels=10_000)
    assert document.rgb(1).shape == (20, 20, 3)
    with pytest.raises(PageTooLarge):
        document.rgb(2)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("part", [0.05, 0.5, 0.9])
def test_an_image_that_is_cut_short_is_corrupt(name: str, part: float, tmp_path: Path) -> None:
    content = FORMATS[name]
    with pytest.raises(CorruptDocument):
        stored(content[: max(30, int(len(content) * part))], tmp_path).rgb(1)


def test_a_heic_that_is_cut_short_is_corrupt(tmp_path: Path) -> None:
    content = heic(picture(), tmp_path)
    for part in (0.3, 0.9):
        with pytest.raises(CorruptDocument):
            stored(content[: int(len(content) * part)], tmp_path).rgb(1)


def test_noise_behind_a_good_header_is_corrupt(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).bytes(5000)
    for head in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"II*\x00\x08\x00\x00\x00", b"RIFF\x24\x00\x00\x00WEBPVP8 ", b"GIF89a"):
        with pytest.raises((CorruptDocument, PageTooLarge)):
            stored(head + noise, tmp_path).rgb(1)


def test_an_empty_file_is_an_empty_document(tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    path.touch()
    with pytest.raises(EmptyDocument):
        ImageDocument(path, media_type="image/png", max_pixels=MAX_PIXELS)


def test_a_type_that_is_not_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "drawing.svg"
    path.write_text("<svg/>")
    with pytest.raises(UnsupportedMediaType):
        ImageDocument(path, media_type="image/svg+xml", max_pixels=MAX_PIXELS)
