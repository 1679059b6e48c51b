"""Policy variables where they are not replaced, and such as are malformed."""
