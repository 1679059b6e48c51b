"""Controls about Amazon Inspector: what it scans."""
