"""Models that make pictures from pictures: larger, restored, filled, edited."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.replicate import sizes
from tests.fakes.replicate.entries.images import SIDES_OF_64
from tests.fakes.replicate.fields import Model, OutputKind, choice, file, flag, number, text, whole
from tests.fakes.replicate.making import outpainting, retouching

# What it tolerates at most where it is given a picture.
STRICT_TOLERANCE = 2

REAL_ESRGAN = {
    "image": file(required=True),
    "scale": number(4, 0, 10),
    "face_enhance": flag(False),
}

CLARITY_UPSCALER = {
    "image": file(required=True),
    "prompt": text("masterpiece, best quality, highres, <lora:more_details:0.5> <lora:SDXLrender_v2.0:1>"),
    "negative_prompt": text("(worst quality, low quality, normal quality:2) JuggernautNegative-neg"),
    "scale_factor": number(2),
    "dynamic": number(6, 1, 50),
    "creativity": number(0.35, 0, 1),
    "resemblance": number(0.6, 0, 3),
    "num_inference_steps": whole(18, 1, 100),
    "seed": whole(1337),
    "output_format": choice("png", "webp", "jpg", "png"),
}

GFPGAN = {
    "img": file(required=True),
    "version": choice("v1.4", "v1.2", "v1.3", "v1.4", "RestoreFormer"),
    "scale": number(2),
}

FLUX_FILL_PRO = {
    "image": file(required=True),
    "prompt": text(required=True, description="Text prompt for image generation"),
    "mask": file(),
    "outpaint": choice("None", *outpainting.OPTIONS),
    "steps": whole(50, 15, 50),
    "guidance": number(60, 1.5, 100),
    "seed": whole(None),
    "prompt_upsampling": flag(False),
    "output_format": choice("jpg", "jpg", "png"),
    "safety_tolerance": whole(2, 1, 6),
}

STABLE_DIFFUSION_INPAINTING = {
    "prompt": text("a vision of paradise. unreal engine"),
    "negative_prompt": text(),
    "image": file(),
    "mask": file(),
    "width": choice(512, *SIDES_OF_64),
    "height": choice(512, *SIDES_OF_64),
    "num_outputs": whole(1, 1, 4),
    "num_inference_steps": whole(50, 1, 500),
    "guidance_scale": number(7.5, 1, 20),
    "scheduler": choice(
        "DPMSolverMultistep", "DDIM", "K_EULER", "DPMSolverMultistep", "K_EULER_ANCESTRAL", "PNDM", "KLMS"
    ),
    "seed": whole(None),
}

FLUX_KONTEXT_PRO = {
    "prompt": text(required=True, description="Text description of what you want to generate, or how to edit"),
    "input_image": file(),
    "aspect_ratio": choice("match_input_image", "match_input_image", *sizes.SIZES, "2:1", "1:2"),
    "output_format": choice("png", "jpg", "png"),
    "safety_tolerance": whole(2, 0, 6),
    "prompt_upsampling": flag(False),
    "seed": whole(None),
}


def _too_tolerant(given: Mapping[str, Any]) -> tuple[str, str] | None:
    if "input_image" not in given or given["safety_tolerance"] <= STRICT_TOLERANCE:
        return None
    return "safety_tolerance", "2 is the maximum when an input image is used"


MODELS = (
    Model(
        "nightmareai/real-esrgan",
        "f121d640bd286e1fdc67f9799164c1d5be36ff74576ee11c803ae5b665dd46aa",
        REAL_ESRGAN,
        OutputKind.SINGLE,
        is_official=False,
        make=retouching.enlarged("image", "scale"),
        trouble=retouching.why_not_enlarged,
        description="Real-ESRGAN with optional face correction and adjustable upscale",
        run_count=80_000_000,
    ),
    Model(
        "philz1337x/clarity-upscaler",
        "dfad41707589d68ecdccd1dfa600d55a208f9310748e44bfe35b4a6291453d5e",
        CLARITY_UPSCALER,
        OutputKind.LIST,
        is_official=False,
        make=retouching.enlarged("image", "scale_factor"),
        trouble=retouching.why_not_made,
        description="High resolution image upscaler and enhancer",
        run_count=20_000_000,
    ),
    Model(
        "tencentarc/gfpgan",
        "0fbacf7afc6c144e5be9767cff80f25aff23e52b0708f17e20f9879b2f21516c",
        GFPGAN,
        OutputKind.SINGLE,
        is_official=False,
        make=retouching.enlarged("img", "scale", retouching.RESTORED_BRIGHTNESS),
        trouble=retouching.why_not_made,
        description="Practical face restoration algorithm for old photos or AI-generated faces",
        run_count=100_000_000,
    ),
    Model(
        "black-forest-labs/flux-fill-pro",
        "2d4197724d8ed13cc78191e794ebbe6aeedcfe4c5b36f464794732d5ccb9735f",
        FLUX_FILL_PRO,
        OutputKind.SINGLE,
        make=retouching.filled,
        trouble=retouching.why_not_filled,
        description="Professional inpainting and outpainting model with state-of-the-art performance",
        run_count=3_600_000,
    ),
    Model(
        "stability-ai/stable-diffusion-inpainting",
        "95b7223104132402a9ae91cc677285bc5eb997834bd2349fa486f53910fd68b3",
        STABLE_DIFFUSION_INPAINTING,
        OutputKind.LIST,
        is_official=False,
        make=retouching.inpainted,
        trouble=retouching.why_not_inpainted,
        description="Fill in masked parts of images with Stable Diffusion",
        run_count=20_000_000,
    ),
    Model(
        "black-forest-labs/flux-kontext-pro",
        "7cf75bb783a41f476ea0a87c8d9ea58754be46026e7d2df91dd34f4f2c183fff",
        FLUX_KONTEXT_PRO,
        OutputKind.SINGLE,
        make=retouching.edited,
        conflict=_too_tolerant,
        description="A text-based image editing model",
        run_count=40_000_000,
    ),
)
