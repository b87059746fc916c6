"""Pictures of answers, as PNG; they take an extra."""
