"""`python -m runtime.judge`: the judge service in this process."""

from config.topology import JUDGE
from runtime.judge.main import create_app
from runtime.kit.serve import serve

serve(JUDGE, create_app)
