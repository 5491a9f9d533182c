"""Asks on one kept connection whatever is asked of it, and reads every answer with h11, which refuses what RFC 9112 does."""

import json
import socket
import sys

import h11

peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
connection = h11.Connection(our_role=h11.CLIENT)
asked = [("GET", "/small", b""), ("HEAD", "/small", b""), ("POST", "/echo", b"hello"), ("GET", "/chunked", b"")]
asked += [("GET", "/empty", b""), ("GET", "/unchanged", b""), ("PUT", "/echo", b"x" * 20_000), ("GET", "/large", b"")]
asked += [("GET", "/early", b""), ("GET", "/_pulse/internal", b""), ("OPTIONS", "/small", b""), ("DELETE", "/small", b"")]
found = []
for method, target, body in asked * 50:
    headers = [("Host", "a"), ("User-Agent", "h11"), ("Accept", "*/*"), ("Cookie", "a=b; c=d")]
    if body:
        headers.append(("Content-Length", str(len(body))))
    sent = connection.send(h11.Request(method=method, target=target, headers=headers))
    sent += connection.send(h11.Data(data=body)) + connection.send(h11.EndOfMessage())
    peer.sendall(sent)
    status, size = 0, 0
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(peer.recv(65536))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            size += len(event.data)
        elif isinstance(event, h11.EndOfMessage):
            break
    found.append([method, target, status, size])
    connection.start_next_cycle()
print(json.dumps(found[: len(asked)]))
assert found == found[: len(asked)] * 50, "the same question got another answer"
