"""From targets to what the provider says of them; a database that cannot be read is one, too."""
