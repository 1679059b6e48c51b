"""Forms that several kinds of log share: lines of fields, JSON records, what CloudWatch Logs wraps, flows, balancers.

One idea: a kind says what it is called, how it begins and which fields it has; how such a file is cut is here, once.
"""
