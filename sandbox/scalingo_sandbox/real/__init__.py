"""What is inside the databases, on real servers: the actions of the API, by the engines' drivers."""
