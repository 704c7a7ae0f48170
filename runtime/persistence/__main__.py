"""`python -m runtime.persistence`: the persistence-service in this process."""

from config.topology import PERSISTENCE
from runtime.kit.serve import serve
from runtime.persistence.main import create_app

serve(PERSISTENCE, create_app)
