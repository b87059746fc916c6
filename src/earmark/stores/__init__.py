"""Where a library lives: one promise (`base`), kept in memory and, in segments, in three homes."""
