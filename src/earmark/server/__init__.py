"""The server: the library over HTTP and WebSocket."""
