"""Models that make pictures from words, and from a picture with words."""

from types import MappingProxyType

from imagegarden.providers.catalogue.model import Model, Range, Takes

# Each about one megapixel and a multiple of 64.
SIZES = MappingProxyType(
    {
        "1:1": (1024, 1024),
        "3:4": (896, 1152),
        "4:3": (1152, 896),
        "9:16": (768, 1344),
        "16:9": (1344, 768),
    }
)
SMALLER_SIZES = MappingProxyType(
    {
        "1:1": (768, 768),
        "3:4": (576, 768),
        "4:3": (768, 576),
        "9:16": (576, 1024),
        "16:9": (1024, 576),
    }
)
IMAGE_DEADLINE = 300
# How much of the given picture gives way to the words.
STRENGTHS = MappingProxyType({"subtle": 0.4, "strong": 0.8})

GARDEN = Model(
    key="garden",
    kind="image",
    provider="garden",
    source="garden",
    label="Garden engine",
    description="Procedural pictures, drawn on this machine. No AI.",
    is_ai=False,
    sizes=SIZES,
    has_looks=True,
    max_count=4,
    image=Takes.MAY,
    keeps_size=True,
    strengths=STRENGTHS,
    usual_seconds=2,
    deadline_seconds=IMAGE_DEADLINE,
)
FLUX_SCHNELL = Model(
    key="flux-schnell",
    kind="image",
    provider="replicate",
    source="black-forest-labs/flux-schnell",
    label="FLUX schnell",
    description="Quick and good at almost everything.",
    is_ai=True,
    sizes=SIZES,
    has_looks=True,
    max_count=4,
    steps=Range(1, 4, 4),
    usual_seconds=2,
    deadline_seconds=IMAGE_DEADLINE,
)
FLUX_DEV = Model(
    key="flux-dev",
    kind="image",
    provider="replicate",
    source="black-forest-labs/flux-dev",
    label="FLUX dev",
    description="Finer detail, closer to the prompt, slower.",
    is_ai=True,
    sizes=SIZES,
    has_looks=True,
    max_count=4,
    steps=Range(1, 50, 28),
    guidance=Range(0, 10, 3, 0.1),
    image=Takes.MAY,
    strengths=STRENGTHS,
    usual_seconds=8,
    deadline_seconds=IMAGE_DEADLINE,
)
FLUX_2_PRO = Model(
    key="flux-2-pro",
    kind="image",
    provider="replicate",
    source="black-forest-labs/flux-2-pro",
    label="FLUX.2 pro",
    description="The finest pictures, lettering included. One at a time.",
    is_ai=True,
    is_premium=True,
    sizes=SIZES,
    has_looks=True,
    max_count=1,
    image=Takes.MAY,
    follows_image=False,
    usual_seconds=10,
    deadline_seconds=IMAGE_DEADLINE,
)
SDXL = Model(
    key="sdxl",
    kind="image",
    provider="replicate",
    source="stability-ai/sdxl:7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc",
    label="SDXL",
    description="The open classic: can be told what to leave out.",
    is_ai=True,
    sizes=SIZES,
    has_looks=True,
    max_count=4,
    has_negative_prompt=True,
    steps=Range(1, 100, 50),
    guidance=Range(1, 20, 7.5, 0.5),
    image=Takes.MAY,
    strengths=STRENGTHS,
    follows_image=False,
    usual_seconds=12,
    deadline_seconds=IMAGE_DEADLINE,
)
STABLE_DIFFUSION_35 = Model(
    key="stable-diffusion-3.5-large",
    kind="image",
    provider="replicate",
    source="stability-ai/stable-diffusion-3.5-large",
    label="Stable Diffusion 3.5",
    description="Many styles, one picture at a time.",
    is_ai=True,
    sizes=MappingProxyType({ratio: SIZES[ratio] for ratio in ("1:1", "9:16", "16:9")}),
    has_looks=True,
    max_count=1,
    has_negative_prompt=True,
    guidance=Range(1, 10, 5, 0.5),
    image=Takes.MAY,
    strengths=STRENGTHS,
    follows_image=False,
    usual_seconds=10,
    deadline_seconds=IMAGE_DEADLINE,
)
STABLE_DIFFUSION = Model(
    key="stable-diffusion",
    kind="image",
    provider="replicate",
    source="stability-ai/stable-diffusion:db21e45d3f7023abc2a46ee38a23973f6dce16bb082a930b0c49861f96d1e5bf",
    label="Stable Diffusion",
    description="The one that began it. Small, dreamy, unpredictable.",
    is_ai=True,
    sizes=SMALLER_SIZES,
    has_looks=True,
    max_count=4,
    has_negative_prompt=True,
    steps=Range(1, 100, 20),
    guidance=Range(1, 20, 9, 0.5),
    usual_seconds=6,
    deadline_seconds=IMAGE_DEADLINE,
)
# In the order in which people see them.
MODELS = (FLUX_SCHNELL, FLUX_DEV, FLUX_2_PRO, SDXL, STABLE_DIFFUSION_35, STABLE_DIFFUSION, GARDEN)
