"""One class a resource type, one file a service. The folder is walked once, in sorted order: nothing is registered."""
