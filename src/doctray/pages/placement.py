"""Where a point of a page comes to stand in the page's pixels: one affine map a page, the same for words, rules and fields."""

import math
from dataclasses import dataclass

from doctray.domain.document import Affine, Box, Segment

Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Placement:
    """x' = a x + c y + e, y' = b x + d y + f, onto an image of width x height pixels with its origin top left."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    width: int
    height: int

    @classmethod
    def of_image(cls, width: int, height: int) -> "Placement":
        """Of an image file that is shown as it is."""
        return cls(1.0, 0.0, 0.0, 1.0, 0.0, 0.0, width, height)

    @property
    def affine(self) -> Affine:
        return self.a, self.b, self.c, self.d, self.e, self.f

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def box(self, rect: Rect) -> Box | None:
        """The bounding box of the placed rectangle, cut to the image; None when it lies outside or has no extent."""
        x0, y0, x1, y1 = rect
        xs, ys = zip(self.point(x0, y0), self.point(x0, y1), self.point(x1, y0), self.point(x1, y1), strict=True)
        if not all(map(math.isfinite, (*xs, *ys))):
            return None
        left, right = max(0.0, min(xs)), min(float(self.width), max(xs))
        top, bottom = max(0.0, min(ys)), min(float(self.height), max(ys))
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def segment(self, x0: float, y0: float, x1: float, y1: float) -> Segment | None:
        """The placed stroke, cut to the image; None when it is slanted (more than 2 px, or 1 in 50) or outside."""
        (px, py), (qx, qy) = self.point(x0, y0), self.point(x1, y1)
        if not all(map(math.isfinite, (px, py, qx, qy))):
            return None
        run, rise = abs(qx - px), abs(qy - py)
        if min(run, rise) > max(2.0, max(run, rise) / 50):
            return None
        left, right = max(0.0, min(px, qx)), min(float(self.width), max(px, qx))
        top, bottom = max(0.0, min(py, qy)), min(float(self.height), max(py, qy))
        return Segment(left, top, right, bottom) if left <= right and top <= bottom else None

    def angle(self, dx: float, dy: float) -> int:
        """Degrees clockwise of a direction as it is placed, to the nearest 90."""
        turned = math.degrees(math.atan2(self.b * dx + self.d * dy, self.a * dx + self.c * dy))
        return round(turned / 90) % 4 * 90

    def turned(self, degrees: int) -> "Placement":
        """The placement after the image is turned clockwise by a multiple of 90 degrees."""
        match degrees % 360:
            case 0:
                return self
            case 90:
                # x'' = height - y', y'' = x'
                return Placement(-self.b, self.a, -self.d, self.c, self.height - self.f, self.e, self.height, self.width)
            case 180:
                return Placement(-self.a, -self.b, -self.c, -self.d, self.width - self.e, self.height - self.f, self.width, self.height)
            case 270:
                # x'' = y', y'' = width - x'
                return Placement(self.b, -self.a, self.d, -self.c, self.f, self.width - self.e, self.height, self.width)
            case other:
                raise ValueError(f"not a multiple of 90: {other}")

    def then(self, a: float, b: float, c: float, d: float, e: float, f: float, *, width: int, height: int) -> "Placement":
        """This placement followed by another affine map onto an image of width x height."""
        return Placement(
            a * self.a + c * self.b,
            b * self.a + d * self.b,
            a * self.c + c * self.d,
            b * self.c + d * self.d,
            a * self.e + c * self.f + e,
            b * self.e + d * self.f + f,
            width,
            height,
        )
