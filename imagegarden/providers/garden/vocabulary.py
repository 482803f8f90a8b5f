"""Words and what they ask for, as data. Everything is in the singular and in lower case."""

from .species import SPECIES


def _table(rows: dict[str, str]) -> dict[str, str]:
    return {word: key for key, words in rows.items() for word in (key, *words.split())}


PLANTS: dict[str, str] = {name: species.key for species in SPECIES.values() for name in (species.key, *species.names)}

NUMBERS: dict[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "",
            "one single lone solitary lonely sole",
            "two couple pair twin both",
            "three trio",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve dozen",
        )
    )
    for word in words.split()
}
MANY = frozenset(
    [
        "many",
        "field",
        "meadow",
        "countless",
        "hundred",
        "thousand",
        "lots",
        "carpet",
        "sea",
        "bed",
        "row",
        "bunch",
        "full",
        "forest",
        "grove",
        "wild",
    ]
)

COLORS: dict[str, str] = {
    "red": "#d92b36",
    "scarlet": "#e0301e",
    "crimson": "#b3122f",
    "pink": "#f27fae",
    "magenta": "#d0359b",
    "orange": "#f5822a",
    "peach": "#ffb48a",
    "coral": "#ff7b62",
    "yellow": "#fbd02c",
    "golden": "#f0b429",
    "gold": "#f0b429",
    "white": "#fbfaf5",
    "cream": "#f7ecd0",
    "blue": "#3f63d6",
    "azure": "#2f9be0",
    "navy": "#223a7a",
    "turquoise": "#2fbdb5",
    "teal": "#1f8c8a",
    "purple": "#8141b8",
    "violet": "#7a4fd0",
    "lilac": "#b79ae0",
    "indigo": "#4338a0",
    "green": "#4fae4a",
    "emerald": "#1f9d5f",
    "black": "#26222c",
    "silver": "#c3cad2",
    "gray": "#8f959b",
    "grey": "#8f959b",
    "brown": "#8a5a34",
}

SETTINGS = _table(
    {
        "city": "skyline skyscraper town downtown metropolis street building cityscape",
        "deep": "underwater reef seabed abyss seafloor undersea",
        "space": "universe nebula orbit outerspace",
        "pond": "lake water pool lagoon reflection swamp marsh wetland",
        "river": "stream brook creek canal waterside riverbank",
        "sea": "ocean beach shore coast island wave tropical bay seaside",
        "forest": "wood woodland jungle rainforest grove glade",
        "desert": "dune sahara oasis canyon",
        "mountain": "alp peak summit cliff alpine highland valley",
        "hill": "hilltop hillside slope knoll",
        "meadow": "pasture prairie lawn steppe grassland countryside",
        "field": "farm plantation farmland",
        "garden": "park yard courtyard terrace flowerbed",
    }
)

TIMES = _table(
    {
        "dawn": "sunrise daybreak",
        "morning": "",
        "noon": "midday day daylight afternoon sunny bright",
        "sunset": "evening sundown golden-hour",
        "dusk": "twilight gloaming",
        "night": "midnight nighttime moonlight moonlit starlit starry nocturnal",
    }
)

SEASONS = _table(
    {
        "spring": "april may",
        "summer": "july august",
        "autumn": "fall autumnal october september",
        "winter": "december january christmas frozen ice",
    }
)

WEATHER = _table(
    {
        "mist": "fog misty foggy haze hazy",
        "rain": "rainy drizzle shower monsoon downpour",
        "snow": "snowy snowfall frost frosty icy blizzard snowflake",
        "storm": "stormy thunder lightning thunderstorm tempest",
        "wind": "windy breeze breezy",
    }
)

SKY = _table(
    {
        "cloud": "cloudy overcast",
        "star": "starry starlit milky constellation",
        "galaxy": "spiral andromeda",
        "planet": "saturn jupiter mars venus neptune pluto exoplanet",
        "comet": "meteor asteroid meteorite",
        "moon": "moonlight moonlit crescent",
        "sun": "sunshine sunlight",
        "rainbow": "",
        "aurora": "borealis",
    }
)

CREATURES = _table(
    {
        "bird": "swallow dove crow gull seagull sparrow robin flock pigeon lark finch",
        "butterfly": "moth monarch",
        "firefly": "glowworm lightningbug",
        "koi": "fish carp goldfish",
        "dragonfly": "",
        "bee": "bumblebee honeybee",
    }
)

