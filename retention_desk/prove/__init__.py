"""Proofs that take longer than a test: each runs on servers of its own and ends with a sentence and an exit code."""

# What `manage.py prove <name> ...` runs: `main(arguments) -> exit code` of that module.
PROOFS: dict[str, str] = {
    "hammer": "retention_desk.prove.hammer",
    "kill": "retention_desk.prove.kill",
    "floor": "retention_desk.prove.floor",
    "audit": "retention_desk.prove.audit",
    "machine": "retention_desk.prove.machine",
    "teeth": "retention_desk.prove.teeth",
    "reach": "retention_desk.prove.reach",
}
