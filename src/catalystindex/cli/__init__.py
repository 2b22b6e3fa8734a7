"""The command line: a client of a server, or for one command the owner itself."""
