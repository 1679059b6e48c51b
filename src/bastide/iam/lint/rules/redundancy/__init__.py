"""What another part of the same policy says already, or takes away again."""
