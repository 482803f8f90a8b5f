"""What words ask of a finished picture's color and light, as data."""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Mood:
    """Changes of color and light; each is 0 where nothing changes."""

    light: float = 0.0  # -1 black .. 1 white
    contrast: float = 0.0
    chroma: float = 0.0  # -1 gray .. 1 twice as vivid
    warmth: float = 0.0  # -1 blue .. 1 amber
    tint: float = 0.0  # -1 green .. 1 magenta
    fade: float = 0.0  # darks lifted toward paper
    fog: float = 0.0
    snow: float = 0.0
    night: float = 0.0
    glow: float = 0.0  # light that spreads from bright places
    golden: float = 0.0  # low sun from one side
    autumn: float = 0.0  # greens toward amber
    spring: float = 0.0  # greens toward fresh yellow-green
    sky: float = 0.0  # blues bluer, pale tops toward blue
    sepia: float = 0.0
    vignette: float = 0.0
    sharpness: float = 0.0
    grain: float = 0.0

    def __add__(self, other: "Mood") -> "Mood":
        return Mood(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def __mul__(self, factor: float) -> "Mood":
        return Mood(*(getattr(self, f.name) * factor for f in fields(self)))


# Longer phrases first where one holds another; "more", "less" and the like are read apart from these.
WORDS: dict[str, Mood] = {
    "black and white": Mood(chroma=-1.0, contrast=0.25),
    "black & white": Mood(chroma=-1.0, contrast=0.25),
    "golden hour": Mood(golden=1.0, warmth=0.35, glow=0.2),
    "blue hour": Mood(night=0.4, warmth=-0.4, tint=0.1),
    "bluer sky": Mood(sky=1.0),
    "blue sky": Mood(sky=1.0),
    "clear sky": Mood(sky=0.8, contrast=0.1),
    "high key": Mood(light=0.35, fade=0.15),
    "low key": Mood(light=-0.3, contrast=0.3, vignette=0.6),
    "washed out": Mood(fade=0.6, chroma=-0.35),
    "film noir": Mood(chroma=-1.0, contrast=0.55, light=-0.15, vignette=0.7, grain=0.5),
    "night": Mood(night=1.0),
    "midnight": Mood(night=1.1),
    "moonlight": Mood(night=0.85, glow=0.2),
    "moonlit": Mood(night=0.85, glow=0.2),
    "dark": Mood(light=-0.35, vignette=0.3),
    "dim": Mood(light=-0.25),
    "gloomy": Mood(light=-0.25, chroma=-0.4, warmth=-0.15, vignette=0.4),
    "moody": Mood(light=-0.2, contrast=0.25, chroma=-0.2, vignette=0.5),
    "dusk": Mood(night=0.45, warmth=0.1, tint=0.3),
    "twilight": Mood(night=0.5, warmth=-0.05, tint=0.3),
    "evening": Mood(golden=0.6, light=-0.12, warmth=0.2),
    "sunset": Mood(golden=1.0, warmth=0.4, tint=0.15, light=-0.08),
    "sunrise": Mood(golden=0.8, warmth=0.25, tint=0.15, fog=0.15),
    "dawn": Mood(golden=0.5, tint=0.2, fog=0.25, light=0.05),
    "morning": Mood(light=0.12, warmth=0.12, fog=0.12),
    "noon": Mood(light=0.2, contrast=0.15),
    "day": Mood(light=0.28, warmth=0.08, chroma=0.1),
    "daylight": Mood(light=0.28, warmth=0.05, chroma=0.1),
    "sunny": Mood(light=0.2, warmth=0.22, chroma=0.2, glow=0.2),
    "sunlight": Mood(light=0.15, warmth=0.22, glow=0.25),
    "bright": Mood(light=0.3),
    "light": Mood(light=0.22),
    "warm": Mood(warmth=0.55),
    "hot": Mood(warmth=0.7, contrast=0.1),
    "golden": Mood(golden=0.6, warmth=0.35),
    "gold": Mood(golden=0.6, warmth=0.35),
    "cool": Mood(warmth=-0.5),
    "cold": Mood(warmth=-0.65, chroma=-0.1),
    "icy": Mood(warmth=-0.7, chroma=-0.2, light=0.12),
    "winter": Mood(snow=0.9, warmth=-0.25, chroma=-0.15),
    "snow": Mood(snow=1.0, warmth=-0.15),
    "snowy": Mood(snow=1.0, warmth=-0.15),
    "frost": Mood(snow=0.55, warmth=-0.3),
    "frosty": Mood(snow=0.55, warmth=-0.3),
    "autumn": Mood(autumn=1.0, warmth=0.2),
    "fall": Mood(autumn=1.0, warmth=0.2),
    "spring": Mood(spring=1.0, light=0.1, chroma=0.15),
    "summer": Mood(light=0.1, warmth=0.18, chroma=0.25),
    "fog": Mood(fog=1.0),
    "foggy": Mood(fog=1.0),
    "mist": Mood(fog=0.75),
    "misty": Mood(fog=0.75),
    "haze": Mood(fog=0.6, warmth=0.08),
    "hazy": Mood(fog=0.6, warmth=0.08),
    "rain": Mood(light=-0.15, chroma=-0.3, warmth=-0.25, fog=0.25),
    "rainy": Mood(light=-0.15, chroma=-0.3, warmth=-0.25, fog=0.25),
    "storm": Mood(light=-0.3, chroma=-0.35, warmth=-0.25, contrast=0.3),
    "stormy": Mood(light=-0.3, chroma=-0.35, warmth=-0.25, contrast=0.3),
    "cloudy": Mood(light=-0.08, chroma=-0.25, contrast=-0.2),
    "overcast": Mood(light=-0.08, chroma=-0.3, contrast=-0.25),
    "contrast": Mood(contrast=0.5),
    "dramatic": Mood(contrast=0.5, light=-0.1, vignette=0.5),
    "flat": Mood(contrast=-0.5),
    "soft": Mood(contrast=-0.25, glow=0.3),
    "dreamy": Mood(glow=0.7, fade=0.2, tint=0.12, light=0.08),
    "magical": Mood(glow=0.6, tint=0.25, chroma=0.2),
    "ethereal": Mood(glow=0.7, fade=0.3, warmth=-0.1),
    "glow": Mood(glow=0.7),
    "glowing": Mood(glow=0.7),
    "vivid": Mood(chroma=0.6),
    "vibrant": Mood(chroma=0.6, contrast=0.1),
    "colorful": Mood(chroma=0.6),
    "colourful": Mood(chroma=0.6),
    "color": Mood(chroma=0.4),
    "colors": Mood(chroma=0.4),
    "saturated": Mood(chroma=0.6),
    "saturation": Mood(chroma=0.5),
    "desaturated": Mood(chroma=-0.55),
    "muted": Mood(chroma=-0.45, fade=0.15),
    "pale": Mood(chroma=-0.3, light=0.2, fade=0.25),
    "pastel": Mood(light=0.22, chroma=-0.25, fade=0.4),
    "faded": Mood(fade=0.55, chroma=-0.25),
    "matte": Mood(fade=0.45),
    "vintage": Mood(sepia=0.5, fade=0.4, vignette=0.4, grain=0.3),
    "retro": Mood(sepia=0.4, fade=0.4, tint=0.1, grain=0.3),
    "sepia": Mood(sepia=1.0),
    "monochrome": Mood(chroma=-1.0, contrast=0.2),
    "grayscale": Mood(chroma=-1.0),
    "greyscale": Mood(chroma=-1.0),
    "noir": Mood(chroma=-1.0, contrast=0.5, vignette=0.6),
    "vignette": Mood(vignette=0.8),
    "sharp": Mood(sharpness=0.8),
    "crisp": Mood(sharpness=0.7, contrast=0.1),
    "detail": Mood(sharpness=0.6),
    "grain": Mood(grain=0.8),
    "grainy": Mood(grain=0.8),
    "red": Mood(warmth=0.3, tint=0.45),
    "orange": Mood(warmth=0.65, tint=0.1),
    "yellow": Mood(warmth=0.6, tint=-0.2),
    "green": Mood(tint=-0.6),
    "teal": Mood(warmth=-0.4, tint=-0.4),
    "blue": Mood(warmth=-0.6),
    "purple": Mood(warmth=-0.3, tint=0.55),
    "violet": Mood(warmth=-0.35, tint=0.55),
    "pink": Mood(warmth=0.1, tint=0.6, light=0.06),
    "rosy": Mood(warmth=0.15, tint=0.45),
}

# Hindi and Arabic, as the English word they stand for.
SIGNS: dict[str, str] = {
    "रात": "night",
    "सूर्यास्त": "sunset",
    "सूर्योदय": "sunrise",
    "सुबह": "morning",
    "शाम": "evening",
    "बर्फ": "snow",
    "कोहरा": "fog",
    "बारिश": "rain",
    "पतझड़": "autumn",
    "वसंत": "spring",
    "गर्म": "warm",
    "ठंडा": "cold",
    "चमकीला": "bright",
    "गहरा": "dark",
    "नीला": "blue",
    "लाल": "red",
    "ليل": "night",
    "غروب": "sunset",
    "شروق": "sunrise",
    "صباح": "morning",
    "ثلج": "snow",
    "ضباب": "fog",
    "مطر": "rain",
    "خريف": "autumn",
    "ربيع": "spring",
    "دافئ": "warm",
    "بارد": "cold",
    "مشرق": "bright",
    "داكن": "dark",
    "أزرق": "blue",
    "أحمر": "red",
    "\U0001f319": "night",
    "\U0001f303": "night",
    "\U0001f305": "sunrise",
    "\U0001f307": "sunset",
    "\u2744": "snow",
    "\u2600": "sunny",
    "\U0001f327": "rain",
    "\U0001f32b": "fog",
    "\U0001f341": "autumn",
    "\U0001f342": "autumn",
}

FORMS: dict[str, str] = {
    "warmer": "warm",
    "warmth": "warm",
    "cooler": "cool",
    "colder": "cold",
    "darker": "dark",
    "darken": "dark",
    "dimmer": "dim",
    "brighter": "bright",
    "brighten": "bright",
    "lighter": "light",
    "lighten": "light",
    "softer": "soft",
    "sharper": "sharp",
    "sharpen": "sharp",
    "moodier": "moody",
    "dreamier": "dreamy",
    "foggier": "foggy",
    "mistier": "misty",
    "sunnier": "sunny",
    "bluer": "blue",
    "redder": "red",
    "greener": "green",
    "pinker": "pink",
    "paler": "pale",
    "crisper": "crisp",
    "flatter": "flat",
    "autumnal": "autumn",
    "wintry": "winter",
    "nighttime": "night",
    "daytime": "day",
    "pastels": "pastel",
    "details": "detail",
    "detailed": "detail",
    "colour": "color",
    "colours": "colors",
    "contrasty": "contrast",
    "romantic": "rosy",
}

MORE = frozenset(("very", "much", "extremely", "strongly", "really", "deeply"))
SLIGHTLY = frozenset(("slightly", "little", "bit", "somewhat", "subtly", "gently"))
LESS = frozenset(("less", "no", "not", "without", "remove", "reduce", "never"))
