"""Before a start: the local model's weights, fetched where they are missing."""

import os
import subprocess
import sys
from collections.abc import Mapping

from runtime.ai_model.catalogue import CATALOGUE
from runtime.ai_model.settings import Settings, read_settings
from runtime.ai_model.weights import WeightsCache
from runtime.local.child_environment import child_environment


def model_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises UnknownModel."""
    return read_settings(environment)


def weights_missing(settings: Settings) -> bool:
    """Whether they must be fetched first; a file of the user's own is theirs to bring."""
    if not settings.catalogued:
        return False
    return not WeightsCache(directory=settings.weights.parent).is_verified(CATALOGUE[settings.model_name])


def fetch_missing_weights() -> None:
    """With its own progress bar, and its own words where it fails: the rest starts without a local model.

    Before the start and not beside it, so that the bar has the terminal for itself. Raises UnknownModel.
    """
    if weights_missing(model_settings()):
        subprocess.run((sys.executable, "-m", "runtime.ai_model.fetch"), env=child_environment(), check=False)
