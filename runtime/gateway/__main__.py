"""`python -m runtime.gateway`: the gateway in this process."""

from config.topology import GATEWAY
from runtime.gateway.main import create_app
from runtime.kit.serve import serve

serve(GATEWAY, create_app)
