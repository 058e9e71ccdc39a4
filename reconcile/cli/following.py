"""How a command waits for what the provider goes on with after its answer."""

from __future__ import annotations

from reconcile.api.reads import ReadClient
from reconcile.apply.execute import Following
from reconcile.cli.options import Waiting
from reconcile.cli.progress import Progress
from reconcile.cli.world import World
from reconcile.model.operation import Watched
from reconcile.report.words import duration


def followed(client: ReadClient, waiting: Waiting, shown: Progress, world: World) -> Following:
    """How the operations of a run are waited for."""

    def tell(seen: Watched, seconds: float) -> None:
        if not seen.ended:
            what = seen.type or "operation"
            shown.note(f"{what} {seen.id} is {seen.status}, for {duration(seconds)} now")

    return Following(
        client=client,
        wait=waiting.wait,
        patience=waiting.patience,
        tell=tell,
        stop=world.interruption.stop,
    )
