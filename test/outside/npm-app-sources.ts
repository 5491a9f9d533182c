// biome-ignore-all lint/suspicious/noTemplateCurlyInString: sources of apps have them.
/** A project as people have it, in the version that says `word`. The button of its page says how often it was pressed. */
export interface NpmApp {
	readonly name: string;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly devDependencies?: Readonly<Record<string, string>>;
	readonly scripts?: Readonly<Record<string, string>>;
	/** RUN lines after the first COPY. */
	readonly runs: readonly string[];
	files(word: string): Readonly<Record<string, string>>;
}

const app = (imports: string, options: string) => `${imports}
import { App } from 'pulse-app';
import { RailwayPlugin } from 'pulse-railway';

const app = new App({ plugins: [new RailwayPlugin()], ${options} });
export default app;
`;

/** A page with a socket of its own, which stays on the page's version by the pin in its address. */
const page = (script: string) => `response.send(\`<!doctype html><html><head>\${app.client.head}</head><body>
<p id="version">\${VERSION}</p><button id="say">say</button><p id="out"></p>${script}
</body></html>\`)`;
const LIVE = '<script type="module">import { connect } from "${app.client.module}"; connect();';

export const NPM_APPS: readonly NpmApp[] = [
	{
		name: 'vite',
		dependencies: { express: '^5.1.0' },
		devDependencies: { vite: '^7.3.1', '@vitejs/plugin-react': '^5.1.0', react: '^19.2.3', 'react-dom': '^19.2.3' },
		scripts: { build: 'vite build' },
		runs: ['npm ci', 'npm run build'],
		files: (word) => ({
			'app.ts': app(
				`import { readFileSync } from 'node:fs';
import express from 'express';

const counts = new Map<string, number>();
const site = express();
site.post('/api/count/:tab', (request, response) => {
	const count = (counts.get(request.params.tab) ?? 0) + 1;
	counts.set(request.params.tab, count);
	response.json({ text: '${word} ' + count });
});
site.use(express.static('dist', { index: false }));
site.get('/{*path}', (_request, response) => {
	response.send(readFileSync('dist/index.html', 'utf8').replace('<head>', () => '<head>' + app.client.head));
});`,
				'listener: site',
			),
			'vite.config.js': `import react from '@vitejs/plugin-react';
export default { plugins: [react()] };
`,
			'index.html': `<!doctype html>
<html><head><title>SPA</title></head><body><div id="root"></div><script type="module" src="/src/main.jsx"></script></body></html>
`,
			'src/main.jsx': `import { connect } from 'pulse-app/client';
import { lazy, StrictMode, Suspense, useState } from 'react';
import { createRoot } from 'react-dom/client';

const Late = lazy(() => import('./late.jsx'));
const pulse = await connect();

function Page() {
	const [out, setOut] = useState('');
	const [late, setLate] = useState(false);
	const say = async () => {
		const response = await pulse.fetch('/api/count/' + pulse.renderId, { method: 'POST' });
		setOut((await response.json()).text);
	};
	return (
		<>
			<p id="version">${word}</p>
			<button id="say" onClick={say}>say</button>
			<p id="out">{out}</p>
			<button id="more" onClick={() => setLate(true)}>more</button>
			<Suspense>{late && <Late />}</Suspense>
		</>
	);
}
createRoot(document.getElementById('root')).render(<StrictMode><Page /></StrictMode>);
`,
			'src/late.jsx': `export default () => <p id="late">loaded late by ${word}</p>;
`,
		}),
	},
	{
		name: 'socketio',
		dependencies: { express: '^5.1.0', 'socket.io': '^4.8.1' },
		runs: ['npm ci --omit=dev'],
		files: (word) => ({
			'app.ts': app(
				`import express from 'express';
import { Server } from 'socket.io';

const VERSION = '${word}';
const id = process.env.PULSE_DEPLOYMENT_ID;
const site = express();
site.get('/', (_request, response) => ${page(`
<script src="/chat.io/socket.io.js?pulse_deployment=\${id}"></script>
${LIVE}
const chat = io({ path: '/chat.io/', query: { pulse_deployment: '\${id}' } });
document.querySelector('#say').onclick = async () => {
	document.querySelector('#out').textContent = await chat.emitWithAck('say');
};</script>`)});`,
				`listener: site,
	onStart: ({ server }) => {
		new Server(server, { path: '/chat.io/' }).on('connection', (socket) => {
			let count = 0;
			socket.on('say', (answer) => answer(VERSION + ' ' + ++count));
		});
	}`,
			),
		}),
	},
	{
		name: 'ws',
		dependencies: { express: '^5.1.0', ws: '^8.18.3' },
		runs: ['npm ci --omit=dev'],
		files: (word) => ({
			'app.ts': app(
				`import express from 'express';
import { WebSocketServer } from 'ws';

const VERSION = '${word}';
const id = process.env.PULSE_DEPLOYMENT_ID;
const site = express();
site.get('/', (_request, response) => ${page(`
${LIVE}
const live = new WebSocket(location.origin.replace('http', 'ws') + '/live?pulse_deployment=\${id}');
live.onmessage = ({ data }) => { document.querySelector('#out').textContent = data; };
document.querySelector('#say').onclick = () => live.send('say');</script>`)});`,
				`listener: site,
	onStart: ({ server }) => {
		new WebSocketServer({ server, path: '/live' }).on('connection', (socket) => {
			let count = 0;
			socket.on('message', () => socket.send(VERSION + ' ' + ++count));
		});
	}`,
			),
		}),
	},
	{
		name: 'next',
		dependencies: { next: '^16.0.0', react: '^19.2.3', 'react-dom': '^19.2.3' },
		scripts: { build: 'next build' },
		runs: ['npm ci', 'npm run build'],
		files: (word) => ({
			'app.ts': app(
				`import next from 'next';

const site = next({ dev: false });
const handle = site.getRequestHandler();`,
				`listener: (request, response) => handle(request, response),
	onStart: () => site.prepare()`,
			),
			'pages/index.jsx': `import { useEffect, useState } from 'react';

export const getServerSideProps = () => ({ props: { id: process.env.PULSE_DEPLOYMENT_ID } });

export default function Page({ id }) {
	const [pulse, setPulse] = useState(null);
	const [out, setOut] = useState('');
	useEffect(() => {
		const url = location.origin + '/_pulse/client.js?pulse_deployment=' + id;
		import(/* webpackIgnore: true */ /* turbopackIgnore: true */ url).then(({ connect }) => connect()).then(setPulse);
	}, [id]);
	const say = async () => {
		const response = await pulse.fetch('/api/count?tab=' + pulse.renderId, { method: 'POST' });
		setOut((await response.json()).text);
	};
	return (
		<>
			<p id="version">${word}</p>
			<button id="say" disabled={pulse === null} onClick={say}>say</button>
			<p id="out">{out}</p>
		</>
	);
}
`,
			'pages/api/count.js': `const counts = new Map();

export default function handler(request, response) {
	const count = (counts.get(request.query.tab) ?? 0) + 1;
	counts.set(request.query.tab, count);
	response.json({ text: '${word} ' + count });
}
`,
		}),
	},
];

/** With what every project of this kind has beside its sources. */
export function npmAppFiles(
	{ name, dependencies, devDependencies, scripts, runs, files }: NpmApp,
	word: string,
	vendored: Readonly<Record<string, string>>,
): Record<string, string> {
	const tarballs = Object.fromEntries(Object.entries(vendored).map(([pack, file]) => [pack, `file:vendor/${file}`]));
	const manifest = {
		name,
		version: '1.0.0',
		private: true,
		type: 'module',
		scripts,
		dependencies: { ...tarballs, ...dependencies },
		devDependencies,
	};
	return {
		'package.json': JSON.stringify(manifest, null, 2),
		'.dockerignore': 'node_modules\ndist\n.next\n',
		Dockerfile: `FROM node:24-slim
WORKDIR /app
COPY . .
${runs.map((line) => `RUN ${line}\n`).join('')}ENV NODE_ENV=production PATH=/app/node_modules/.bin:$PATH
`,
		...files(word),
	};
}
