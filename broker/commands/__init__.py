"""One module per family of commands: each reads a request's body and writes the reply's."""
