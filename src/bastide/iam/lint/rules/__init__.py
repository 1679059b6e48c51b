"""The lint rules, one a file with its examples beside it; the folder is its own registry."""
