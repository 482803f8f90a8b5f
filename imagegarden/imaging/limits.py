"""How large a picture or a film may be, wherever it comes from."""

MAX_PIXELS = 40_000_000
MAX_UPLOAD_BYTES = 20 * 1024 * 1024
# Of one frame of a film, and of the whole film.
MAX_FRAME_PIXELS = 4096 * 2304
MAX_FILM_SECONDS = 120
# The file, and the form around it.
MAX_UPLOAD_BODY = MAX_UPLOAD_BYTES + 64 * 1024
