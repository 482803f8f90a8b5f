"""Masks: white is painted anew, black stays as it is."""

from PIL import Image

HALF_GRAY = 128
WHITE, BLACK = 255, 0


def repainted(image: Image.Image, fresh: Image.Image, mask: Image.Image) -> Image.Image:
    """The image with what is fresh where the mask is white; each pixel is of the one or the other."""
    hard = mask.convert("L").point(lambda level: WHITE if level >= HALF_GRAY else BLACK)
    if hard.size != image.size:
        hard = hard.resize(image.size, Image.Resampling.NEAREST)
    return Image.composite(fresh, image, hard)


def of_transparency(image: Image.Image) -> Image.Image:
    """White where an image is transparent."""
    return image.getchannel("A").point(lambda level: WHITE if level < HALF_GRAY else BLACK)
