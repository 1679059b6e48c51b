"""Controls about AWS Elastic Beanstalk."""
