"""Inside the ai-model-service: llama.cpp with its own HTTP server, on a loopback port known to this process alone."""

import os

from runtime.ai_model.settings import Settings

# Holds the prompt prefixes that slots gave up. llama.cpp's default of 8 GiB does not fit a pod; 0 recomputes them.
_PROMPT_CACHE_MIB = 256
_LOG_ERRORS_ONLY = 1


class EngineFailed(Exception):
    def __init__(self) -> None:
        super().__init__("The weights could not be loaded: not a GGUF chat model, or not enough memory.")


class Engine:
    """Loads the weights; blocks for seconds. The server ends when the engine is closed."""

    def __init__(self, settings: Settings) -> None:
        # With the default, waiting threads spin: on a busy machine an answer took 50 times as long.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        os.environ.setdefault("GOMP_SPINCOUNT", "0")
        import xllamacpp  # noqa: PLC0415 - OpenMP reads both variables when the library is loaded, not later

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(settings.weights)
        parameters.model_alias = {settings.model_name}
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.n_parallel = settings.slots
        parameters.n_ctx = settings.context_tokens * settings.slots  # shared out among the slots
        parameters.cpuparams.n_threads = settings.threads
        parameters.cpuparams_batch.n_threads = settings.threads
        parameters.n_gpu_layers = 0
        parameters.cache_ram_mib = _PROMPT_CACHE_MIB
        parameters.verbosity = _LOG_ERRORS_ONLY
        parameters.offline = True
        parameters.ui = False
        parameters.endpoint_slots = False
        parameters.cors_origins = ""
        try:
            self._server = xllamacpp.Server(parameters)
        except RuntimeError:
            raise EngineFailed from None
        self.address: str = self._server.listening_address

    def close(self) -> None:
        del self._server