BUILT = _table(
    {
        "house": "cottage cabin hut barn home village farmhouse",
        "bridge": "footbridge",
        "path": "road trail walkway lane",
        "fence": "gate",
        "greenhouse": "conservatory glasshouse",
        "lantern": "lamp",
        "boat": "sailboat canoe rowboat dinghy",
        "waterfall": "cascade",
    }
)

MOODS = _table(
    {
        "calm": "peaceful quiet serene tranquil still gentle soft silent",
        "wild": "untamed lush overgrown tangled chaotic",
        "lonely": "lone solitary alone melancholy sad",
        "joyful": "happy cheerful merry bright playful joy",
        "dark": "gloomy mysterious spooky eerie shadowy haunted deep gothic",
        "dreamy": "magical magic enchanted mystical fantasy ethereal dream fairy surreal",
    }
)

# Words that ask for a face, and do not say whose.
FACES = frozenset({"portrait", "face", "model"})

# Pairs and oddities that a plain word-by-word reading would get wrong.
PHRASES: dict[str, str] = {
    "cherry blossom": "sakura",
    "cherry blossoms": "sakura",
    "cherry tree": "sakura",
    "cherry trees": "sakura",
    "water lily": "lotus",
    "water lilies": "lotus",
    "northern lights": "aurora",
    "milky way": "milky",
    "taj mahal": "mosque",
    "hot air balloon": "balloon",
    "hot air balloons": "balloons",
    "polar bear": "white bear",
    "polar bears": "white bears",
    "outer space": "outerspace",
    "close up": "closeup",
    "still life": "bowl",
    "sea horse": "seahorse",
    "alarm clock": "clock",
    "oil lamp": "chandelier",
    "table lamp": "chandelier",
    "gold fish": "koi",
    "steam train": "train",
    "sailing ": "galleon",
    "pirate ": "galleon",
    "flying saucer": "ufo",
    "far away": "faraway",
    "black and white": "",
    "mountain bike": "bicycle",
    "eiffel tower": "tower",
    "sea turtle": "turtle",
    "star fish": "starfish",
    "tea pot": "teapot",
    "light house": "lighthouse",
    "wind mill": "windmill",
    "golden hour": "sunset",
    "palm tree": "palm",
    "palm trees": "palms",
    "pine tree": "pine",
    "pine trees": "pines",
    "apple tree": "apple",
    "apple trees": "apples",
    "oak tree": "oak",
    "oak trees": "oaks",
    "oak leaves": "oak",
    "full moon": "moon",
    "new moon": "moon",
    "lily of the valley": "bluebell",
    "forget me not": "forgetmenot",
    "lily pads": "lotus",
    "lily pad": "lotus",
    "bamboo grove": "bamboo",
    "christmas tree": "pine",
    "willow tree": "willow",
    "birch tree": "birch",
    "maple tree": "maple",
    "bonsai tree": "bonsai",
    "under a bridge": "bridge",
    "morning glory": "hibiscus",
    "black eyed susan": "rudbeckia",
    "evening star": "star",
}

IRREGULAR: dict[str, str] = {
    "leaves": "leaf",
    "cacti": "cactus",
    "fungi": "fungus",
    "fireflies": "firefly",
    "butterflies": "butterfly",
    "dragonflies": "dragonfly",
    "daisies": "daisy",
    "poppies": "poppy",
    "lilies": "lily",
    "peonies": "peony",
    "geese": "goose",
    "reeds": "reeds",
    "grass": "grass",
    "grasses": "grass",
    "cactus": "cactus",
    "lotus": "lotus",
    "lotuses": "lotus",
    "iris": "iris",
    "cypress": "cypress",
    "cosmos": "cosmos",
    "cherries": "cherry",
    "ivies": "ivy",
    "octopus": "octopus",
    "octopuses": "octopus",
    "bus": "bus",
    "buses": "bus",
    "ibis": "ibis",
    "people": "people",
    "women": "woman",
    "men": "man",
    "children": "child",
    "mice": "mouse",
    "oxen": "ox",
    "calves": "calf",
    "knives": "knife",
    "canvas": "canvas",
    "platypus": "platypus",
    "colossus": "colossus",
    "mars": "mars",
    "venus": "venus",
    "walrus": "walrus",
    "fairies": "fairy",
    "branches": "branch",
    "beaches": "beach",
    "wolves": "wolf",
    "irises": "iris",
    "orchids": "orchid",
    "marshes": "marsh",
}
