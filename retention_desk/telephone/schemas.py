"""What the API takes and answers. What is unknown is refused: a misspelt field would be lost without a word."""

from typing import Annotated, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

MOST = 160
# PostgreSQL's whole numbers end here.
LARGEST = 2**63 - 1


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the sign NUL")
    return text.strip()


Text = Annotated[str, AfterValidator(_storable)]


class Happens(Schema):
    """When it happened; the desk's clock counts where nothing is said."""

    model_config = ConfigDict(extra="forbid")

    occurred_at: AwareDatetime | None = Field(None, description="With its time zone. Empty: now.")
    sequence: int | None = Field(None, ge=0, le=LARGEST, description="Where the telephone system counts its events.")


class TransferIn(Happens):
    """Where the caller goes: to an agent, or into a queue."""

    agent: Text = Field("", max_length=MOST, description="By the name that the telephone system has for them.")
    queue: Text = Field("", max_length=MOST)


class CallIn(TransferIn):
    """A call that rings or was answered."""

    call_id: Text = Field(..., min_length=1, max_length=MOST, pattern=r"\S", description="The telephone system's own.")
    state: Literal["ringing", "answered"] = "answered"
    number: Text = Field("", max_length=40, description="The caller's; best in E.164. Empty: withheld.")
    line: Text = Field("", max_length=MOST, description="The number that was dialled.")
    ivr_choice: Text = Field("", max_length=80, description="What was chosen in the menu.")
    language: Text = Field("", max_length=12)


class CallOut(Schema):
    """Where a call stands. The caller's number is not answered."""

    id: int = Field(..., description="The desk's own, for the other addresses.")
    call_id: str
    state: Literal["ringing", "talking", "held", "ended"]
    match: Literal["nobody", "one", "several"] = Field(..., description="How many customers have the number.")
    held_since: AwareDatetime | None
    desk_call: int | None = Field(..., description="The call on the agent's desk, where one is open or was.")
    pop_url: str = Field(..., description="Open it on the agent's computer within two minutes.")


class Problem(Schema):
    """One thing that is not right."""

    field: str
    sentence: str


class Problems(Schema):
    """Everything that is not right."""

    problems: list[Problem]
