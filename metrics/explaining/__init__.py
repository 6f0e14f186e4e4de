"""Why a figure moved: exact contributions, and the one sentence's worth that says most."""
