import os
import tempfile
import time

import gradio as gr

VERSION = os.environ.get("PULSE_DEPLOYMENT_ID", "of this machine")


def keep(text, notes):
    notes = [*notes, text]
    return "", notes, "\n".join(notes)


def count():
    for number in range(1, 11):  # streamed
        time.sleep(0.2)
        yield f"{VERSION}: {number}"


def measure(path):
    return f"{VERSION}: {os.path.getsize(path)} bytes"


def save(notes):
    path = os.path.join(tempfile.mkdtemp(), "notes.txt")
    with open(path, "w") as file:
        file.write("\n".join([VERSION, *notes]))
    return path


with gr.Blocks(title="Notes") as demo:
    gr.Markdown(f"version {VERSION}")
    notes = gr.State([])  # lives in this tab's session, in memory
    text = gr.Textbox(label="Note")
    kept = gr.Textbox(label="Notes", interactive=False)
    text.submit(keep, [text, notes], [text, notes, kept])
    counted = gr.Textbox(label="Counted", interactive=False)
    gr.Button("Count").click(count, outputs=counted)
    upload = gr.File(label="File")
    measured = gr.Textbox(label="Measured", interactive=False)
    upload.upload(measure, upload, measured)
    saved = gr.File(label="Saved", interactive=False)
    gr.Button("Save").click(save, notes, saved)

demo.launch(server_name="0.0.0.0", server_port=7860)
