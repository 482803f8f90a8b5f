"""Models that make films, from words or from a picture that begins to move."""

from types import MappingProxyType

from imagegarden.providers.catalogue.model import Model, Takes

FILM_DEADLINE = 900
AT_480P = MappingProxyType({"16:9": (832, 480), "9:16": (480, 832)})
AT_720P = MappingProxyType({"16:9": (1280, 720), "9:16": (720, 1280)})

WAN = Model(
    key="wan-2.2",
    kind="video",
    provider="replicate",
    source="wan-video/wan-2.2-t2v-fast",
    label="Wan 2.2",
    description="Films from words, quick and lively.",
    is_ai=True,
    has_looks=True,
    sizes=AT_480P,
    resolutions=MappingProxyType({"480p": AT_480P, "720p": AT_720P}),
    durations=(5, 7),
    usual_seconds=40,
    deadline_seconds=FILM_DEADLINE,
)
WAN_ANIMATE = Model(
    key="wan-2.2-animate",
    kind="video",
    provider="replicate",
    source="wan-video/wan-2.2-i2v-fast",
    label="Wan 2.2 Animate",
    description="Lets a picture begin to move.",
    is_ai=True,
    image=Takes.MUST,
    has_looks=False,
    sizes=AT_480P,
    resolutions=MappingProxyType({"480p": AT_480P, "720p": AT_720P}),
    durations=(5, 7),
    usual_seconds=40,
    deadline_seconds=FILM_DEADLINE,
)
_AT_512P = MappingProxyType({"16:9": (912, 512)})
_AT_768P = MappingProxyType({"16:9": (1366, 768)})
_AT_1080P = MappingProxyType({"16:9": (1920, 1080)})
HAILUO = Model(
    key="hailuo-02",
    kind="video",
    provider="replicate",
    source="minimax/hailuo-02",
    label="Hailuo 02",
    description="The finest motion, up to ten seconds, from words or a picture.",
    is_ai=True,
    is_premium=True,
    image=Takes.MAY,
    has_looks=True,
    has_seed=False,
    sizes=_AT_768P,
    resolutions=MappingProxyType({"768p": _AT_768P, "512p": _AT_512P, "1080p": _AT_1080P}),
    durations=(6,),
    durations_of=MappingProxyType({"768p": (6, 10)}),
    usual_seconds=180,
    deadline_seconds=FILM_DEADLINE,
)
ANIMATE_DIFF = Model(
    key="animate-diff",
    kind="video",
    provider="replicate",
    source="lucataco/animate-diff:beecf59c4aee8d81bf04f0381033dfa10dc16e845b4ae00d281e2fa377e48a9f",
    label="AnimateDiff",
    description="The one that began it. Two dreamy seconds.",
    is_ai=True,
    has_looks=True,
    has_negative_prompt=True,
    sizes=MappingProxyType({"1:1": (512, 512)}),
    durations=(2,),
    usual_seconds=50,
    deadline_seconds=FILM_DEADLINE,
)
GARDEN_FILM = Model(
    key="garden-film",
    kind="video",
    provider="garden",
    source="garden",
    label="Growth film",
    description="The garden engine's picture as it grows, or yours as the wind goes through. No AI.",
    is_ai=False,
    image=Takes.MAY,
    has_looks=True,
    sizes=MappingProxyType({**AT_480P, "1:1": (640, 640)}),
    resolutions=MappingProxyType(
        {
            "480p": MappingProxyType({**AT_480P, "1:1": (640, 640)}),
            "720p": MappingProxyType({**AT_720P, "1:1": (960, 960)}),
        }
    ),
    durations=(4,),
    usual_seconds=4,
    deadline_seconds=FILM_DEADLINE,
)
# In the order in which people see them.
MODELS = (WAN, WAN_ANIMATE, HAILUO, ANIMATE_DIFF, GARDEN_FILM)
