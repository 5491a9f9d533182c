"""A Pulse app of the predecessor, without its web server: its live state and what its plugin adds, at 127.0.0.1 and the port given."""

import os
import sys

# Nobody asks its web server for a page.
NOWHERE = "http://127.0.0.1:9"
os.environ.update(
    PULSE_DEPLOYMENT_ID="blue",
    PULSE_RAILWAY_INTERNAL_TOKEN=sys.argv[2],
    PULSE_REACT_SERVER_ADDRESS=NOWHERE,
)

import pulse as ps
import uvicorn
from pulse_railway import RailwayPlugin


@ps.component
def home():
    return ps.div("home")


PORT = int(sys.argv[1])
app = ps.App(routes=[ps.Route("/", home)], plugins=[RailwayPlugin()])
app.setup(f"http://127.0.0.1:{PORT}")
uvicorn.run(app.asgi, host="127.0.0.1", port=PORT, log_level="warning")
