"""Shows the runs of question sets, on the terminal and on a page."""
