"""The shape of a picture's box, as one of the classes in the style sheet: inline styles are forbidden."""

import math

# Neighboring classes differ by two hundredths, so that no box is visibly off. frontend/src/css/shapes.mjs makes them.
STEP = math.log(1.02)
LAST = 70


def shape_class(width: int, height: int) -> str:
    """The class whose box has this shape; beyond 1:4 and 4:1, the picture stands inside of its box."""
    step = round(math.log(width / height) / STEP)
    place = max(-LAST, min(LAST, step))
    name = f"shape-{'m' if place < 0 else 'p'}{abs(place)}"
    return name if place == step else f"{name} is-extreme"
