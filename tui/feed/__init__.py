"""Connections, history and series: asyncio on its own thread, no screen."""
