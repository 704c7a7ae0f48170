"""One file a part: how it is started, when it is ready, what must happen before and after."""
