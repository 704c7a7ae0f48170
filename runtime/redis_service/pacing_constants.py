"""How the pace of a provider key is kept: the numbers behind `pacing_scripts`."""

BURST_SECONDS = 1.0
"""Of a limit that an idle key may use at once: a provider that counts by the minute must not see more than that."""
LATE_SECONDS = 10.0
"""So long a slot waits for its call, which comes by SQS: whole seconds, a jitter, a poll. Then others may have it."""
EARLY_SECONDS = 0.001
"""Whoever comes back after exactly the time that it was told is not sent away by a rounding."""
WINDOW_SECONDS = 60.0
"""The rate is halved once in that time at most: the other 429s speak of the same overload."""
MIN_SHARE = 1 / 16
"""Of the limit: lower than this the rate is never set."""
REGAINED_SHARE = 1 / 16
"""Of the limit, for each minute of success after a 429."""
LEARNED_REQUESTS = 32.0
"""Requests per minute, at least, that a 429 without any known limit is taken to speak of."""
BACKOFF_MAX_SECONDS = 60.0
"""Closed after a 429: 2, 4, 8, ... seconds, or what the provider asks for if that is longer."""
IDLE_SECONDS = 3600
"""After so long without a call all is forgotten, and the key starts afresh."""
