"""The records store: people's samples, marks and corrections, apart from what is published."""
