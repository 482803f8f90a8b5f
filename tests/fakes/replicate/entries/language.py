"""Models that answer in words."""

from tests.fakes.replicate.fields import Model, OutputKind, number, text, whole

LLAMA = {
    "prompt": text(""),
    "prompt_template": text(description="Template for formatting the prompt"),
    "max_tokens": whole(512, 1),
    "min_tokens": whole(0, 0),
    "temperature": number(0.6, 0, 5),
    "top_p": number(0.9, 0, 1),
    "top_k": whole(50),
    "presence_penalty": number(1.15, -2, 2),
    "frequency_penalty": number(0.2, -2, 2),
}

MODELS = (
    Model(
        "meta/meta-llama-3-8b-instruct",
        "5a6809ca6288247d06daf6365557e5e429063f32a21146b2a807c682652136b8",
        LLAMA,
        OutputKind.TOKENS,
        extension=None,
        description="An 8 billion parameter language model from Meta, fine tuned for chat completions",
        run_count=390_000_000,
    ),
)
