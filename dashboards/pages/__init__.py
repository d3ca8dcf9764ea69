"""The pages: each arranges components; none registers itself."""
