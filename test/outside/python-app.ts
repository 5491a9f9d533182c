/** A Python Pulse app and its web root, as their documentation has one begin. */
export const PYTHON_APP: Readonly<Record<string, string>> = {
	'main.py': `import os
import pulse as ps
from pulse_railway import RailwayPlugin, RailwaySessionStore

VERSION = "one"


class Counter(ps.State):
    count: int = 0

    def increment(self):
        self.count += 1


def sign_in():
    ps.session()["user"] = "ada"


@ps.component
def home():
    with ps.init():
        state = Counter()
    user = ps.session().get("user") or "nobody"
    return ps.div(
        ps.p(f"{VERSION} on {os.environ.get('PULSE_DEPLOYMENT_ID')}", id="version"),
        ps.p(user, id="user"),
        ps.button(f"{state.count}", id="count", onClick=state.increment),
        ps.button("sign in", id="sign-in", onClick=sign_in),
    )


app = ps.App(
    routes=[ps.Route("/", home)],
    server_address=os.environ.get("PULSE_SERVER_ADDRESS"),
    plugins=[RailwayPlugin(dockerfile="Dockerfile")],
    session_store=RailwaySessionStore(prefix="example:session"),
    cookie=ps.Cookie("pulse.sid", secure=True),
)
`,
	'requirements.txt': `pulse-framework==0.1.111
pulse-railway==0.3.13
`,
	Dockerfile: `FROM python:3.12-slim AS python
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ARG PULSE_SERVER_ADDRESS
RUN pulse generate main.py --ci

FROM node:24-slim AS web
WORKDIR /app/web
COPY --from=python /app/web ./
RUN npm ci
RUN npm run build

FROM python:3.12-slim
WORKDIR /app
COPY --from=node:24-slim /usr/local/bin/node /usr/local/bin/node
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --from=web /app/web ./web
CMD ["sh", "-c", "pulse run main.py --prod --address 0.0.0.0 --port \${PORT:-8000}"]
`,
	'web/.gitignore': `app/pulse/
`,
	'web/package.json': `{
  "name": "web",
  "private": true,
  "type": "module",
  "scripts": {
    "build": "react-router build",
    "dev": "react-router dev"
  },
  "dependencies": {
    "@react-router/node": "7.18.4",
    "@react-router/serve": "7.18.4",
    "isbot": "^5.1.32",
    "pulse-ui-client": "0.1.111",
    "react": "^19.2.3",
    "react-dom": "^19.2.3",
    "react-router": "7.18.4"
  },
  "devDependencies": {
    "@react-router/dev": "7.18.4",
    "vite": "^7.3.1",
    "typescript": "^5.9.3",
    "@types/react": "^19.2.8",
    "@types/react-dom": "^19.2.3",
    "@types/node": "^25.0.8"
  }
}
`,
	'web/vite.config.js': `import { reactRouter } from "@react-router/dev/vite";

export default { plugins: [reactRouter()] };
`,
	'web/react-router.config.js': `export default { ssr: true };
`,
	'web/app/routes.ts': `export { routes as default } from "./pulse/routes";
`,
	'web/app/root.jsx': `import { Links, Meta, Outlet, Scripts } from "react-router";

export function Layout({ children }) {
	return (
		<html lang="en">
			<head>
				<Meta />
				<Links />
			</head>
			<body>
				{children}
				<Scripts />
			</body>
		</html>
	);
}

export default Outlet;
`,
};
