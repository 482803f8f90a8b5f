"""Payments that are told of as they are not."""

import json
from typing import Any

from tests.fakes.razorpay.faults import Drawn
from tests.fakes.razorpay.ids import new_id
from tests.fakes.razorpay.views import written


def told(text: str, faults: dict[str, Drawn]) -> str:
    """The same JSON with other payments in it; `faults` are `..._amount`, `..._currency` and `..._order`."""
    lies = {fault.rpartition("_")[2]: drawn for fault, drawn in faults.items()}
    if not lies.keys() & {"amount", "currency", "order"}:
        return text
    value = json.loads(text)
    _tell(value, lies)
    return written(value)


def _tell(value: Any, lies: dict[str, Drawn]) -> None:
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _tell(inner, lies)
    if not isinstance(value, dict) or value.get("entity") != "payment":
        return
    if "amount" in lies:
        value["amount"] = int(lies["amount"].number(100))
    if "currency" in lies:
        value["currency"] = lies["currency"].value or "USD"
    if "order" in lies:
        value["order_id"] = lies["order"].value or new_id("order")
