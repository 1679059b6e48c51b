"""Controls of Amazon Data Lifecycle Manager."""
