// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a Dockerfile has them.

import { readStages } from 'pulse-deploy-kit/dockerfile/stages';
import { expect, test } from 'vitest';
import { followDockerfile } from './follow.ts';

/** What is carried out of a Dockerfile over an upload of these files: `folder: command`, each with the trees it needs. */
function follow(text: string, files: readonly string[] = ['package.json', 'package-lock.json', 'src/a.ts']) {
	const folders = new Set(
		files.flatMap((file) =>
			file
				.split('/')
				.slice(0, -1)
				.map((_, i, all) => all.slice(0, i + 1).join('/')),
		),
	);
	const followed = followDockerfile(readStages(text, {}), {
		exists: (path) => path === '.' || files.includes(path) || folders.has(path),
		isFolder: (path) => path === '.' || folders.has(path),
		hasCommand: (_folder, name) => name === 'vite',
	});
	const trees = (installed: (typeof followed)['installed']) =>
		[...installed.values()].map((install) => `${install.folder}: ${install.text}`);
	return {
		actions: followed.actions.map((action) =>
			action.kind === 'run'
				? `${action.folder}: ${action.text} [${trees(action.installed).join(', ')}]`
				: `copy ${action.from} to ${action.to}`,
		),
		installed: trees(followed.installed),
		workdir: followed.workdir,
		skipped: followed.skipped,
		python: followed.python.map((install) => install.text),
		notCopied: followed.notCopied,
	};
}

test('one stage: install, build, start', () => {
	expect(
		follow('FROM node\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\nCMD x'),
	).toEqual({
		actions: ['.: npm run build [.: npm ci]'],
		installed: ['.: npm ci'],
		workdir: '.',
		skipped: [],
		python: [],
		notCopied: [],
	});
});

const COPIES: readonly string[] = [
	'package.json',
	'package-lock.json',
	'conf/prod.json',
	'public/a.css',
	'web/index.html',
	'packages/a/package.json',
];

test.each([
	['a file under another name', 'COPY . .\nCOPY conf/prod.json ./config.json', ['copy conf/prod.json to config.json']],
	['a file in another folder', 'COPY . .\nCOPY conf/prod.json public/', ['copy conf/prod.json to public/prod.json']],
	['a folder in another place', 'COPY . .\nCOPY public ./dist/public', ['copy public to dist/public']],
	['a source with a default', 'ARG FROM\nCOPY . .\nCOPY ${FROM:-public} dist', ['copy public to dist']],
	['what stands there already', 'COPY . .\nCOPY public ./public\nCOPY conf/prod.json conf/', []],
	['paths that are kept', 'COPY --parents packages/a/package.json package.json ./\nCOPY . .', []],
	['a manifest in its own folder', 'COPY package.json ./\nCOPY packages/a/package.json packages/a/', []],
	['the root of the upload, whatever leads out of it', 'COPY ../../package.json ./\nCOPY ../.. .', []],
])('COPY: %s', (_what, copies, actions) => {
	const followed = follow(`FROM node\nWORKDIR /app\n${copies}\nRUN npm ci\nCMD x`, COPIES);
	expect(followed).toMatchObject({ actions, installed: ['.: npm ci'], workdir: '.' });
});

test('what no upload holds is said, not forgotten', () => {
	const text = `FROM node
WORKDIR /app
COPY . .
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
ADD https://example.com/model.bin ./
COPY <<EOF ./config.json
{}
EOF
CMD x`;
	expect(follow(text).notCopied).toEqual([
		'COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/',
		'ADD https://example.com/model.bin ./',
		'COPY <<EOF ./config.json',
	]);
});

test('each stage has its own tree: built with the whole one, started with that of production', () => {
	const text = `FROM node AS base
WORKDIR /app
FROM base AS prod
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
FROM base AS build
COPY . .
RUN npm ci && npm run build
FROM base
COPY --from=prod /app/node_modules ./node_modules
COPY --from=build /app/src ./dist
`;
	expect(follow(text)).toMatchObject({
		actions: ['.: npm run build [.: npm ci]', 'copy src to dist'],
		installed: ['.: npm ci --omit=dev'],
	});
});

test('pruned, the tree of the build is not that of the image', () => {
	const text = 'FROM node\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build && npm prune --production';
	expect(follow(text)).toMatchObject({
		actions: ['.: npm run build [.: npm ci]'],
		installed: ['.: npm ci --omit=dev'],
	});
});

test('an image that gets no tree has none', () => {
	expect(
		follow('FROM node AS b\nWORKDIR /app\nCOPY . .\nRUN npm ci\nFROM node\nWORKDIR /app\nCOPY src ./src').installed,
	).toEqual([]);
});

