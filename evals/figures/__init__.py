"""The engine's figures: public data in; speed, memory and retrieval, as ratios and scores, out."""
