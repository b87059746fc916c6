"""Libraries on their way: exported, imported, copied, backed up and restored."""
