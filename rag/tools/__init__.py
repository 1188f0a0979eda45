"""The tools that every door to other programs offers."""
