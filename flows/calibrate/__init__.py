"""Calibration: a company's own reviewers, their samples, marks, agreement and corrections."""
