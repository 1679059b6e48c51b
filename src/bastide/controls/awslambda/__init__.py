"""Controls about AWS Lambda: functions, their permissions and layers."""
