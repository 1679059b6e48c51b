"""Controls about IAM Access Analyzer."""
