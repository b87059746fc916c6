"""Where a library lives: one promise (`base`), kept by a folder on disk and by memory."""
