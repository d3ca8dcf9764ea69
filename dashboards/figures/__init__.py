"""Figures: rows of a mart in, a figure out."""
