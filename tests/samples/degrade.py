"""From a drawn page to what a scanner or a phone makes of it. All noise comes from a seed."""

import cv2
import numpy as np
import numpy.typing as npt

from tests.mupdf import pymupdf

Image = npt.NDArray[np.uint8]
"""RGB uint8 of shape (H, W, 3)."""

MOST_SKEW_DEGREES = 3.0


def rendered(pdf: bytes, *, long_side: int) -> Image:
    """The first page; its longer side has `long_side` pixels."""
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        page = document[0]
        zoom = long_side / max(page.rect.width, page.rect.height)
        pixmap = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), alpha=False)
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3).copy()


def scan(pdf: bytes, *, long_side: int, seed: int) -> Image:
    """A clean flatbed scan: paper not quite white, ink a little soft, turned by at most 0.4 degrees."""
    rng = np.random.default_rng(seed)
    soft = np.asarray(cv2.GaussianBlur(rendered(pdf, long_side=long_side), (0, 0), 0.55), np.uint8)
    page = _turned(soft, rng.uniform(-0.4, 0.4), paper=255)
    return np.asarray(np.clip(page.astype(np.float32) * 0.93 + 12, 0, 250), np.uint8)


def photo(pdf: bytes, *, long_side: int, seed: int) -> Image:
    """A phone's picture on a desk: turned by at most 3 degrees, in perspective, unevenly lit, soft and noisy."""
    rng = np.random.default_rng(seed)
    page = rendered(pdf, long_side=int(long_side * 0.9))
    height, width = page.shape[:2]
    margin = int(0.05 * max(height, width))
    out_h, out_w = height + 2 * margin, width + 2 * margin
    desk = np.array(rng.choice(((92, 74, 58), (70, 72, 76), (120, 104, 84))), np.float32)
    grain = cv2.GaussianBlur(rng.normal(0, 14, (out_h, out_w)).astype(np.float32), (0, 0), sigmaX=18, sigmaY=2)
    scene = np.clip(desk + grain[..., None] * 4, 0, 255).astype(np.float32)

    shift = 0.018 * max(height, width)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1, 1) * (MOST_SKEW_DEGREES - 1), 1.0)
    seen = cv2.transform(corners[None], turn)[0] + margin + rng.uniform(-shift, shift, (4, 2))
    lens = cv2.getPerspectiveTransform(corners, np.clip(seen, 2, (out_w - 3, out_h - 3)).astype(np.float32))
    page_seen = cv2.warpPerspective(page, lens, (out_w, out_h), flags=cv2.INTER_AREA).astype(np.float32)
    mask = cv2.warpPerspective(np.ones((height, width), np.float32), lens, (out_w, out_h))[..., None]
    scene = scene * (1 - mask) + page_seen * mask

    y, x = np.mgrid[0:out_h, 0:out_w].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    slope = (x / out_w - 0.5) * np.cos(angle) + (y / out_h - 0.5) * np.sin(angle)
    light = 0.86 + 0.26 * slope
    lit = scene * light[..., None] * np.array((1.0, 0.985, 0.94), np.float32)
    soft = cv2.GaussianBlur(lit, (0, 0), 0.7)
    return np.asarray(np.clip(soft + rng.normal(0, 5.0, soft.shape), 0, 255), np.uint8)


FAX_PX = 1728
"""Dots in a line of a standard or fine fax (ITU-T T.4)."""


def fax(pdf: bytes, *, seed: int) -> Image:
    """A fine fax of an upright A4 or letter page: black or white, turned a little, with specks and a few dropped dots."""
    rng = np.random.default_rng(seed)
    page = rendered(pdf, long_side=round(FAX_PX * 1.35))
    page = _turned(page, rng.uniform(-0.8, 0.8), paper=255)
    gray = cv2.GaussianBlur(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), (0, 0), 0.8)
    black = gray < 170
    specks = rng.random(black.shape) < 0.0008
    lost = rng.random(black.shape) < 0.02
    dots = np.where((black & ~lost) | specks, 0, 255).astype(np.uint8)
    return np.repeat(dots[..., None], 3, axis=2)


def png(image: Image) -> bytes:
    """Grey PNG, as scanners write text pages."""
    return _encoded(".png", np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8), [cv2.IMWRITE_PNG_COMPRESSION, 9])


def jpeg(image: Image, *, quality: int = 82) -> bytes:
    """Colour JPEG."""
    return _encoded(".jpg", np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])


def image_pdf(image: Image, *, width: float, height: float) -> bytes:
    """A PDF whose one page, in points, is nothing but the picture: no text layer."""
    with pymupdf.open() as document:
        page = document.new_page(width=width, height=height)
        page.insert_image(page.rect, stream=jpeg(image, quality=85))
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))


def _turned(image: Image, degrees: float, *, paper: int) -> Image:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=(paper,) * 3), np.uint8)


def _encoded(suffix: str, image: npt.NDArray[np.uint8], options: list[int]) -> bytes:
    done, data = cv2.imencode(suffix, image, options)
    if not done:
        raise RuntimeError(f"OpenCV cannot write {suffix}")
    return bytes(data.tobytes())
