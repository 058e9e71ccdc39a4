"""`--only` and `--exclude`: which databases are taken, and what is no selection."""

from __future__ import annotations

import pytest
from builders import desired

from reconcile.errors import ExitStatus, UsageError
from reconcile.workflow.fleet import select
from reconcile.workflow.process import Selection

FLEET = (
    desired(handle="shop", labels={"env": "production", "team": "commerce"}),
    desired(handle="shop-staging", labels={"env": "staging"}),
    desired(handle="billing", labels={"env": "production"}),
    desired(handle="s3"),
)


def chosen(only: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> list[str]:
    """The handles that are left."""
    return [one.handle for one in select(FLEET, Selection(only=only, exclude=exclude))]


@pytest.mark.parametrize(
    ("only", "exclude", "handles"),
    [
        ((), (), ["shop", "shop-staging", "billing", "s3"]),
        (("shop",), (), ["shop"]),
        (("billing", "shop"), (), ["shop", "billing"]),
        (("shop", "shop*"), (), ["shop", "shop-staging"]),
        (("s?",), (), ["s3"]),
        (("[bs]*",), (), ["shop", "shop-staging", "billing", "s3"]),
        ((), ("shop",), ["shop-staging", "billing", "s3"]),
        (("shop*",), ("*-staging",), ["shop"]),
        (("label:env=production",), (), ["shop", "billing"]),
        (("label:env=*",), (), ["shop", "shop-staging", "billing"]),
        (("label:env=prod*", "s3"), (), ["shop", "billing", "s3"]),
        ((), ("label:env=production",), ["shop-staging", "s3"]),
        (("label:env=production",), ("label:team=commerce",), ["billing"]),
    ],
)
def test_chosen(only: tuple[str, ...], exclude: tuple[str, ...], handles: list[str]) -> None:
    """In the order of the specs, each once; what is excluded stays out."""
    assert chosen(only, exclude) == handles


@pytest.mark.parametrize(
    ("only", "exclude", "message"),
    [
        (("shpo",), (), "--only 'shpo' matches no database of the specs"),
        (("Shop",), (), "--only 'Shop' matches no database of the specs"),
        (("shop", "nope"), (), "--only 'nope' matches no database of the specs"),
        (("shop/backups",), (), "--only 'shop/backups' matches no database of the specs"),
        ((), ("nope",), "--exclude 'nope' matches no database of the specs"),
        (("label:env=test",), (), "--only 'label:env=test' matches no database of the specs"),
        (("label:Env=staging",), (), "--only 'label:Env=staging' matches no database of the specs"),
        (("label:env",), (), "'label:env' is no label: write label:KEY=VALUE"),
        ((), ("label:=x",), "'label:=x' is no label: write label:KEY=VALUE"),
        (("shop",), ("shop",), "--only and --exclude leave no database"),
        ((), ("*",), "--only and --exclude leave no database"),
    ],
)
def test_no_selection(only: tuple[str, ...], exclude: tuple[str, ...], message: str) -> None:
    """A pattern that matches nothing is a typo, and never means all or none."""
    with pytest.raises(UsageError) as caught:
        chosen(only, exclude)
    assert str(caught.value) == message
    assert caught.value.status is ExitStatus.USAGE
