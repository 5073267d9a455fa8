"""``manage.py prove hammer hot|warm|spread``: many processes post at once to budgets that run out, to the last coin.

Afterwards nothing is overdrawn, counters are their entries, every act that was acknowledged is there and none that was
refused, no server error came without its label, and no budget has more left than the smallest offer costs.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retention_desk.prove.load import Act, Load, told
from retention_desk.prove.poster import ACCEPTS
from retention_desk.prove.rig import Rig
from retention_desk.prove.terms import MIDDLE_MINOR, SMALLEST_MINOR

HEATS = {"hot": "one campaign's budget", "warm": "ten teams' budgets", "spread": "each agent's own budget"}
FEWEST_POSTS_A_CALL = 4
# Of what would be accepted if there were money for all of it.
ENOUGH_FOR = 0.6
# Odd cents, so that the last coin is in nobody's step.
ODD_MINOR = 13


@dataclass(frozen=True, slots=True)
class Size:
    """How much of it: processes, posts of each, agents, and the counters that one campaign's budget is split into."""

    workers: int
    posts: int
    agents: int
    parts: int

    @property
    def calls(self) -> int:
        """The most calls that the posts can make."""
        return self.workers * (self.posts // FEWEST_POSTS_A_CALL + 2)

    def budgets(self, heat: str) -> int:
        """How many budgets run out."""
        return {"hot": 1, "warm": min(10, self.agents), "spread": self.agents}[heat]

    def ground(self, heat: str) -> dict[str, Any]:
        """What is laid for it. Draining takes a few more calls for each budget."""
        expected = int(self.calls * ACCEPTS * MIDDLE_MINOR * ENOUGH_FOR)
        each = max(expected // self.budgets(heat), 2 * SMALLEST_MINOR) + ODD_MINOR
        return {
            "heat": heat,
            "agents": self.agents,
            "customers": self.calls + self.draining(heat) * self.workers,
            "total_minor": each * (10 if heat == "warm" else self.budgets(heat)),
            "parts": self.parts,
        }

    def draining(self, heat: str) -> int:
        """Customers that one process may need to spend the last coins."""
        return 40 + 4 * -(-self.budgets(heat) // self.workers)


def main(arguments: Sequence[str]) -> int:
    """Hammer, print what was seen, and answer 1 with a sentence when a promise was broken."""
    parser = argparse.ArgumentParser(prog="manage.py prove hammer", description="Post many forms at once.")
    parser.add_argument("heat", choices=HEATS, help="how many budgets run out")
    parser.add_argument("--workers", type=int, default=16, help="processes that post (default 16)")
    parser.add_argument("--requests", type=int, default=2000, help="posts of each process (default 2000)")
    parser.add_argument("--agents", type=int, help="signed-in agents (default: 500 for spread, else 4 a process)")
    parser.add_argument("--parts", type=int, default=8, help="counters of the campaign's budget (default 8)")
    parser.add_argument("--web", type=int, default=4, help="processes that serve (default 4)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same presses")
    options = parser.parse_args(arguments)
    agents = options.agents or (500 if options.heat == "spread" else 4 * options.workers)
    size = Size(options.workers, options.requests, max(agents, options.workers), options.parts)
    directory = Path(tempfile.mkdtemp(prefix="desk-prove-"))
    rig = Rig(directory, web_workers=options.web)
    try:
        print(f"{options.heat}: {HEATS[options.heat]}; {size.workers} processes, {size.agents} agents", flush=True)
        ground = rig.make(size.ground(options.heat))
        rig.start(clockwork=False)
        wrong = hammer(rig, ground, options.heat, size, seed=options.seed)
    finally:
        rig.stop()
        shutil.rmtree(directory, ignore_errors=True)
    return verdict(wrong)


def hammer(rig: Rig, ground: dict[str, Any], heat: str, size: Size, *, seed: int = 1) -> list[str]:
    """Post, spend what is left, print what was seen; answers every broken promise as a sentence."""
    load = Load(rig, ground, workers=size.workers, patience=30)
    try:
        began = time.monotonic()
        load.start(posts=size.posts, customers_each=size.calls // size.workers, seed=seed)
        codes = load.join()
        seconds = time.monotonic() - began
        acts = load.acts()
        print("\n".join(told(acts, seconds=seconds)), flush=True)
        load.start(posts=None, customers_each=size.draining(heat), drain=True, seed=seed + 1)
        codes += load.join()
    finally:
        load.end()
    acts = load.acts()
    return [*_posters(codes, rig), *_answers(acts), *kept(rig, acts), *_last_coin(rig, ground)]


def kept(rig: Rig, acts: Sequence[Act]) -> list[str]:
    """Hold what was acknowledged against the database, and let the ledger's own checker look at everything."""
    rows = [{"act": act.act, "key": act.key, "status": act.status, "acknowledged": act.acknowledged} for act in acts]
    found = rig.inside("look", {"acts": rows})
    done = sum(act.acknowledged for act in acts)
    print(
        f"acknowledged {done}: lost {len(found['lost'])}, reverted {len(found['reverted'])};"
        f" refused yet done {len(found['refused_yet_done'])}, done unasked {len(found['unasked'])};"
        f" out of balance {len(found['broken'])}",
        flush=True,
    )
    sentences = {
        "lost": "acknowledged acts are not in the ledger",
        "reverted": "acknowledged acts have not left what they must",
        "refused_yet_done": "refused acts were done",
        "unasked": "acts were done that nobody asked for",
    }
    wrong = [f"{len(found[name])} {said}: {found[name][:3]}" for name, said in sentences.items() if found[name]]
    return [*wrong, *found["broken"]]


def verdict(wrong: Sequence[str]) -> int:
    """Say how it ended; the exit code."""
    if wrong:
        print("NOT PROVED: " + " ".join(f"{sentence.rstrip('.')}." for sentence in wrong), file=sys.stderr)
        return 1
    print("proved: every promise was kept.")
    return 0


def _posters(codes: Sequence[int], rig: Rig) -> list[str]:
    if any(codes):
        return [f"{sum(map(bool, codes))} of the posting processes broke off: {rig.said('posters')[-600:]}"]
    return []


def _answers(acts: Sequence[Act]) -> list[str]:
    """Server errors without a label, answers that were not the same, and what should never be answered at all."""
    wrong = Counter(trouble for act in acts for trouble in act.troubles if trouble.isdigit())
    odd = Counter(str(act.status) for act in acts if act.status not in (200, 302, 409, 422))
    again = sum(act.refusal == "NOT_THE_SAME" for act in acts)
    return [
        *(f"{count} answers were an unlabelled {status}" for status, count in wrong.items()),
        *(f"{count} answers were {status}" for status, count in odd.items()),
        *([f"{again} repeats had another answer than the first press"] if again else []),
    ]


def _last_coin(rig: Rig, ground: dict[str, Any]) -> list[str]:
    unspent = rig.inside("unspent", {"kind": ground["kind"]})["minor"]
    print(f"left in the fullest budget: {unspent} (the smallest offer costs {SMALLEST_MINOR})", flush=True)
    if unspent is None:
        return ["no budget was drawn on"]
    return [f"{unspent} is left in a budget that refused {SMALLEST_MINOR}"] if unspent >= SMALLEST_MINOR else []
