"""One small module for each shape in which telephone systems tell of their calls. Pure: body in, events out.

A new system is one more module with `read(body, headers, now)`, its line in `ADAPTERS`, its kind in
`customers.choices.TelephoneSystem`, and recorded examples in docs/examples/telephone.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from customers.choices import TelephoneSystem
from customers.telephone.told import Told
from retention_desk.telephone.adapters import amazon_connect, asterisk, genesys_cloud, standard, twilio

# What a body may tell: several events, one, or none that matters here.
Adapter = Callable[[Mapping[str, Any], Mapping[str, str], datetime], tuple[Told, ...]]

ADAPTERS: Mapping[TelephoneSystem, Adapter] = {
    TelephoneSystem.STANDARD: standard.read,
    TelephoneSystem.TWILIO: twilio.read,
    TelephoneSystem.AMAZON_CONNECT: amazon_connect.read,
    TelephoneSystem.GENESYS_CLOUD: genesys_cloud.read,
    TelephoneSystem.ASTERISK: asterisk.read,
}
