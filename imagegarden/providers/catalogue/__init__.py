"""What each model can do and which looks there are. Prices are rows in the database, not here."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from imagegarden.providers.catalogue import films, images, language, retouching
from imagegarden.providers.catalogue.images import FLUX_2_PRO as FLUX_2_PRO
from imagegarden.providers.catalogue.images import FLUX_DEV as FLUX_DEV
from imagegarden.providers.catalogue.images import FLUX_SCHNELL as FLUX_SCHNELL
from imagegarden.providers.catalogue.images import GARDEN as GARDEN
from imagegarden.providers.catalogue.images import SDXL as SDXL
from imagegarden.providers.catalogue.images import SIZES as SIZES
from imagegarden.providers.catalogue.images import STABLE_DIFFUSION as STABLE_DIFFUSION
from imagegarden.providers.catalogue.images import STABLE_DIFFUSION_35 as STABLE_DIFFUSION_35
from imagegarden.providers.catalogue.looks import COLORS as COLORS
from imagegarden.providers.catalogue.looks import DEFAULT_COLOR as DEFAULT_COLOR
from imagegarden.providers.catalogue.looks import DEFAULT_STYLE as DEFAULT_STYLE
from imagegarden.providers.catalogue.looks import STYLES as STYLES
from imagegarden.providers.catalogue.looks import Look as Look
from imagegarden.providers.catalogue.model import Model as Model
from imagegarden.providers.catalogue.model import Range as Range
from imagegarden.providers.catalogue.model import Takes as Takes

# In the order in which people see them. An entry stays for as long as an unfinished generation may name it.
MODELS = MappingProxyType(
    {model.key: model for model in (*images.MODELS, *films.MODELS, *retouching.MODELS, *language.MODELS)}
)


def offered(
    providers: Collection[str], kind: str | None = None, models: Mapping[str, Model] = MODELS
) -> tuple[Model, ...]:
    """Those of these models, of a kind or of all, that providers stand ready for; the first is default.

    Of each kind the garden engine steps back where there is AI: what a person chose is never silently made by
    something else.
    """
    ready = [model for model in models.values() if model.provider in providers and kind in (None, model.kind)]
    with_ai = {model.kind for model in ready if model.is_ai}
    return tuple(model for model in ready if model.is_ai or model.kind not in with_ai)
