"""``bench authority``: what an authorisation costs, from the bare insert up to the signed-in page, in one run."""
