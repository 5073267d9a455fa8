"""``manage.py prove floor``: a whole floor at work for ten minutes, agents on calls and supervisors who answer them.

Afterwards every act that was acknowledged is there, no question was left without an answer or an end, the ledger
balances, and memory and connections are what they were. Said beside it: how long each press took, and how long it was
from one person's act to another person's screen. What people do and how long each step takes them: prove/people.py.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from retention_desk.embedded.places import PROJECT
from retention_desk.embedded.processes import end, spawn
from retention_desk.prove import telling, watching
from retention_desk.prove.hammer import kept, verdict
from retention_desk.prove.load import Act
from retention_desk.prove.people import A_CALL, ANSWERED_WITHIN, Orders
from retention_desk.prove.rig import Rig, wait_until
from retention_desk.prove.watching import Watcher

PROCESSES = 4
# Of a call's time at least; more are laid than will be made.
SHORTEST = 0.5
SECONDS_TO_END = ANSWERED_WITHIN + 60


def main(arguments: Sequence[str]) -> int:
    """Let them work, print what was seen, and answer 1 with a sentence when a promise was broken."""
    parser = argparse.ArgumentParser(prog="manage.py prove floor", description="A whole floor at work.")
    parser.add_argument("--agents", type=int, default=200, help="on calls (default 200)")
    parser.add_argument("--supervisors", type=int, default=20, help="who answer (default 20)")
    parser.add_argument("--minutes", type=float, default=10.0, help="of work (default 10)")
    parser.add_argument("--pace", type=float, default=1.0, help="1 is a person's, 0.1 ten times as fast (default 1)")
    parser.add_argument("--web", type=int, default=2, help="processes that serve (default 2)")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same presses")
    options = parser.parse_args(arguments)
    directory = Path(tempfile.mkdtemp(prefix="desk-prove-"))
    rig = Rig(directory, web_workers=options.web)
    seconds = 60 * options.minutes
    try:
        print(f"{options.agents} agents and {options.supervisors} supervisors, {seconds:.0f} s", flush=True)
        ground = rig.make(ground_for(options.agents, options.supervisors, seconds=seconds, pace=options.pace))
        rig.start(clockwork=True, live=True)
        wrong = work(rig, ground, seconds=seconds, pace=options.pace, seed=options.seed)
    finally:
        rig.stop()
        shutil.rmtree(directory, ignore_errors=True)
    return verdict(wrong)


def ground_for(agents: int, supervisors: int, *, seconds: float, pace: float) -> dict[str, Any]:
    """What is laid for it: customers for every call, and money that does not run out."""
    calls = agents * (int(seconds / (SHORTEST * A_CALL * pace)) + 3)
    return {
        "heat": "hot",
        "agents": agents,
        "supervisors": supervisors,
        "customers": calls,
        "total_minor": 10**12,
        "parts": 16,
    }


def work(rig: Rig, ground: Mapping[str, Any], *, seconds: float, pace: float = 1.0, seed: int = 1) -> list[str]:
    """Let everybody work; print what was seen; answers every broken promise as a sentence."""
    watcher = Watcher(rig, every=max(0.5, seconds / 60))
    running = _start(rig, ground, seconds=seconds, pace=pace, seed=seed)
    watcher.start()
    try:
        codes = [process.wait(timeout=seconds + SECONDS_TO_END) for process in running]
    finally:
        for process in running:
            end(process, with_signal=signal.SIGKILL, seconds=1)
        looks = watcher.stop()
    lines = _lines(rig, "people-*.jsonl")
    acts = _acts(lines)
    print("\n".join(telling.times(lines, seconds=seconds)), flush=True)
    said, grown = watching.told(looks)
    print("\n".join(said), flush=True)
    broken = sum(map(bool, codes))
    return [
        *([f"{broken} processes of people broke off: {rig.said('people')[-600:]}"] if broken else []),
        *telling.troubles(lines, acts),
        *_answered(rig, lines),
        *grown,
        # What was posted to this desk before is there as well.
        *kept(rig, [*acts, *_acts(_lines(rig, "journal-*.jsonl"))]),
    ]


def _start(
    rig: Rig, ground: Mapping[str, Any], *, seconds: float, pace: float, seed: int
) -> list["subprocess.Popen[bytes]"]:
    agents = [str(name) for name, _budget in ground["agents"]]
    running = []
    for number in range(min(PROCESSES, len(agents))):
        orders = Orders(
            base=rig.base,
            live=rig.live,
            agents=agents[number::PROCESSES],
            supervisors=ground["supervisors"][number::PROCESSES],
            customers=ground["customers"][number::PROCESSES],
            version=ground["version"],
            asking=ground["asking"],
            seconds=seconds,
            pace=pace,
            journal=str(rig.directory / f"people-{number}.jsonl"),
            seed=1000 * seed + number,
        )
        file = rig.directory / f"people-{number}.json"
        file.write_text(json.dumps(asdict(orders)), encoding="utf-8")
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-m", "retention_desk.prove.people", str(file)]
        running.append(spawn(command, env=environment, cwd=PROJECT, log=rig.directory / "people.log"))
    return running


def _lines(rig: Rig, names: str) -> list[dict[str, Any]]:
    """Everything that was written down in files of these names."""
    files = sorted(rig.directory.glob(names))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def _acts(lines: Sequence[Mapping[str, Any]]) -> list[Act]:
    return [Act(**{**line, "troubles": tuple(line["troubles"])}) for line in lines if "act" in line]


def _answered(rig: Rig, lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """How soon questions and answers were on the other person's screen; and whether any was left lying."""
    # The clock ends what nobody has answered; it ticks every five seconds.
    wait_until(lambda: rig.inside("answered", {})["late"] == 0, seconds=30)
    found = rig.inside("answered", {})
    first: dict[str, float] = {}
    for line in sorted((line for line in lines if line.get("saw") == "request"), key=lambda line: line["at"]):
        first.setdefault(str(line["request"]), line["at"])
    asked = [1000 * (at - found["asked"][request]) for request, at in first.items()]
    answers = {str(line["proposal"]): line["at"] for line in lines if line.get("saw") == "answer"}
    answered = [1000 * (at - found["effective"][one]) for one, at in answers.items() if one in found["effective"]]
    for words, times in (("question to a supervisor's screen", asked), ("answer to the agent's screen", answered)):
        if times:
            told = ", ".join(f"p{100 * part:.0f} {telling.quantile(times, part):.0f} ms" for part in (0.5, 0.95, 0.99))
            print(f"{words}: {len(times)}, {told}", flush=True)
    unseen = len(found["asked"].keys() - first.keys())
    return [
        *([f"{found['late']} questions are open though their time is over"] if found["late"] else []),
        *([f"{unseen} questions came to nobody's screen"] if unseen else []),
    ]
