"""Operators that do not fit their key, and values that do not fit their operator."""
