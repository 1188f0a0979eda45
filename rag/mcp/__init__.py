"""The Model Context Protocol server; needs the extra ``mcp``."""
