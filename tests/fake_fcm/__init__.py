"""A stand-in for Google's OAuth and FCM endpoints on loopback, scriptable per device; see `server.py`.

Run it with `python -m tests.fake_fcm --port N`.
"""
