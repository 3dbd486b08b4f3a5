"""The stores over HTTP, on loopback: `application.py` answers requests, `server.py` listens."""
