import os

from nicegui import ui


@ui.page("/")
def page() -> None:
    ui.label(f"version {os.environ.get('PULSE_DEPLOYMENT_ID', 'of this machine')}")
    count = 0  # in the memory of this version, as long as the tab is there

    def more() -> None:
        nonlocal count
        count += 1
        button.text = str(count)

    button = ui.button("0", on_click=more)


ui.run(host="0.0.0.0", port=8080, title="Counter", reload=False, show=False)
