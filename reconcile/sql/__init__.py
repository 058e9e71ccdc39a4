"""SQL over the connections that specs name: the only room that talks to a database itself."""
