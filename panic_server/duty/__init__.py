"""Duty: who is on duty, where, and doing what."""
