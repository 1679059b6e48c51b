"""Controls of AWS IoT Core."""
