"""`make cost`: what an environment costs a month, and what the design saves, computed from the config."""
