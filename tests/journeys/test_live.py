"""An agent and a supervisor, each in a browser: news comes by itself, moves nothing under the hand, and screens say the
truth when a server goes and comes back.
"""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from customers import screens
from customers.choices import CallerRole, OpeningIntent
from offers.choices import Duty
from offers.duty import set_duty
from offers.models import Proposal
from retention_desk.embedded.processes import end
from retention_desk.embedded.valkey import Valkey
from retention_desk.people.models import User
from tests.browser import NewPage
from tests.builders import make_agent, make_customer, make_subscription, new_key
from tests.journeys.stage import sign_in
from tests.live import Served
from tests.retention_desk.scene import AGENT, Scene, set_scene, signed_in

pytestmark = [pytest.mark.journeys]

# Notes whatever moves, takes the focus or changes what was typed, looking every 20 ms from now on.
WATCH = """(selectors) => {
  const seen = () => {
    const found = { focus: document.activeElement.id };
    for (const selector of selectors) {
      const part = document.querySelector(selector);
      for (const el of [part, ...part.querySelectorAll("tr, li, label, button, input, textarea")]) {
        const { x, y } = el.getBoundingClientRect();
        found[`${selector} ${Object.keys(found).length}`] = `${el.tagName} ${x} ${y} ${el.value ?? ""}`;
      }
    }
    return found;
  };
  const first = seen();
  window.moved = [];
  const look = () => {
    const now = seen();
    const names = new Set([...Object.keys(first), ...Object.keys(now)]);
    const other = [...names].filter((name) => first[name] !== now[name]);
    if (!window.moved.length) window.moved = other.map((name) => [name, first[name], now[name]]);
  };
  setInterval(look, 20);
}"""


def ask(scene: Scene, call_id: int, who: User, *, percent: int, months: int) -> None:
    answer = signed_in(who).post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": percent, "months": months},
    )
    assert answer.status_code == 302


def another_agent(scene: Scene, name: str) -> tuple[User, int]:
    """Somebody else of the team, on a call with somebody else."""
    agent = make_agent(name, team=scene.team, permissions=AGENT)
    customer = make_customer(given_name="Corvin", family_name=name.capitalize())
    make_subscription(customer)
    call_id = scene.open_call(
        by=agent, customer_id=customer.pk, caller_role=CallerRole.HOLDER, opening_intent=OpeningIntent.CHEAPER
    )
    return agent, call_id


def live(page: Page) -> None:
    """The page has its stream."""
    expect(page.locator("html[data-live=on]")).to_have_count(1)


def test_five_pushes_a_second_move_nothing_under_the_hand(new_page: NewPage) -> None:
    scene = set_scene()
    ask(scene, scene.open_call(), scene.ann, percent=35, months=12)
    others = [another_agent(scene, name) for name in ("bob", "cleo", "dora")]
    supervisor = new_page(viewport={"width": 1440, "height": 900})
    sign_in(supervisor, scene.sue)
    supervisor.goto("/approvals/")
    live(supervisor)
    agent = new_page(viewport={"width": 1440, "height": 900})
    sign_in(agent, others[0][0])
    agent.goto(f"/calls/{others[0][1]}/?offer={scene.offers['discount'].pk}")
    live(agent)

    supervisor.locator("#counter-months").select_option("9")
    supervisor.locator(".req").first.hover()
    supervisor.evaluate(WATCH, ["#queue", "#card .acts", "#floor"])
    slider = agent.locator("input[data-slider]")
    agent.locator("#notes").fill("Has a quote from Lumo")
    slider.focus()
    agent.keyboard.press("ArrowRight")
    expect(agent.locator("#offer-panel[data-ruling]")).to_have_count(1)
    agent.locator("#work-panel").hover()
    agent.wait_for_timeout(800)
    agent.evaluate(WATCH, ["#work-panel", "#offer-acts", "#offer-panel .make", "#notes", "input[data-slider]"])

    duties = (Duty.BREAK, Duty.READY)
    for number in range(15):
        who, call_id = others[number % 3]
        if number < 3:
            ask(scene, call_id, who, percent=30, months=3)
        else:
            set_duty(by=scene.ann.pk, role="AGENT", duty=duties[number % 2])
        screens.ring("LIMIT_ADDED")
        agent.wait_for_timeout(200)

    assert supervisor.evaluate("moved") == []
    assert agent.evaluate("moved") == []
    expect(supervisor.locator("[data-held='#queue']")).to_be_visible()
    # Let go, the news comes by itself.
    supervisor.locator("h1").hover()
    supervisor.locator("#counter-months").blur()
    expect(supervisor.locator(".req")).to_have_count(4)


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[Valkey]:
    valkey = Valkey(tmp_path)
    valkey.start(log=tmp_path / "valkey.log")
    yield valkey
    valkey.stop()


