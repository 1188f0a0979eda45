"""The chat: questions from a browser in, quotations with their source out."""
