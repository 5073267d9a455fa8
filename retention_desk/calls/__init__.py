"""The cancel call's screen: from the domain's sheets to the page, and from forms to one domain call each."""
