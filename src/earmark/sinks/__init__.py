"""Where a monitor's events go: logs and webhooks."""
