"""The same person under several ids: what is linked, what to review, and people's word."""
