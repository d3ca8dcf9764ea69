"""Evaluate: how well what is heard agrees with what people say is there."""
