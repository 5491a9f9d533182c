import os

from fastapi.responses import PlainTextResponse
from nicegui import app, events, ui

VERSION = os.environ.get("PULSE_DEPLOYMENT_ID", "of this machine")


@app.get("/about.txt")
def about() -> PlainTextResponse:
    return PlainTextResponse(f"A counter, version {VERSION}\n")


@ui.page("/")
def page() -> None:
    ui.label(f"version {VERSION}")
    count = 0  # in the memory of this version, as long as the tab is there

    def more() -> None:
        nonlocal count
        count += 1
        button.text = str(count)

    async def measure(event: events.UploadEventArguments) -> None:
        measured.text = f"{VERSION}: {len(await event.file.read())} bytes"

    button = ui.button("0", on_click=more)
    ui.upload(on_upload=measure, auto_upload=True)
    measured = ui.label()
    ui.button("Download", on_click=lambda: ui.download("/about.txt"))
    ui.button("Source", on_click=lambda: ui.codemirror("count += 1"))  # a part that is loaded when it is asked for


ui.run(host="0.0.0.0", port=8080, title="Counter", reload=False, show=False)
