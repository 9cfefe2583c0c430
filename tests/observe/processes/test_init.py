"""Which means notices an end."""

from coven_watchdog.model.words import ExitWatch
from coven_watchdog.observe.processes import watch
from limits import no_descriptors
from observe.bench import life, process


def test_by_event_where_there_is_one() -> None:
    """The kernel's event is used where it can be had."""
    with process() as child:
        vigil = watch(life(child.pid))
        assert vigil.how in {ExitWatch.PIDFD, ExitWatch.KQUEUE}
        vigil.close()


def test_by_polling_when_no_descriptor_can_be_spared() -> None:
    """The caller may ask for none."""
    with process() as child:
        assert watch(life(child.pid), spare=False).how is ExitWatch.POLL


def test_by_polling_when_the_kernel_refuses() -> None:
    """Where no descriptor is left, the process is polled, and the watch says so."""
    with process() as child:
        identity = life(child.pid)
        with no_descriptors():
            assert watch(identity).how is ExitWatch.POLL
