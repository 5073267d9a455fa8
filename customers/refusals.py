"""How the desk says no: one base with a code and the numbers its words need. The words live in templates."""


class Refused(Exception):
    """An act that the rules, the record or the moment does not allow. Nothing was saved.

    `code` is stable and compared; `facts` holds codes, ids and numbers, never a customer's data.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotYours(Refused):
    """There is no such thing for this person; shown as 404, so that its existence is not told either."""

    def __init__(self, **facts: object) -> None:
        super().__init__("NOT_YOURS", **facts)


class KeyReused(Refused):
    """The key was used before for something else."""

    def __init__(self, **facts: object) -> None:
        super().__init__("KEY_REUSED", **facts)


class InFlight(Refused):
    """The same act with the same key is being done at this moment; asking again in a second tells its answer."""

    def __init__(self, **facts: object) -> None:
        super().__init__("IN_FLIGHT", **facts)
