"""Controls about Amazon OpenSearch Service domains."""
