"""Controls about AWS Service Catalog."""
