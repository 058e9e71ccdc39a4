"""The only room that talks HTTP: who we are, which host, what may be sent, what came back."""
