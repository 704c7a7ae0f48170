"""`python -m runtime.redis_service`: the redis-service in this process."""

from config.topology import REDIS
from runtime.kit.serve import serve
from runtime.redis_service.main import create_app

serve(REDIS, create_app)
