"""Work that outlives its request: a queue in a file, and processes that work it off."""
