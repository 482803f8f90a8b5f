"""Models that make films."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.replicate.fields import Model, OutputKind, choice, file, flag, number, text, whole
from tests.fakes.replicate.making import filming

WAN = {
    "prompt": text(required=True, description="Prompt for video generation"),
    "resolution": choice("480p", "480p", "720p"),
    "num_frames": whole(81, 81, 121),
    "frames_per_second": whole(16, 5, 30),
    "go_fast": flag(True),
    "sample_shift": number(12, 1, 20),
    "seed": whole(None),
    "disable_safety_checker": flag(False),
}

WAN_FROM_TEXT = {
    **WAN,
    "aspect_ratio": choice("16:9", "16:9", "9:16"),
    "interpolate_output": flag(True),
    "optimize_prompt": flag(False),
}

WAN_FROM_PICTURE = {
    "image": file(required=True),
    **WAN,
    "last_image": file(),
    "interpolate_output": flag(False),
}

HAILUO_02 = {
    "prompt": text(required=True, description="Text prompt for video generation"),
    "duration": choice(6, 6, 10),
    "resolution": choice("1080p", "512p", "768p", "1080p"),
    "first_frame_image": file(),
    "last_frame_image": file(),
    "prompt_optimizer": flag(True),
}

ANIMATE_DIFF = {
    "path": choice(
        "toonyou_beta3.safetensors",
        "toonyou_beta3.safetensors",
        "lyriel_v16.safetensors",
        "rcnzCartoon3d_v10.safetensors",
        "majicmixRealistic_v5Preview.safetensors",
        "realisticVisionV40_v20Novae.safetensors",
    ),
    "seed": whole(None),
    "steps": whole(25, 1, 100),
    "prompt": text("masterpiece, best quality, 1girl, solo, cherry blossoms, hanami"),
    "n_prompt": text(""),
    "motion_module": choice("mm_sd_v14", "mm_sd_v14", "mm_sd_v15"),
    "guidance_scale": number(7.5),
}


def _too_long(given: Mapping[str, Any]) -> tuple[str, str] | None:
    if given["duration"] == 10 and given["resolution"] != "768p":
        return "duration", "10 seconds is only available for 768p resolution"
    return None


MODELS = (
    Model(
        "wan-video/wan-2.2-t2v-fast",
        "c483b1f7b892065bc58ebadb6381abf557f6b1f517d2ff0febb3fb635cf49b4d",
        WAN_FROM_TEXT,
        OutputKind.SINGLE,
        extension="mp4",
        make=filming.wan,
        description="A very fast and cheap PrunaAI optimized version of Wan 2.2 A14B text-to-video",
        run_count=164_000,
    ),
    Model(
        "wan-video/wan-2.2-i2v-fast",
        "4eaf2b01d3bf70d8a2e00b219efeb7cb415855ad18b7dacdc4cae664a73a6eea",
        WAN_FROM_PICTURE,
        OutputKind.SINGLE,
        extension="mp4",
        make=filming.wan,
        description="A very fast and cheap PrunaAI optimized version of Wan 2.2 A14B image-to-video",
        run_count=6_100_000,
    ),
    Model(
        "minimax/hailuo-02",
        "723440c8d826c410cd2316b5abd188c959d8ed3a2bd187be97e3fcfabded6de4",
        HAILUO_02,
        OutputKind.SINGLE,
        extension="mp4",
        make=filming.hailuo,
        conflict=_too_long,
        description="A text-to-video and image-to-video model that can make 6s or 10s videos",
        run_count=307_000,
    ),
    Model(
        "lucataco/animate-diff",
        "beecf59c4aee8d81bf04f0381033dfa10dc16e845b4ae00d281e2fa377e48a9f",
        ANIMATE_DIFF,
        OutputKind.SINGLE,
        is_official=False,
        extension="mp4",
        make=filming.animated,
        description="Animate your personalized text-to-image diffusion models",
        run_count=300_000,
    ),
)
