"""``manage.py prove kill [web worker valkey flush backend postgres]``: kill -9 under load, again and again.

While agents post, one part after the other is killed and comes back. Afterwards every act that was acknowledged is
there, none has gone back, the ledger balances, the messages have left, and every post whose answer was lost has found
out what became of it by being posted again with its key.
"""

import argparse
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from retention_desk.prove.hammer import kept, verdict
from retention_desk.prove.load import Act, Load, told
from retention_desk.prove.rig import Rig, wait_until

TARGETS: dict[str, Callable[[Rig], None]] = {
    "web": Rig.kill_web_worker,
    "worker": Rig.kill_worker,
    "valkey": Rig.kill_valkey,
    "flush": Rig.flush_valkey,
    "backend": Rig.kill_backend,
    "postgres": Rig.kill_postgres,
}
SECONDS_TO_DRAIN = 300
SECONDS_TO_RECOVER = 120
# Customers for the calls that one process makes between two kills, and before the first.
CALLS_A_KILL = 150
# granian takes two deaths of one worker within 5.5 s for a fault of the application and ends.
GAP = 6.0


def main(arguments: Sequence[str]) -> int:
    """Kill under load, print what was seen, and answer 1 with a sentence when a promise was broken."""
    parser = argparse.ArgumentParser(prog="manage.py prove kill", description="Kill -9 under load.")
    parser.add_argument("targets", nargs="*", metavar="target", help=f"{', '.join(TARGETS)} (default: all)")
    parser.add_argument("--times", type=int, default=5, help="how often each is killed (default 5)")
    parser.add_argument("--workers", type=int, default=6, help="processes that post (default 6)")
    parser.add_argument("--web", type=int, default=3, help="processes that serve (default 3)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same presses")
    options = parser.parse_args(arguments)
    targets = options.targets or list(TARGETS)
    if unknown := set(targets) - TARGETS.keys():
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    directory = Path(tempfile.mkdtemp(prefix="desk-prove-"))
    rig = Rig(directory, web_workers=options.web)
    try:
        ground = rig.make(ground_for(options.workers, kills=options.times * len(targets)))
        rig.start(clockwork=True)
        wrong = kill(rig, ground, targets * options.times, workers=options.workers, seed=options.seed)
    finally:
        rig.stop()
        shutil.rmtree(directory, ignore_errors=True)
    return verdict(wrong)


def ground_for(workers: int, *, kills: int) -> dict[str, Any]:
    """A desk with customers for the calls between so many kills. Money does not run out: see `kill`."""
    calls = workers * CALLS_A_KILL * (kills + 1)
    return {"heat": "hot", "agents": 2 * workers, "customers": calls, "total_minor": 0, "parts": 8}


def kill(
    rig: Rig, ground: dict[str, Any], targets: Sequence[str], *, workers: int, gap: float = GAP, seed: int = 1
) -> list[str]:
    """Kill the targets one after the other under load; answers every broken promise as a sentence."""
    endless = ground | {"version": ground["endless"]}
    load = Load(rig, endless, workers=workers, patience=SECONDS_TO_RECOVER)
    wrong: list[str] = []
    began = time.monotonic()
    try:
        load.start(posts=None, customers_each=len(endless["customers"]) // workers, seed=seed)
        for target in targets:
            wrong += _one(rig, load, target, gap=gap)
            if wrong:
                break
        load.ask_to_stop()
        if any(load.join()):
            wrong.append(f"a posting process broke off: {rig.said('posters')[-600:]}")
    finally:
        load.end()
    acts = load.acts()
    print("\n".join(told(acts, seconds=time.monotonic() - began)), flush=True)
    return [*wrong, *_resolved(acts), *kept(rig, acts), *_drained(rig)]


def _one(rig: Rig, load: Load, target: str, *, gap: float) -> list[str]:
    """Kill one part once the load is on, and wait until acts are acknowledged again."""
    before = load.count()
    if not wait_until(lambda: load.count() > before + load.workers, seconds=SECONDS_TO_RECOVER):
        return [f"there was no load to kill {target} under"]
    time.sleep(gap)
    at = load.count()
    began = time.monotonic()
    TARGETS[target](rig)
    try:
        rig.wait()
    except TimeoutError as error:
        return [f"the desk did not come back after {target} was killed ({error}): {rig.said('web')[-600:]}"]
    # More than what was under way when it died.
    if not wait_until(lambda: load.count() > at + 2 * load.workers, seconds=SECONDS_TO_RECOVER):
        return [f"nothing was acknowledged any more after {target} was killed: {rig.said('web')[-600:]}"]
    if not load.is_running:
        return [f"a posting process ended after {target} was killed: {rig.said('posters')[-600:]}"]
    print(f"killed {target:9} at {at:6} acts; at work again after {time.monotonic() - began:.1f} s", flush=True)
    return []


def _resolved(acts: Sequence[Act]) -> list[str]:
    """Every act has an outcome, and every server error on the way to it said that it will pass."""
    open_ended = [act.key for act in acts if act.status == 0]
    unknown = [act for act in acts if act.troubles]
    unlabelled = Counter(trouble for act in acts for trouble in act.troubles if trouble.isdigit())
    again = [act.key for act in acts if act.refusal == "NOT_THE_SAME"]
    print(f"outcomes unknown {len(unknown)}, found out by the same key {len(unknown) - len(open_ended)}", flush=True)
    return [
        *([f"{len(open_ended)} outcomes were never found out: {open_ended[:3]}"] if open_ended else []),
        *([f"{len(again)} repeats had another answer than the first press: {again[:3]}"] if again else []),
        *(f"{count} answers were an unlabelled {status}" for status, count in unlabelled.items()),
    ]


def _drained(rig: Rig) -> list[str]:
    """The messages of what was done leave by themselves, whatever Celery and Valkey have lost."""
    began = time.monotonic()
    if wait_until(lambda: rig.inside("undelivered", {})["count"] == 0, seconds=SECONDS_TO_DRAIN):
        print(f"every message had left after {time.monotonic() - began:.0f} s", flush=True)
        return []
    return [f"{rig.inside('undelivered', {})['count']} messages have not left after {SECONDS_TO_DRAIN} s"]
