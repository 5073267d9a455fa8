"""The demo's log-ins. They exist only where the `demo` command made them, and are printed by `desk`.

Plain words and no imports: the desk's supervisor reads this file without Django.
"""

# Role (a name in `people.roles`), user name, password. Not secrets: the demo's data is invented, and a real desk never
# has these people.
LOGINS: tuple[tuple[str, str, str], ...] = (
    ("Agent", "ines", "quiet-river-21"),
    ("Supervisor", "tobias", "steady-lamp-34"),
    ("Manager", "greta", "clear-ledger-55"),
    ("Administrator", "admin", "brass-key-87"),
)
