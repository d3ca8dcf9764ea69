"""Parts that several pages are arranged of."""
