"""Orchestration: the only layer that reads and writes."""
