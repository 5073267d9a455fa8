"""The keys of the desk: which there are, which of them a person has moved, and the page on which they do."""
