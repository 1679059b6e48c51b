"""The only folder that imports boto3: sessions, connections, throttling, retries, and one handler a resource type.

A ``Handler`` translates between the CloudFormation registry's shape and API calls; it decides nothing. The same
handlers run on the sandbox and on AWS. Sessions and connections are in ``session.py``; what each handler may call is
published as IAM policies by ``permissions.py``.
"""
