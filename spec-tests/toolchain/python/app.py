"""A command in Python: its interpreter imports sockets whether or not they are used."""

import random
import sys
import time

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import instance_network, ip_name_lookup, tcp_create_socket
from wit_world.imports.network import IpAddressFamily


def denial(ask) -> str:
    try:
        ask()
    except Err as error:
        return error.value.name
    return "granted"


class Run(exports.Run):
    def run(self) -> None:
        print("arguments:", sys.argv[1:])
        print("sum:", sum(n * n for n in range(100)))
        print("time:", time.time() > 0, "random:", 0 <= random.random() < 1)
        print("socket:", denial(lambda: tcp_create_socket.create_tcp_socket(IpAddressFamily.IPV4)))
        network = instance_network.instance_network()
        print("name:", denial(lambda: ip_name_lookup.resolve_addresses(network, "localhost")))
