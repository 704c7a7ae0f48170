"""`deploy`: CDK deploys every stack into the emulator, and the services run on what it made and on nothing else."""
