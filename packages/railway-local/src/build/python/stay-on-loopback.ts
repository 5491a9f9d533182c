import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Read by every Python process before its own code, as `loopback-only.ts` is by every Node process: what listens on all
 * addresses does so on this machine's own, and what listens on the port that its Dockerfile says does so on its PORT, because
 * on this machine the version before it has that port. An app that asks itself there, as Gradio does when it begins, is led
 * to itself. uvloop binds in C, so its servers are told beforehand.
 */
const SITE = `import importlib.util, os, socket

_declared = os.environ.get("PULSE_LOCAL_DECLARED_PORT", "")
_port = os.environ.get("PORT", "")


def _where(host, port):
    if _declared and str(port) == _declared:
        port = int(_port)
    return ("127.0.0.1" if host in ("", "0.0.0.0") else host), port


_bind = socket.socket.bind


def bind(self, address):
    if self.family == socket.AF_INET and isinstance(address, tuple):
        address = _where(*address[:2])
    elif self.family == socket.AF_INET6 and isinstance(address, tuple):
        host, port = _where(*address[:2])
        if host in ("::", "127.0.0.1"):
            only = self.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
            host = "::1" if only else "::ffff:127.0.0.1"
        address = (host, port, *address[2:])
    return _bind(self, address)


socket.socket.bind = bind


def _itself(address):
    if not _declared or not isinstance(address, tuple) or str(address[1]) != _declared:
        return address
    if str(address[0]) not in ("localhost", "127.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"):
        return address
    return (address[0], int(_port), *address[2:])


_connect, _connect_ex = socket.socket.connect, socket.socket.connect_ex
socket.socket.connect = lambda self, address: _connect(self, _itself(address))
socket.socket.connect_ex = lambda self, address: _connect_ex(self, _itself(address))

if importlib.util.find_spec("uvloop"):
    import uvloop

    _create_server = uvloop.Loop.create_server

    async def create_server(self, protocol_factory, host=None, port=None, **options):
        if port is not None:
            host, port = _where("" if host in (None, "::") else host, port)
        return await _create_server(self, protocol_factory, host, port, **options)

    uvloop.Loop.create_server = create_server
`;

/** Folder for PYTHONPATH. */
export async function writePythonSite(folder: string): Promise<string> {
	await mkdir(folder, { recursive: true, mode: 0o700 });
	await writeFile(join(folder, 'sitecustomize.py'), SITE);
	return folder;
}
