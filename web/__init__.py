"""The HTTP API: a gevent Bottle app that asks the actors."""
