"""What a contributor would write: one file for each recipe of CONTRIBUTING.md."""
