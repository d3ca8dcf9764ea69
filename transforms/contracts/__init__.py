"""Contracts: every table is promised once, and dashboards, expectations, docs and tests read the promise."""
