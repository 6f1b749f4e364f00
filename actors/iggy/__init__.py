"""Iggy clients as actors; the only place that imports the SDK and asyncio."""
