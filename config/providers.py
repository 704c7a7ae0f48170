"""Where the hosted models are reached. Set by the operator only: no caller can choose where a key is sent."""

from config.runtime_document import ProviderSettings
from config.topology import Provider

API_IN_FLIGHT = 64
HOSTED = {
    Provider.OPENAI: ProviderSettings(base_url="https://api.openai.com/v1", max_in_flight=API_IN_FLIGHT),
    Provider.GOOGLE: ProviderSettings(
        base_url="https://generativelanguage.googleapis.com", max_in_flight=API_IN_FLIGHT
    ),
}
