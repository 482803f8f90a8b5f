"""Networks from which nobody may come: blocked and opened again on the page of switches."""

from typing import cast

from flask.typing import ResponseReturnValue

from imagegarden.admin import bp
from imagegarden.admin.acting import ActForm, Acting
from imagegarden.admin.switches import set_switch
from imagegarden.admin.switching import NetworkForm
from imagegarden.clock import now
from imagegarden.db import transaction
from imagegarden.domain import network_blocks
from imagegarden.domain.permissions import Permission
from imagegarden.web.guards import allowed


@bp.post("/networks")
@allowed(Permission.CHANGE_SWITCHES)
def block_network() -> ResponseReturnValue:
    """Let nobody come from a network for a while."""

    def act(form: ActForm, by: Acting) -> str:
        asked = cast(NetworkForm, form)
        with transaction() as session:
            made = network_blocks.block(
                session,
                network=asked.network.data or "",
                hours=asked.count_hours(),
                request_key=form.key(),
                now=now(),
                **by,
            )
            return f"Nobody comes from {made.network} now."

    return set_switch("blocking", act)


@bp.post("/networks/<int:block_id>/unblock")
@allowed(Permission.CHANGE_SWITCHES)
def unblock_network(block_id: int) -> ResponseReturnValue:
    """Let people come from a network again."""

    def act(_: ActForm, by: Acting) -> str:
        with transaction() as session:
            network = network_blocks.end(session, block_id=block_id, now=now(), **by).network
        return f"People come from {network} again."

    return set_switch("unblocking", act, ended=block_id)
