"""The canvas around a picture that is to become larger."""

from PIL import Image

from tests.fakes.replicate.making.work import Size

ZOOMS = {"Zoom out 1.5x": 1.5, "Zoom out 2x": 2.0}
# Which part of the width and of the height is added, and which share of that comes before the picture.
SIDES = {
    "Left outpaint": ((0.5, 1.0), (0.0, 0.0)),
    "Right outpaint": ((0.5, 0.0), (0.0, 0.0)),
    "Top outpaint": ((0.0, 0.0), (0.5, 1.0)),
    "Bottom outpaint": ((0.0, 0.0), (0.5, 0.0)),
}
SQUARE = "Make square"
OPTIONS = ("None", *ZOOMS, SQUARE, *SIDES)


def canvas(size: Size, option: str) -> tuple[Size, Size]:
    """The size of the canvas, and where on it the picture lies."""
    if option in SIDES:
        grown = [round(side * (1 + more)) for side, (more, _) in zip(size, SIDES[option], strict=True)]
        shares = [share for _, share in SIDES[option]]
    elif option == SQUARE:
        grown, shares = [max(size)] * 2, [0.5, 0.5]
    else:
        grown, shares = [round(side * ZOOMS[option]) for side in size], [0.5, 0.5]
    left, top = ((new - old) * share for new, old, share in zip(grown, size, shares, strict=True))
    return (grown[0], grown[1]), (int(left), int(top))


def outpainted(image: Image.Image, fresh: Image.Image, at: Size) -> Image.Image:
    """The picture on what is fresh around it."""
    made = fresh.copy()
    made.paste(image, at)
    return made
