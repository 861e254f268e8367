"""What happens, as it happens: the WebSocket for consoles, officers and representatives."""
