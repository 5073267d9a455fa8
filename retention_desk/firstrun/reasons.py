"""The reasons of leaving that a new desk starts with; the administrator may change them.

Nine on the first level, as many as the call screen shows. For a mover the first question is whether we serve the new
address; the answer is a detail, and with it offers stay open or close.
"""

from dataclasses import dataclass, field

from customers.models import Reason


@dataclass(frozen=True, slots=True)
class FirstReason:
    """One reason with its words in the desk's languages, and the details that belong to it."""

    code: str
    icon: str
    words: dict[str, str]
    offers_allowed: bool = True
    must_complete: bool = False
    controllable: bool = True
    details: tuple["FirstReason", ...] = field(default=())


def _words(en: str, de: str, pt: str, ru: str, th: str) -> dict[str, str]:
    return {"en": en, "de": de, "pt-br": pt, "ru": ru, "th": th}


def _detail(code: str, *words: str, offers_allowed: bool = True, controllable: bool = True) -> FirstReason:
    en, de, pt, ru, th = words
    return FirstReason(code, "", _words(en, de, pt, ru, th), offers_allowed=offers_allowed, controllable=controllable)


FIRST_REASONS: tuple[FirstReason, ...] = (
    FirstReason(
        "PRICE",
        "currency-dollar",
        _words("Price", "Preis", "Preço", "Цена", "ราคา"),
        details=(
            _detail(
                "PROMOTION_ENDED",
                "Bill went up when the promotion ended",
                "Rechnung stieg nach Ende der Aktion",
                "A conta subiu quando a promoção acabou",
                "Счёт вырос после окончания акции",
                "ค่าบริการเพิ่มเมื่อหมดโปรโมชัน",
            ),
            _detail(
                "PRICE_RISE",
                "The price was raised",
                "Der Preis wurde erhöht",
                "O preço aumentou",
                "Цену подняли",
                "มีการขึ้นราคา",
            ),
            _detail(
                "TOO_DEAR",
                "More than it is worth to them",
                "Mehr, als es ihnen wert ist",
                "Mais do que vale para o cliente",
                "Дороже, чем того стоит",
                "แพงกว่าที่คุ้มค่า",
            ),
        ),
    ),
    FirstReason(
        "RIVAL",
        "arrow-forward-up",
        _words("Other provider", "Anderer Anbieter", "Outra operadora", "Другой оператор", "ผู้ให้บริการรายอื่น"),
        details=(
            _detail("RIVAL_PRICE", "Cheaper there", "Dort billiger", "Mais barato lá", "Там дешевле", "ที่นั่นถูกกว่า"),
            _detail("RIVAL_SPEED", "Faster there", "Dort schneller", "Mais rápido lá", "Там быстрее", "ที่นั่นเร็วกว่า"),
            _detail(
                "RIVAL_DEVICE",
                "A new device comes with it",
                "Neues Gerät dabei",
                "Vem com aparelho novo",
                "Дают новое устройство",
                "ได้เครื่องใหม่",
            ),
        ),
    ),
    FirstReason(
        "FAULTS",
        "wifi-off",
        _words("Faults", "Störungen", "Falhas", "Неполадки", "ปัญหาสัญญาณ"),
        details=(
            _detail("OUTAGES", "Outages", "Ausfälle", "Interrupções", "Перебои", "สัญญาณขาดหาย"),
            _detail("SLOW", "Too slow", "Zu langsam", "Lento demais", "Слишком медленно", "ช้าเกินไป"),
            _detail(
                "NOT_REPAIRED",
                "Reported, not repaired",
                "Gemeldet, nicht behoben",
                "Avisou e não foi resolvido",
                "Сообщали, не починили",
                "แจ้งแล้วยังไม่แก้",
            ),
        ),
    ),
    FirstReason(
        "MOVING",
        "truck",
        _words("Moving", "Umzug", "Mudança", "Переезд", "ย้ายบ้าน"),
        details=(
            _detail(
                "MOVING_WITHIN",
                "We serve the new address",
                "Neue Adresse im Gebiet",
                "Atendemos o novo endereço",
                "По новому адресу сеть есть",
                "ที่อยู่ใหม่อยู่ในพื้นที่บริการ",
            ),
            _detail(
                "MOVING_AWAY",
                "Out of the area",
                "Neue Adresse ohne Netz",
                "Fora da nossa área",
                "По новому адресу сети нет",
                "ที่อยู่ใหม่อยู่นอกพื้นที่บริการ",
                offers_allowed=False,
                controllable=False,
            ),
        ),
    ),
    FirstReason(
        "NOT_USED",
        "moon",
        _words("Not using it", "Nicht genutzt", "Não usa", "Не пользуется", "ไม่ค่อยได้ใช้"),
        details=(
            _detail("STREAMS", "Streams instead", "Streamt stattdessen", "Usa streaming", "Стриминг", "ดูสตรีมมิงแทน"),
            _detail("AWAY", "Away for a while", "Länger weg", "Fora por um tempo", "Временно в отъезде", "ไม่อยู่ชั่วคราว"),
        ),
    ),
    FirstReason(
        "BILLING",
        "receipt",
        _words("Billing error", "Rechnungsfehler", "Erro na conta", "Ошибка в счёте", "บิลผิดพลาด"),
    ),
    FirstReason(
        "HARDSHIP",
        "heart-handshake",
        _words("Hardship", "Notlage", "Dificuldade", "Трудное положение", "เดือดร้อนเรื่องเงิน"),
        offers_allowed=False,
    ),
    FirstReason(
        "DEATH",
        "user-x",
        _words("Death", "Todesfall", "Falecimento", "Смерть", "ผู้ใช้เสียชีวิต"),
        offers_allowed=False,
        must_complete=True,
        controllable=False,
    ),
    FirstReason("OTHER", "pencil", _words("Other", "Anderes", "Outro", "Другое", "อื่น ๆ")),
)

# Of reasons and details alike, those for which nothing is offered.
CLOSED_TO_OFFERS = frozenset(
    one.code for first in FIRST_REASONS for one in (first, *first.details) if not one.offers_allowed
)


def add_first_reasons(*, using: str) -> dict[str, int]:
    """Add those that are not there yet, by code; answers every id by code."""
    rows = Reason.objects.using(using)
    known = dict(rows.values_list("code", "id"))
    for place, first in enumerate(FIRST_REASONS):
        _add(first, parent=None, place=place, known=known, using=using)
        for inner, detail in enumerate(first.details):
            _add(detail, parent=known[first.code], place=inner, known=known, using=using)
    return known


def _add(first: FirstReason, *, parent: int | None, place: int, known: dict[str, int], using: str) -> None:
    if first.code not in known:
        known[first.code] = (
            Reason.objects.using(using)
            .create(
                code=first.code,
                parent_id=parent,
                words=first.words,
                icon=first.icon,
                position=place,
                offers_allowed=first.offers_allowed,
                must_complete=first.must_complete,
                controllable=first.controllable,
            )
            .pk
        )
