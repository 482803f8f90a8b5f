"""Models that make pictures from words, some of them from words and pictures."""

from tests.fakes.replicate import sizes
from tests.fakes.replicate.fields import Model, OutputKind, choice, file, files, flag, number, text, whole
from tests.fakes.replicate.making.drawing import blended, drawn

RATIOS = tuple(sizes.SIZES)
QUALITY = whole(80, 0, 100)
SIDES_OF_64 = tuple(range(64, 1025, 64))

FLUX_SCHNELL = {
    "prompt": text(required=True, description="Prompt for generated image"),
    "aspect_ratio": choice("1:1", *RATIOS),
    "num_outputs": whole(1, 1, 4),
    "num_inference_steps": whole(4, 1, 4),
    "seed": whole(None),
    "output_format": choice("webp", "webp", "jpg", "png"),
    "output_quality": QUALITY,
    "disable_safety_checker": flag(False),
    "go_fast": flag(True),
    "megapixels": choice("1", "1", "0.25"),
}

FLUX_DEV = {
    **FLUX_SCHNELL,
    "image": file(),
    "prompt_strength": number(0.8, 0, 1),
    "num_inference_steps": whole(28, 1, 50),
    "guidance": number(3, 0, 10),
}

FLUX_2_PRO = {
    "prompt": text(required=True, description="Text prompt for image generation"),
    "input_images": files(8),
    "aspect_ratio": choice("1:1", "match_input_image", "custom", *RATIOS),
    "resolution": choice("1 MP", "match_input_image", "0.5 MP", "1 MP", "2 MP", "4 MP"),
    "width": whole(None, 256, 2048),
    "height": whole(None, 256, 2048),
    "safety_tolerance": whole(2, 1, 5),
    "seed": whole(None),
    "output_format": choice("webp", "webp", "jpg", "png"),
    "output_quality": QUALITY,
}

STABLE_DIFFUSION_35_LARGE = {
    "prompt": text(required=True, description="Text prompt for image generation"),
    "negative_prompt": text(),
    "aspect_ratio": choice("1:1", "1:1", "16:9", "21:9", "3:2", "2:3", "4:5", "5:4", "9:16", "9:21"),
    "cfg": number(5, 1, 10),
    "image": file(),
    "prompt_strength": number(0.85, 0, 1),
    "seed": whole(None),
    "output_format": choice("webp", "webp", "jpg", "png"),
}

STABLE_DIFFUSION = {
    "prompt": text("a vision of paradise. unreal engine"),
    "negative_prompt": text(),
    "width": choice(768, *SIDES_OF_64),
    "height": choice(768, *SIDES_OF_64),
    "num_outputs": whole(1, 1, 4),
    "num_inference_steps": whole(50, 1, 500),
    "guidance_scale": number(7.5, 1, 20),
    "scheduler": choice(
        "DPMSolverMultistep", "DDIM", "K_EULER", "DPMSolverMultistep", "K_EULER_ANCESTRAL", "PNDM", "KLMS"
    ),
    "seed": whole(None),
}

SDXL = {
    "prompt": text("An astronaut riding a rainbow unicorn"),
    "negative_prompt": text(""),
    "image": file(),
    "mask": file(),
    "width": whole(1024),
    "height": whole(1024),
    "num_outputs": whole(1, 1, 4),
    "scheduler": choice(
        "K_EULER", "DDIM", "DPMSolverMultistep", "HeunDiscrete", "KarrasDPM", "K_EULER_ANCESTRAL", "K_EULER", "PNDM"
    ),
    "num_inference_steps": whole(50, 1, 500),
    "guidance_scale": number(7.5, 1, 50),
    "prompt_strength": number(0.8, 0, 1),
    "seed": whole(None),
    "refine": choice("no_refiner", "no_refiner", "expert_ensemble_refiner", "base_image_refiner"),
    "high_noise_frac": number(0.8, 0, 1),
    "refine_steps": whole(None),
    "apply_watermark": flag(True),
    "lora_scale": number(0.6, 0, 1),
    "replicate_weights": text(),
    "disable_safety_checker": flag(False),
}

MODELS = (
    Model(
        "black-forest-labs/flux-schnell",
        "c846a69991daf4c0e5d016514849d14ee5b2e6846ce6b9d6f21369e564cfe51e",
        FLUX_SCHNELL,
        OutputKind.LIST,
        make=drawn(sizes.by_megapixels),
        description="The fastest image generation model tailored for local development and personal use",
        run_count=600_000_000,
    ),
    Model(
        "black-forest-labs/flux-dev",
        "6e4a938f85952bdabcc15aa329178c4d681c52bf25a0342403287dc26944661d",
        FLUX_DEV,
        OutputKind.LIST,
        make=blended(sizes.by_megapixels, "image"),
        description="A 12 billion parameter rectified flow transformer",
        run_count=45_000_000,
    ),
    Model(
        "black-forest-labs/flux-2-pro",
        "285631b5a1f5f8b2c7c2c70fd1f9ed6ad1ab4c0eb3ee8e37ce1bd4a6f1a1ed46",
        FLUX_2_PRO,
        OutputKind.SINGLE,
        make=blended(sizes.by_resolution, "input_images", lambda given: given["aspect_ratio"] == "match_input_image"),
        description="High-quality image generation and editing with support for eight reference images",
        run_count=3_000_000,
    ),
    Model(
        "stability-ai/stable-diffusion-3.5-large",
        "2fdf9488b53c1e0fd3aef7b477def1c00d1856a38466733711f9c769942598f5",
        STABLE_DIFFUSION_35_LARGE,
        OutputKind.SINGLE,
        make=blended(sizes.by_megapixels, "image"),
        steps=35,
        description="A text-to-image model that generates high-resolution images with fine details",
        run_count=2_000_000,
    ),
    Model(
        "stability-ai/stable-diffusion",
        "db21e45d3f7023abc2a46ee38a23973f6dce16bb082a930b0c49861f96d1e5bf",
        STABLE_DIFFUSION,
        OutputKind.LIST,
        is_official=False,
        make=drawn(sizes.by_width_and_height),
        description="A latent text-to-image diffusion model",
        run_count=110_000_000,
    ),
    Model(
        "stability-ai/sdxl",
        "7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc",
        SDXL,
        OutputKind.LIST,
        is_official=False,
        make=blended(sizes.by_width_and_height, "image", lambda given: False),
        description="A text-to-image generative AI model that creates beautiful images",
        run_count=80_000_000,
    ),
)
