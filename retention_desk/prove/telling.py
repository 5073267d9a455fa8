"""What a floor's people have written down, in words: how long everything took, and what nobody should have met."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from retention_desk.prove.load import Act

Lines = Sequence[Mapping[str, Any]]
ANSWERED = frozenset({200, 204, 302, 409, 422})
# Of all answers that many may say "come again" (503 with Retry-After), which is no answer to a person.
MAY_COME_AGAIN = 0.001


def times(lines: Lines, *, seconds: float) -> list[str]:
    """How long each kind of press and look took, in milliseconds; how much there was of it, in `seconds`."""
    found: dict[str, dict[str, list[float]]] = {"act": defaultdict(list), "look": defaultdict(list)}
    for line in lines:
        for sort, named in found.items():
            if name := line.get(sort):
                named[name].append(line["ms"])
    said = [f"{'':18} {'times':>7} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8}"]
    for sort, title in (("act", "all presses"), ("look", "all pages, parts")):
        said.append(_row(title, [ms for some in found[sort].values() for ms in some]))
        said += [_row(f"  {name}", some) for name, some in sorted(found[sort].items(), key=lambda one: -len(one[1]))]
    count = sum(len(some) for named in found.values() for some in named.values())
    calls = len(found["act"]["open"])
    said.append(f"{calls} calls, {60 * calls / seconds:.0f} a minute; {count} requests, {count / seconds:.0f} a second")
    refusals = Counter(line["refusal"] for line in lines if line.get("refusal"))
    before = Counter(trouble for line in lines for trouble in line.get("troubles", ()))
    for words, counted in (("refused", refusals), ("before an answer", before)):
        if counted:
            said.append(f"{words}: " + ", ".join(f"{code} {number}" for code, number in counted.most_common()))
    return said


def troubles(lines: Lines, acts: Sequence[Act]) -> list[str]:
    """Whatever nobody should have met, as sentences."""
    met = Counter(str(line["trouble"]) for line in lines if "trouble" in line)
    met += Counter(f"{act.act} was answered {act.status}" for act in acts if act.status not in ANSWERED)
    met += Counter(
        f"{line['look']} was answered {line['status']}"
        for line in lines
        if line.get("look") and line["status"] not in ANSWERED and not line.get("again")
    )
    met += Counter(
        f"{act.act} before its answer: {trouble}"
        for act in acts
        for trouble in act.troubles
        if not trouble.startswith("labelled")
    )
    again = sum(1 for line in lines if line.get("again"))
    again += sum(1 for act in acts for trouble in act.troubles if trouble.startswith("labelled"))
    if again > MAY_COME_AGAIN * len(lines):
        met["were told to come again"] = again
    return [f"{count} x {what}" for what, count in met.most_common(10)]


def quantile(found: Sequence[float], share: float) -> float:
    """What `share` of them do not exceed; 0 of none."""
    ordered = sorted(found)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _row(name: str, found: Sequence[float]) -> str:
    return f"{name:18} {len(found):7} " + " ".join(f"{quantile(found, share):8.0f}" for share in (0.5, 0.95, 0.99))
