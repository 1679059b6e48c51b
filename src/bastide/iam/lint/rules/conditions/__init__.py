"""Conditions that can never be true, have no effect, or say something else where their key is absent."""
