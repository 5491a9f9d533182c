import os

import streamlit as st

VERSION = os.environ.get("PULSE_DEPLOYMENT_ID", "of this machine")
st.title("Notes")
st.caption(f"version {VERSION}")
notes = st.session_state.setdefault("notes", [])  # lives in this tab's session, in memory
with st.form("note", clear_on_submit=True):
    text = st.text_input("Note")
    if st.form_submit_button("Keep") and text:
        notes.append(text)
for note in notes:
    st.write(f"- {note}")
if file := st.file_uploader("File"):
    st.write(f"{VERSION}: {len(file.getvalue())} bytes")
st.download_button("Download", "\n".join([VERSION, *notes]), "notes.txt")
if st.toggle("Statistics"):
    st.bar_chart([len(note) for note in notes])
