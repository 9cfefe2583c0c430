"""What the package gives is imported when it is asked for."""

import importlib
import pkgutil

import pytest

PACKAGES = ("coven_watchdog.config", "coven_watchdog.store")


@pytest.mark.parametrize("name", PACKAGES)
def test_everything_it_promises_is_there(name: str) -> None:
    """Each name in `__all__` can be had, and none is a module's, which would hide it once that is imported."""
    package = importlib.import_module(name)
    assert all(getattr(package, one) is not None for one in package.__all__)
    assert not {module.name for module in pkgutil.iter_modules(package.__path__)} & set(package.__all__)


@pytest.mark.parametrize("name", PACKAGES)
def test_nothing_else_is(name: str) -> None:
    """Another name is an error as in every module."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = importlib.import_module(name).nonsense
