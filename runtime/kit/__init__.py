"""What every service's process is made of: environment, settings, logs, health, problems."""
