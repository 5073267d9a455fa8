"""What the ledger promises, as a few lines of Python: accounts, proposals and what each act does to them.

Written from the promises, not from the SQL: it knows no locks, no counters' parts and no rows.
"""

from dataclasses import dataclass, field


@dataclass
class Account:
    """One budget: held and spent never exceed its limit. Lowered below its use it is frozen until it drains."""

    limit: int
    target: int
    held: int = 0
    spent: int = 0

    @property
    def used(self) -> int:
        return self.held + self.spent

    @property
    def left(self) -> int:
        """What may still be held; a frozen account gives nothing."""
        return max(0, self.target - self.used)

    def set(self, amount: int) -> None:
        """A new total; below the use the limit stays at the use."""
        self.target = amount
        self.limit = max(amount, self.used)

    def give_back(self, amount: int) -> None:
        self.held -= amount
        self.limit = max(self.target, self.used) if self.limit > self.target else self.limit


@dataclass
class Proposal:
    """One offer on the call. `draws` are the accounts its hold took from, `expires` when the hold is given back, and
    `effective` when a supervisor's yes can no longer be taken back.
    """

    id: int
    cost: int
    state: str
    payer: str = ""
    draws: list[Account] = field(default_factory=list)
    expires: int = 0
    due: int = 0
    effective: int = 0
    counter_of: int | None = None

    @property
    def live(self) -> bool:
        return self.state in ("AWAITING", "AUTHORISED", "PRESENTED")


@dataclass
class Model:
    """The desk of one call: its accounts by kind, its proposals in order, its clock in seconds.

    `closed`: offers are over on this call. `dropped`: when its line went down.
    """

    plans: dict[str, int]
    limit: int
    approver_limit: int
    accounts: dict[str, Account] = field(default_factory=dict)
    proposals: list[Proposal] = field(default_factory=list)
    clock: int = 0
    closed: bool = False
    dropped: int | None = None

    def left(self, kind: str) -> int:
        """What an owner may still be charged, whether their account has been opened in this period or not."""
        return self.accounts[kind].left if kind in self.accounts else self.plans[kind]

    def account(self, kind: str) -> Account:
        """The account of the running period, opened by the first hold."""
        return self.accounts.setdefault(kind, Account(self.plans[kind], self.plans[kind]))

    def only(self, *states: str) -> Proposal | None:
        return next((one for one in reversed(self.proposals) if one.state in states), None)

    def given(self) -> int:
        """What the agent has given on this call on their own authority."""
        states = ("PRESENTED", "ACCEPTED")
        return sum(one.cost for one in self.proposals if one.payer == "AGENT" and one.state in states)

    def short_of(self, payer: str, cost: int) -> set[str]:
        """The refusals that a hold of that cost may meet; empty where every budget has enough."""
        kinds = ("CUSTOMER", payer, "TEAM", "SITE", "CAMPAIGN")
        return {f"BUDGET_{kind}" for kind in kinds if self.left(kind) < cost}

    def hold(self, proposal: Proposal, payer: str, seconds: int) -> None:
        """Reserve on all of its budgets; what costs nothing draws on none."""
        proposal.payer, proposal.expires = payer, self.clock + seconds
        kinds = ("CUSTOMER", payer, "TEAM", "SITE", "CAMPAIGN") if proposal.cost else ()
        proposal.draws = [self.account(kind) for kind in kinds]
        for account in proposal.draws:
            account.held += proposal.cost

    def end(self, proposal: Proposal, state: str, posted: int | None = None) -> None:
        """Give back what is held, spend what was posted, once."""
        for account in proposal.draws:
            account.spent += posted or 0
            account.give_back(proposal.cost)
        proposal.draws = []
        proposal.state = state
        if state == "AWAITING":
            proposal.payer = ""

    def drop(self) -> None:
        """The line is down: nobody is asked any more, and what was given stays held for ten minutes at the most."""
        self.dropped = self.clock
        for one in self.proposals:
            if one.state == "AWAITING":
                self.end(one, "LAPSED")
            elif one.live:
                one.expires = min(one.expires, self.clock + 600)

    def tick(self) -> None:
        """What the clockwork does: questions and holds whose time is over lapse."""
        for one in self.proposals:
            over = one.due if one.state == "AWAITING" else one.expires
            if one.live and over <= self.clock:
                self.end(one, "LAPSED")
