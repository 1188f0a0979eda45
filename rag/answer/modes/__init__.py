"""One module a kind of answer: what was found for a question in, the quotations to show out."""
