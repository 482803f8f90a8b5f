"""The plants the garden knows, as a table. A new plant is a new row, as long as its form exists."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Species:
    """How one kind of plant looks. Empty colors come from the palette."""

    key: str
    family: str  # flower, tree or plant
    form: str  # which drawing of the family
    color: str = ""
    heart: str = ""
    petals: int = 0
    size: float = 1.0
    leaf: str = "lance"
    setting: str = ""
    names: tuple[str, ...] = ()


def _flower(
    key: str,
    form: str,
    color: str,
    heart: str,
    petals: int,
    size: float = 1.0,
    leaf: str = "lance",
    setting: str = "",
    names: str = "",
) -> Species:
    return Species(key, "flower", form, color, heart, petals, size, leaf, setting, tuple(names.split()))


def _tree(
    key: str, form: str, color: str = "", heart: str = "", size: float = 1.0, setting: str = "", names: str = ""
) -> Species:
    return Species(key, "tree", form, color, heart, 0, size, "", setting, tuple(names.split()))


def _plant(key: str, form: str, color: str = "", size: float = 1.0, setting: str = "", names: str = "") -> Species:
    return Species(key, "plant", form, color, "", 0, size, "", setting, tuple(names.split()))


_ALL = (
    _flower("lotus", "lotus", "#f08bb4", "#ffd766", 9, 1.1, "pad", "pond", "waterlily nymphaea"),
    _flower("rose", "rose", "#d8274a", "#8f1230", 24, 0.95, "rose", "garden"),
    _flower("peony", "rose", "#f29ab8", "#d95f8d", 30, 1.1, "rose", "garden", "ranunculus carnation camellia"),
    _flower(
        "dahlia", "rosette", "#d4476a", "#8f1f4a", 40, 1.05, "rose", "garden", "chrysanthemum zinnia marigold aster"
    ),
    _flower("tulip", "tulip", "#e63946", "#ffd166", 5, 1.0, "tulip", "hill", "crocus"),
    _flower("sunflower", "sunflower", "#fbb81d", "#4a2a12", 30, 1.35, "heart", "field", "girasol"),
    _flower("daisy", "daisy", "#ffffff", "#f5bc2f", 21, 0.85, "small", "meadow", "marguerite chamomile edelweiss"),
    _flower(
        "cosmos", "daisy", "#e87fb5", "#f5c542", 8, 0.9, "small", "meadow", "anemone wildflower flower blossom bloom"
    ),
    _flower("coneflower", "daisy", "#c0569b", "#8a3d1f", 15, 0.9, "lance", "meadow", "echinacea rudbeckia"),
    _flower("poppy", "poppy", "#e8352b", "#1d1420", 4, 0.95, "small", "meadow", "papaver"),
    _flower("lavender", "spike", "#8263c9", "#5b3fa0", 9, 1.0, "small", "field", "heather lilac sage rosemary"),
    _flower(
        "lupine", "spike", "#7a66d8", "#e8d8ff", 12, 1.15, "small", "meadow", "lupin delphinium hyacinth snapdragon"
    ),
    _flower("foxglove", "bells", "#c76bb0", "#f5d8ea", 12, 1.2, "lance", "forest", "hollyhock"),
    _flower("bluebell", "bells", "#5a6fd6", "#cdd6ff", 7, 0.8, "tulip", "forest", "campanula snowdrop"),
    _flower("lily", "lily", "#fff1e6", "#e8a23a", 6, 1.05, "lance", "garden", "amaryllis hibiscus"),
    _flower("daffodil", "trumpet", "#ffe66b", "#f59b23", 6, 0.9, "tulip", "meadow", "narcissus jonquil"),
    _flower("iris", "iris", "#6a57c8", "#ffd15c", 6, 1.0, "tulip", "pond", "gladiolus"),
    _flower("orchid", "orchid", "#d77ccc", "#8c2a6c", 5, 1.0, "tulip", "forest"),
    _flower("dandelion", "globe", "#f4f4ec", "#9fa889", 0, 0.8, "small", "meadow"),
    _flower("allium", "globe", "#a66fd0", "#7745a8", 0, 1.0, "tulip", "garden", "hydrangea thistle clover"),
    _flower("cornflower", "daisy", "#4169d8", "#2a2f86", 12, 0.8, "small", "meadow", "forgetmenot bluet"),
    _tree("oak", "broad", setting="hill", names="tree beech elm ash chestnut walnut linden lime baobab acacia"),
    _tree("maple", "broad", "#d4542b", setting="hill", names="sycamore"),
    _tree("apple tree", "broad", "", "#d83a34", 0.85, "garden", "orchard apple pear fruit orange lemon peach"),
    _tree("olive", "broad", "#8c9a6b", "", 0.8, "hill", "mangrove"),
    _tree(
        "cherry blossom",
        "blossom",
        "#f6a9c4",
        "#ffdbe6",
        setting="river",
        names="cherry sakura plum almond magnolia wisteria jacaranda",
    ),
    _tree("birch", "birch", "#b7c94f", setting="meadow", names="aspen eucalyptus"),
    _tree("willow", "willow", "#8fae54", setting="pond"),
    _tree(
        "pine",
        "conifer",
        "#2f6150",
        setting="mountain",
        names="fir spruce conifer cedar larch evergreen christmas redwood sequoia",
    ),
    _tree("cypress", "column", "#2d5a3c", setting="hill", names="poplar juniper thuja"),
    _tree("palm", "palm", "#3f8f4a", setting="sea", names="coconut banana"),
    _tree("bonsai", "bonsai", "#2f6b45", setting="garden"),
    _plant("bamboo", "bamboo", "#6f9f45", setting="grove"),
    _plant("cactus", "cactus", "#3f8a5c", setting="desert", names="cacti saguaro succulent agave aloe"),
    _plant("fern", "fern", "#3f8f4f", setting="forest", names="bracken monstera"),
    _plant("mushroom", "mushroom", "#c8372f", 0.8, "forest", "toadstool fungus fungi"),
    _plant("reeds", "reeds", "#7d8f4a", setting="pond", names="reed cattail bulrush rush"),
    _plant("wheat", "wheat", "#e0b04a", setting="field", names="barley rye grain corn"),
    _plant("grass", "grass", "#7fae4a", setting="meadow", names="pampas sedge herb"),
    _plant("ivy", "ivy", "#3f7f45", setting="garden", names="vine liana creeper leaf foliage"),
)

SPECIES: dict[str, Species] = {species.key: species for species in _ALL}
