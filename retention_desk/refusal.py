"""How a process that refuses to serve is known: by the last line of what it says. Imports nothing."""

# The web's server would start another worker, and that one would refuse as well; who reads this line ends it instead.
LAST_LINE = "Look again with: python3 manage.py check_guards"
