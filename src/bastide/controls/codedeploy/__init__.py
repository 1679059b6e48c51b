"""Controls about AWS CodeBuild."""
