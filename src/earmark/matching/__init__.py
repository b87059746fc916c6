"""Naming a clip: candidates, verification, alignment, grouping and the decision."""
