"""Page images for engines."""

from PIL import Image, ImageDraw, ImageFont

from doctray.domain.document import PageImage


def an_image(number: int = 2, *, width: int = 60, height: int = 20, languages: tuple[str, ...] = ("en",)) -> PageImage:
    """A white page. Numbers start at 2 here, because engine processes warm up on a page 1, which doubles must survive."""
    return PageImage(number=number, width=width, height=height, rgb=b"\xff" * (width * height * 3), languages=languages)


def page_of(picture: Image.Image, *, number: int = 1) -> PageImage:
    rgb = picture.convert("RGB")
    return PageImage(number=number, width=rgb.width, height=rgb.height, rgb=rgb.tobytes())


def a_printed_page(*lines: str, width: int = 560, size: int = 26) -> Image.Image:
    """Black text on white, one line below the other."""
    picture = Image.new("RGB", (width, 40 + len(lines) * size * 2), "white")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=size)
    for row, line in enumerate(lines):
        pen.text((24, 24 + row * size * 2), line, fill="black", font=font)
    return picture
