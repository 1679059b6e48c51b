"""Statements that allow more than they seem to."""
