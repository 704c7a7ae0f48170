"""A self-hosted model behind the OpenAI API, by vLLM on the GPU nodes."""

from pydantic import Field

from config.base import Frozen
from config.resources import Resources
from config.runtime_document import ProviderSettings
from config.topology import AI_MODEL


class AiModel(Frozen):
    enabled: bool = False
    """The one setting that turns it on: nodes, their add-on, the pod, and the provider `local` of the services."""
    name: str = "qwen2.5-7b-instruct-awq"
    """Requests name it `local/<name>`; the image holds its weights."""
    image_tag: str = Field(default="0.1.0", pattern=r"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$")
    """Its own: a new version of the services should not move the model, nor push its weights again."""
    context_tokens: int = Field(default=8192, ge=1024)
    max_in_flight: int = Field(default=16, ge=1)
    """Of each worker."""
    pod: Resources = Resources(cpu_millis=3000, memory_mib=13_000)
    """Of the 4 vCPUs and 16 GiB of a g4dn.xlarge, less what Kubernetes itself needs."""

    @property
    def replicas(self) -> int:
        return 1 if self.enabled else 0

    @property
    def provider(self) -> ProviderSettings:
        return ProviderSettings(
            base_url=f"{AI_MODEL.cluster_url}/v1",
            max_in_flight=self.max_in_flight,
            models=(self.name,),
        )
