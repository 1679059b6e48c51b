"""Controls about Amazon Redshift Serverless."""
