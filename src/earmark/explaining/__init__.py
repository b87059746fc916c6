"""Why a clip was named as it was, or why it was not."""
