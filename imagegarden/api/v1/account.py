"""The account behind the key."""

from typing import Any

from imagegarden.api.v1 import bp, examples
from imagegarden.api.v1.schemas import Account
from imagegarden.api.v1.shown import moment
from imagegarden.clock import now
from imagegarden.current import allowances
from imagegarden.db import db
from imagegarden.domain import api_keys, credits, generations, periods, plans
from imagegarden.domain.errors import NotFound
from imagegarden.models import GenerationKind, Scope, User
from imagegarden.web.callers import caller, keyed


@bp.route("/account", methods=["GET"], tags=["Account"])
@keyed(Scope.ACCOUNT)
@bp.response(200, Account, example=examples.ACCOUNT)
def get_account() -> dict[str, Any]:
    """See what the account has and may do"""
    session, who = db.session(), caller()
    user = session.get(User, who.user_id)
    if user is None:
        raise NotFound
    balance = credits.balance(session, user.id, now=now())
    tier = plans.tier_of(session, user_id=user.id, now=now())
    allowed = allowances()[tier]
    key = api_keys.get(session, key_id=who.key_id)
    return {
        "email": user.email,
        "username": user.username,
        "plan": tier,
        "premium_until": moment(periods.paid_until(session, user_id=user.id, now=now())),
        "credits": balance.available,
        "held": balance.held,
        "unfinished": generations.count_unfinished(session, user_id=user.id),
        "generations_per_hour": allowed.per_hour_of(GenerationKind.IMAGE),
        "generations_at_once": allowed.at_once,
        "scopes": key.scopes,
        "credit_cap": key.credit_cap,
        "spent": api_keys.spent(session, key_id=key.id),
    }
