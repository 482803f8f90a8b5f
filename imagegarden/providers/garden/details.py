"""Phrases that make a prompt richer, as data: what they describe, and the words by which a prompt has it already."""

FLOWERS: dict[str, tuple[str, ...]] = {
    "lotus": ("layered petals that open above broad floating leaves",),
    "rose": ("densely folded petals with velvety shading", "spiraling petals with a soft velvet sheen"),
    "rosette": ("tightly ordered petals that darken toward the heart",),
    "tulip": ("smooth cupped petals on slender stems",),
    "sunflower": ("golden ray petals around dark, finely patterned hearts",),
    "daisy": ("delicate ray petals around bright centers",),
    "poppy": ("crinkled, paper-thin petals through which the light shines",),
    "spike": ("upright spires dense with tiny blossoms",),
    "bells": ("nodding bell-shaped blossoms along arching stems",),
    "lily": ("curved petals with fine veins and long stamens",),
    "trumpet": ("ruffled trumpets framed by pointed petals",),
    "iris": ("ruffled petals with finely drawn veins",),
    "orchid": ("waxy petals along a gracefully arching stem",),
    "globe": ("round heads made of countless fine florets",),
}
TREES: dict[str, tuple[str, ...]] = {
    "broad": ("a full crown with countless distinct leaves, rough bark and strong branching",),
    "blossom": ("clouds of blossom on dark, winding branches",),
    "birch": ("pale, peeling bark and finely divided foliage",),
    "willow": ("long trailing branches that sway like curtains",),
    "conifer": ("layered needle boughs on straight, dark trunks",),
    "column": ("slim dark crowns rising like columns",),
    "palm": ("arching fronds on slender ringed trunks",),
    "bonsai": ("a gnarled miniature trunk with carefully shaped pads of foliage",),
}
PLANTS: dict[str, tuple[str, ...]] = {
    "bamboo": ("tall jointed culms with feathery leaves",),
    "cactus": ("ribbed stems with fine, light-catching spines",),
    "fern": ("arching fronds with finely divided leaflets",),
    "mushroom": ("rounded caps over delicate gills, moss around the stems",),
    "reeds": ("slender reeds that bend over their reflections",),
    "wheat": ("heavy bearded ears moving in waves",),
    "grass": ("fine blades that catch the light at their tips",),
    "ivy": ("glossy overlapping leaves that follow every surface",),
}
CREATURES: dict[str, str] = {
    "bird": "well-observed birds with crisp feathers",
    "butterfly": "butterflies with finely patterned wings",
    "firefly": "tiny warm points of drifting light",
    "koi": "gleaming fish just below the surface",
    "dragonfly": "iridescent, glass-clear wings",
    "bee": "bees dusted with pollen",
}
BUILT: dict[str, str] = {
    "house": "weathered walls and a roof with honest material detail",
    "bridge": "a bridge with believable joints and worn edges",
    "path": "a path that leads the eye into the picture",
    "fence": "sun-bleached wooden fencing",
    "greenhouse": "glass panes with subtle reflections",
    "lantern": "a lantern with a soft halo",
    "boat": "a boat with a clear outline against the water",
    "waterfall": "falling water drawn out into silky veils",
}
PLACES: dict[str, str] = {
    "pond": "water whose surface carries believable reflections",
    "river": "flowing water that winds into the distance",
    "sea": "translucent waves with fine lines of foam",
    "forest": "trunks that recede into ever paler depth",
    "desert": "wind-shaped dunes with knife-sharp crests",
    "mountain": "ridges that grow paler with distance",
    "hill": "gently overlapping slopes",
    "meadow": "a wealth of small grasses and herbs underfoot",
    "field": "rows that converge toward the horizon",
    "garden": "lush planting arranged in layers",
}
SEASONS: dict[str, str] = {
    "spring": "fresh young foliage",
    "summer": "dense, mature greenery",
    "autumn": "foliage in amber, russet and deep red",
    "winter": "a hush of cold air over everything",
}
LIGHT: dict[str, tuple[str, ...]] = {
    "dawn": ("tender first light low over the horizon, long soft shadows",),
    "morning": ("fresh low morning light with soft, slanting shadows",),
    "noon": ("clear, even daylight with crisp, short shadows", "bright daylight with clean, saturated tones"),
    "sunset": ("warm low sunlight, glowing rims and long shadows",),
    "dusk": ("fading twilight in which bright things seem to glow",),
    "night": ("deep shadow broken by small pools of cool light", "restrained darkness with silvery highlights"),
    "storm": ("dramatic light that breaks through heavy clouds",),
    "mist": ("diffuse light that softens every contour",),
    "rain": ("diffuse light with gleaming reflections on every wet surface",),
    "snow": ("soft, cool light scattered from white surfaces",),
    "open": (
        "soft natural light from one side with gentle shadows",
        "warm directional light that models every form",
        "gentle diffuse light with a subtle rim on the edges",
    ),
}
MOOD: dict[str, tuple[str, ...]] = {
    "calm": ("a peaceful, contemplative mood",),
    "wild": ("an untamed, exuberant mood",),
    "lonely": ("a tender, solitary mood",),
    "joyful": ("a lighthearted, joyful mood",),
    "dark": ("a mysterious, brooding mood",),
    "dreamy": ("a dreamlike, enchanted mood",),
    "storm": ("a tense, powerful mood",),
    "open": ("a coherent, evocative mood", "an immersive, atmospheric mood"),
}
COMPOSITION: dict[str, tuple[str, ...]] = {
    "one": ("a clear focal point set off-center with generous space around it",),
    "many": ("an inviting rhythm of shapes that leads from the foreground into the distance",),
    "place": (
        "a layered composition with a detailed foreground and a distance that gives it depth",
        "leading lines that draw the eye from the foreground into the depth of the scene",
    ),
    "open": ("a balanced composition with a clear focal point and a real sense of depth",),
}
TEXTURE: dict[str, tuple[str, ...]] = {
    "photo": ("natural textures in sharp focus, with true-to-life detail",),
    "watercolor": ("translucent washes, soft bleeding edges and visible paper texture",),
    "ink": ("confident linework of varied weight and fine hatching texture",),
    "oil": ("rich layered brushwork with tactile texture",),
    "paper": ("crisp cut edges, layered sheets and fine paper texture",),
    "plain": ("clean shapes, precise edges and restrained texture",),
    "open": ("rich surface texture and finely resolved detail", "tactile textures and carefully rendered detail"),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A prompt that has one of these words needs no phrase of that kind.
HAS_LIGHT = _words(
    "light lights lit lighting backlit backlight glow glowing glows shadow shadows illuminated illumination neon "
    "candle candlelight lamplight spotlight sunbeam sunbeams rays chiaroscuro silhouette silhouettes daylight "
    "sunlight moonlight sunlit moonlit darkness"
)
HAS_MOOD = _words("mood moody atmosphere atmospheric feeling vibe vibes emotional")
HAS_COMPOSITION = _words(
    "composition close closeup macro wide panorama panoramic aerial overhead foreground background bokeh "
    "symmetrical symmetry centered portrait framing framed perspective angle focal depth isometric topdown selfie"
)
HAS_TEXTURE = _words(
    "texture textures textured detail details detailed brushwork brushstrokes intricate linework hd 4k 8k"
)
MEDIA: dict[str, frozenset[str]] = {
    "photo": _words("photo photograph photography photorealistic realistic dslr cinematic polaroid"),
    "watercolor": _words("watercolor watercolour aquarelle"),
    "ink": _words("ink sketch drawing pencil engraving etching woodcut linocut lineart manga charcoal"),
    "oil": _words("oil painting gouache acrylic impasto impressionist fresco"),
    "paper": _words("papercut origami collage"),
    "plain": _words(
        "minimal minimalist minimalistic flat vector logo icon pixel cartoon lineart abstract geometric pictogram"
    ),
}
NEGATIONS = _words("no not without none never nothing")
INDOORS = _words("room kitchen interior indoors office studio bedroom bathroom cafe shop museum library")

# Whatever may be said of what is named: a prompt that has one of these was enriched before.
SUBJECTS: frozenset[str] = frozenset(
    phrase for table in (FLOWERS, TREES, PLANTS) for phrases in table.values() for phrase in phrases
).union(CREATURES.values(), BUILT.values(), PLACES.values(), SEASONS.values())