test('folders with a manifest of their own, entered by WORKDIR, by cd, by a flag, or in a subshell', () => {
	const files = ['web/package.json', 'web/package-lock.json', 'main.py', 'api/package.json', 'api/pnpm-lock.yaml'];
	for (const run of ['RUN cd web && npm ci && vite build', 'WORKDIR /srv/web\nRUN npm ci && vite build']) {
		expect(follow(`FROM python\nWORKDIR /srv\nCOPY . .\n${run}\nWORKDIR /srv`, files)).toMatchObject({
			actions: ['web: vite build [web: npm ci]'],
			installed: ['web: npm ci'],
			workdir: '.',
		});
	}
	const both = 'FROM n\nWORKDIR /srv\nCOPY . .\nRUN npm --prefix web ci && pnpm -C api install --frozen-lockfile';
	expect(follow(both, files).installed).toEqual(['web: npm ci', 'api: pnpm install --frozen-lockfile']);
	const shells = 'FROM n\nWORKDIR /srv\nCOPY . .\nRUN (cd web && npm ci) && (cd api && pnpm i)';
	expect(follow(shells, files).installed).toEqual(['web: npm ci', 'api: pnpm i']);
});

test("the Python framework's own command is carried out, out of any environment, so that the web build finds its routes", () => {
	const files = ['web/package.json', 'web/package-lock.json', 'main.py'];
	const text = `FROM python AS python
WORKDIR /app
COPY . .
ARG PULSE_APP_FILE=main.py
RUN pip install uv && uv sync --frozen && uv run --no-sync pulse check main.py
RUN PULSE_ENV=ci pulse generate \${PULSE_APP_FILE} --ci
FROM node AS web
WORKDIR /app/web
COPY --from=python /app/web ./
RUN npm ci && npm run build
FROM python
WORKDIR /app
COPY . .
COPY --from=web /app/web ./web
`;
	expect(follow(text, files)).toMatchObject({
		actions: [
			'.: pulse check main.py []',
			`.: PULSE_ENV=ci pulse generate \${PULSE_APP_FILE} --ci []`,
			'web: npm run build [web: npm ci]',
		],
		installed: ['web: npm ci'],
		skipped: [],
		python: ['uv sync --frozen'],
	});
});

test('a lock file chooses, as in the Dockerfile that Next.js gives its users', () => {
	const text = `FROM node AS base
WORKDIR /app
COPY . .
RUN \\
  if [ -f yarn.lock ]; then yarn --frozen-lockfile; \\
  elif [ -f package-lock.json ]; then npm ci; \\
  elif [ -f pnpm-lock.yaml ]; then corepack enable pnpm && pnpm i --frozen-lockfile; \\
  else echo "Lockfile not found." && exit 1; \\
  fi
RUN \\
  if [ -f yarn.lock ]; then yarn run build; \\
  elif [ -f package-lock.json ]; then npm run build; \\
  fi
`;
	expect(follow(text)).toMatchObject({ actions: ['.: npm run build [.: npm ci]'], skipped: [] });
	expect(follow(text, ['package.json', 'yarn.lock']).actions).toEqual([
		'.: yarn run build [.: yarn --frozen-lockfile]',
	]);
});

test('what only an image can have is named, and nothing is lost around it', () => {
	const text = `FROM node
WORKDIR /app
COPY . .
RUN apt-get update && apt-get install -y ffmpeg && rm -rf /var/lib/apt/lists/* && npm ci
RUN for f in *.sh; do chmod +x $f; done
RUN if [ "$X" = 1 ]; then npm run odd; fi
RUN <<EOF
npm run one
pip install -r requirements.txt
EOF
RUN python3 <<EOF
npm run never
EOF
`;
	expect(follow(text)).toMatchObject({
		actions: ['.: npm run one [.: npm ci]'],
		skipped: [
			'apt-get update',
			'apt-get install -y ffmpeg',
			'rm -rf /var/lib/apt/lists/*',
			'for f in *.sh',
			'then npm run odd',
			'python3 <<EOF',
		],
		python: ['pip install -r requirements.txt'],
	});
});

test('what changes nothing about the app is not complained of', () => {
	const text = `FROM node
WORKDIR /app
RUN corepack enable && npm i -g pnpm@9 && npm config set fund false
RUN addgroup -S app && adduser -S app -G app && chown -R app /app
COPY . .
RUN --mount=type=cache,id=s/x,target=/root/.npm npm ci && npm cache clean --force
USER app
`;
	expect(follow(text)).toMatchObject({ actions: [], installed: ['.: npm ci'], skipped: [] });
});

test('files that a mount binds are where npm finds them', () => {
	const text = `FROM node
WORKDIR /usr/src/app
RUN --mount=type=bind,source=package.json,target=package.json \\
    --mount=type=bind,source=package-lock.json,target=package-lock.json \\
    --mount=type=cache,target=/root/.npm \\
    npm ci --omit=dev
COPY . .
`;
	expect(follow(text)).toMatchObject({ installed: ['.: npm ci --omit=dev'], workdir: '.' });
});

test('a source that COPY names must be in the upload', () => {
	expect(() => follow('FROM node\nCOPY package.json yarn.lock ./')).toThrow('"yarn.lock" is not in the upload');
});
