"""How models are named: `provider/model`, for example `openai/gpt-5.5`."""

from config.topology import Provider

MODEL_PATTERN = r"^(" + "|".join(Provider) + r")/[A-Za-z0-9][A-Za-z0-9._:/-]{0,126}$"
