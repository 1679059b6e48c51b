"""Controls about domains of the older Elasticsearch type."""