@pytest.fixture
def own_desk(
    own_valkey: Valkey, live_environment: dict[str, str], transactional_db: None, tmp_path: Path
) -> Iterator[Served]:
    """A desk whose servers this test may stop."""
    served = Served(live_environment | {"REDIS_URL": own_valkey.url}, tmp_path)
    served.start_streams()
    served.start_web()
    yield served
    served.stop()


class Person:
    """Somebody at a browser of their own, on the desk of this test."""

    def __init__(self, page: Page, desk: Served, user: User) -> None:
        self.page, self._desk = page, desk
        browser = Client()
        browser.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        cookie: Any = {"name": name, "value": browser.cookies[name].value, "domain": "127.0.0.1", "path": "/"}
        page.context.add_cookies([cookie])
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))

    def goto(self, path: str) -> None:
        self.page.goto(self._desk.address + path)

    def post(self, path: str, **form: str) -> None:
        """What a form of the page would send, from another window of theirs."""
        token = self.page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken']")
        answer = self.page.request.post(
            self._desk.address + path, form={"csrfmiddlewaretoken": token, "key": str(new_key()), **form}
        )
        assert answer.ok

    def open_first(self) -> None:
        """Open the first request, and take the hand off the list."""
        self.page.locator(".req").first.click()
        self.page.locator("h1").hover()

    def asks_for(self, path: str) -> int:
        return sum(1 for url in self.asked if path in url)


def test_news_comes_by_itself_and_screens_recover_from_whatever_goes(
    new_page: NewPage, own_desk: Served, own_valkey: Valkey, tmp_path: Path
) -> None:
    scene = set_scene()
    call_id = scene.open_call()
    agent, supervisor = (Person(new_page(servers_go=True), own_desk, who) for who in (scene.ann, scene.sue))
    agent.goto(f"/calls/{call_id}/")
    supervisor.goto("/approvals/")
    live(agent.page)
    live(supervisor.page)
    expect(supervisor.page.get_by_text("Nobody is waiting.")).to_be_visible()
    discount = f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/"

    # Asked: it is there at once, and nobody had asked for it before.
    assert supervisor.asks_for("/approvals/queue/") == 0
    agent.post(discount, act="ask", percent="35", months="12")
    expect(supervisor.page.locator(".req")).to_have_count(1)
    agent.goto(f"/calls/{call_id}/")
    live(agent.page)
    supervisor.open_first()
    expect(agent.page.get_by_text("Tobias Renn is reading it")).to_be_visible()
    assert agent.asks_for("/answer/") == 1

    # The streams' process dies: screens ask by themselves, and stop when it is back.
    own_desk.kill("live")
    expect(supervisor.page.locator("html[data-live]")).to_have_count(0)
    expect(supervisor.page.locator("body [data-offline]").first).to_be_hidden()
    agent.post(f"/calls/{call_id}/proposals/{_awaiting()}/settle/", answer="withdraw")
    expect(supervisor.page.locator(".req")).to_have_count(0)
    own_desk.start_streams()
    live(supervisor.page)
    live(agent.page)

    # Valkey goes: the same. It comes back empty, and everybody has looked anew.
    end(_process(own_valkey), with_signal=signal.SIGKILL, seconds=5)
    expect(supervisor.page.locator("html[data-live]")).to_have_count(0)
    agent.post(discount, act="ask", percent="30", months="12")
    expect(supervisor.page.locator(".req")).to_have_count(1)
    own_valkey.start(log=tmp_path / "valkey.log")
    live(supervisor.page)
    live(agent.page)
    agent.goto(f"/calls/{call_id}/")
    live(agent.page)
    supervisor.open_first()
    expect(supervisor.page.locator("#decide-form")).to_be_visible()
    # A key rests for half a second after news has changed what it does.
    supervisor.page.wait_for_timeout(600)
    supervisor.page.keyboard.press("a")
    expect(supervisor.page.get_by_role("button", name="Undo")).to_be_visible()
    expect(agent.page.locator("#offer-panel").get_by_text("Approved by Tobias Renn.")).to_be_visible()

    # The pages go: that is said, for how long, and that nothing was sent twice.
    own_desk.kill("web")
    own_desk.kill("live")
    expect(agent.page.get_by_text("No connection for").first).to_be_visible()
    own_desk.start_web()
    expect(agent.page.get_by_text("Connected again.").first).to_be_visible()
    expect(agent.page.locator("body [data-offline]").first).to_be_hidden()


def _awaiting() -> int:
    return Proposal.objects.get(state="AWAITING").pk


def _process(valkey: Valkey) -> Any:
    assert valkey.process is not None
    return valkey.process
