"""How a command waits for what the provider goes on with after its answer."""

from __future__ import annotations

from reconcile.api.reads import ReadClient
from reconcile.apply.execute import Following
from reconcile.model.operation import Watched
from reconcile.model.text import duration
from reconcile.workflow.inputs import Waiting
from reconcile.workflow.process import Process, Progress


def followed(client: ReadClient, waiting: Waiting, shown: Progress, process: Process) -> Following:
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
        stop=process.interruption.stop,
    )
