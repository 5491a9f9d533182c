import os

import streamlit as st

st.title("Notes")
st.caption(f"version {os.environ.get('PULSE_DEPLOYMENT_ID', 'of this machine')}")
notes = st.session_state.setdefault("notes", [])  # lives in this tab's session, in memory
with st.form("note", clear_on_submit=True):
    text = st.text_input("Note")
    if st.form_submit_button("Keep") and text:
        notes.append(text)
for note in notes:
    st.write(f"- {note}")
