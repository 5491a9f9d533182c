import os

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse

VERSION = os.environ.get("PULSE_DEPLOYMENT_ID", "of this machine")
PAGE = """<!doctype html><title>Room</title><p>version {version}</p><ul></ul>
<form><input name="text" autofocus><button>Say</button></form>
<script>
const socket = new WebSocket(`${{location.protocol.replace('http', 'ws')}}//${{location.host}}/room`);
socket.onmessage = ({{ data }}) => document.querySelector('ul').insertAdjacentHTML('beforeend', `<li>${{data}}`);
document.querySelector('form').onsubmit = (event) => {{
    event.preventDefault();
    socket.send(new FormData(event.target).get('text'));
    event.target.reset();
}};
</script>"""

app = FastAPI()
room: set[WebSocket] = set()  # in the memory of this version


@app.get("/", response_class=HTMLResponse)
def page() -> str:
    return PAGE.format(version=VERSION)


@app.get("/health")
def health() -> dict:
    return {"ok": True}


@app.websocket("/room")
async def talk(socket: WebSocket) -> None:
    await socket.accept()
    room.add(socket)
    await socket.send_text(f"{VERSION}: {len(room)} here")
    try:
        while True:
            said = await socket.receive_text()
            for other in list(room):
                await other.send_text(said)
    except WebSocketDisconnect:
        room.discard(socket)
