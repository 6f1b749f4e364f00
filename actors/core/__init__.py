"""The actor core: what every actor of this program is built on; the only place that touches pykka internals."""
