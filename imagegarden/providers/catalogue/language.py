"""Models that make words: a better prompt from a prompt."""

from imagegarden.providers.catalogue.model import Model

WORDS_DEADLINE = 60

LLAMA = Model(
    key="llama-3-8b",
    kind="enhance",
    provider="replicate",
    source="meta/meta-llama-3-8b-instruct",
    label="Llama 3",
    description="Writes a prompt out in more detail.",
    is_ai=True,
    has_seed=False,
    usual_seconds=3,
    deadline_seconds=WORDS_DEADLINE,
)
GARDEN_WORDS = Model(
    key="garden-words",
    kind="enhance",
    provider="garden",
    source="garden",
    label="Word list",
    description="Adds fitting words by rules. No AI.",
    is_ai=False,
    has_seed=False,
    usual_seconds=1,
    deadline_seconds=WORDS_DEADLINE,
)
MODELS = (LLAMA, GARDEN_WORDS)
