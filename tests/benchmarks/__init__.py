"""Performance, measured against its bars: `python -m tests.benchmarks --help`."""
