import { readStages } from 'pulse-deploy-kit/dockerfile/stages';
import { expect, test } from 'vitest';
import { followDockerfile } from './follow.ts';

const FILES = ['requirements.txt', 'pyproject.toml', 'uv.lock', 'poetry.lock', 'deps/requirements-prod.txt', 'app.py'];

function follow(text: string) {
	const { python, pythonImage, skipped, workdir, notCopied } = followDockerfile(readStages(text, {}), {
		exists: (path) => path === '.' || path === 'deps' || FILES.includes(path),
		isFolder: (path) => path === '.' || path === 'deps',
		hasCommand: () => false,
	});
	const installs = python.map(({ tool, words, folder, files }) => `${folder}: ${tool} ${words.join(' ')} [${files}]`);
	return { installs, pythonImage, skipped, workdir, notCopied };
}
const of = (lines: string) => follow(`FROM python:3.12-slim\nWORKDIR /app\n${lines}\nCOPY . .\nCMD x`);

test('what pip, uv and poetry install is followed, without what says where an image keeps it', () => {
	const pip = 'COPY requirements.txt .\nRUN pip install --no-cache-dir --upgrade -r requirements.txt';
	expect(of(pip)).toEqual({
		installs: ['.: pip install --upgrade -r requirements.txt [requirements.txt]'],
		...{ pythonImage: 'python:3.12-slim', skipped: [], workdir: '.', notCopied: [] },
	});
	expect(of('COPY requirements.txt /tmp/\nRUN python -m pip install -r /tmp/requirements.txt').installs).toEqual([
		'.: pip install -r requirements.txt [requirements.txt]',
	]);
	expect(of('COPY deps deps\nRUN uv pip install --system -r deps/requirements-prod.txt').installs).toEqual([
		'.: pip install -r deps/requirements-prod.txt [deps/requirements-prod.txt]',
	]);
	const uv =
		'COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --frozen --no-cache';
	expect(of(uv)).toMatchObject({ installs: ['.: uv sync --frozen []'], skipped: [] });
	expect(
		of('RUN pip install poetry==2.1\nCOPY pyproject.toml poetry.lock ./\nRUN poetry install --no-root').installs,
	).toEqual(['.: poetry install --no-root []']);
	expect(of("RUN pip install 'streamlit>=1.50' pandas").installs).toEqual(['.: pip install streamlit>=1.50 pandas []']);
});

test('tools, caches and environments of the image are of no consequence', () => {
	for (const line of [
		'pip install --upgrade pip setuptools',
		'python -m venv /opt/venv && . /opt/venv/bin/activate',
		'pip install uv && uv venv',
		'poetry config virtualenvs.create false',
		'pip cache purge',
	]) {
		expect(of(`RUN ${line}`)).toMatchObject({ installs: [], skipped: [] });
	}
});

test('the stage that builds says which Python it is', () => {
	const text = `FROM python:3.13 AS base
FROM base AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install --target /deps -r requirements.txt
FROM python:3.13-slim
COPY --from=build /deps /deps
WORKDIR /app
COPY . .
CMD x`;
	expect(follow(text)).toMatchObject({
		installs: ['.: pip install -r requirements.txt [requirements.txt]'],
		pythonImage: 'python:3.13',
		workdir: '.',
	});
});

test('what is not in the upload is left out and said', () => {
	expect(of('RUN pip install -r /etc/reqs.txt').skipped).toEqual(['pip install -r /etc/reqs.txt']);
});
