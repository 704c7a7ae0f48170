"""`python -m runtime.inference`: the inference service in this process."""

from config.topology import INFERENCE
from runtime.inference.main import create_app
from runtime.kit.serve import serve

serve(INFERENCE, create_app)
