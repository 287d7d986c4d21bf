"""Alerts: what can be watched for, whether it came to be, and what is kept of it."""
