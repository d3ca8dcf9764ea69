"""Intake: native records of every kind judged and made into columns, formats left behind."""
