"""Asks an app as the predecessor's janitor does: by that one's own functions, with the private network led to this machine."""

import asyncio
import dataclasses
import inspect
import json
import socket
import sys
from types import SimpleNamespace

import aiohttp
from aiohttp.abc import AbstractResolver
from pulse_railway import janitor

PORT, TOKEN = int(sys.argv[1]), sys.argv[2]


class Here(AbstractResolver):
    async def resolve(self, host, port=0, family=socket.AF_INET):
        here = {"hostname": host, "host": "127.0.0.1", "port": PORT}
        return [{**here, "family": socket.AF_INET, "proto": 0, "flags": socket.AI_NUMERICHOST}]

    async def close(self):
        pass


def known_to(ask, known):
    """The two revisions take different arguments."""
    return {name: value for name, value in known.items() if name in inspect.signature(ask).parameters}


async def main():
    internals = SimpleNamespace(internal_token=TOKEN)
    project = SimpleNamespace(internal_token=TOKEN, backend_port=8000)
    known = {"service_name": "blue", "internals": internals, "project": project, "deployment_id": "blue"}
    connector = aiohttp.TCPConnector(resolver=Here())
    async with aiohttp.ClientSession(connector=connector) as session:
        fetch = janitor._fetch_deployment_session_status
        status = await fetch(session, **known_to(fetch, known))
        signal = janitor._signal_deployment_reload
        told = await signal(session, **known_to(signal, known))
    print(json.dumps({"status": dataclasses.asdict(status), "told": told}))


asyncio.run(main())
