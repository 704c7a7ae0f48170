"""Free ports, the preferred ones where they can be had."""

from runtime.local.ports import choose_ports, is_free
from tests.runtime.local.stand_ins import listener
from tests.servers.process import free_port


def test_a_free_port_is_taken_as_wished() -> None:
    port = free_port()
    assert choose_ports({"one": port}) == {"one": port}


def test_a_taken_port_gives_the_next_free_one() -> None:
    with listener() as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
        chosen = choose_ports({"one": port})["one"]
    assert chosen > port


def test_the_replacement_is_nobody_elses_wish() -> None:
    with listener() as taken:
        port = taken.getsockname()[1]
        wishes = {"one": port, "two": port + 1, "three": port + 2}
        chosen = choose_ports(wishes)
    assert len(set(chosen.values())) == 3
    assert chosen["one"] not in (port, port + 1, port + 2)
