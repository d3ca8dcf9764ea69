"""Computation: pure functions from frames to frames, and the knowledge they read."""
