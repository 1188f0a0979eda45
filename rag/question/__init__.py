"""Understanding: what a person typed and asked before in, the Query that is searched out."""
